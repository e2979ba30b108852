package cli

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

// mostStakes is how many of the largest and newest are named.
const mostStakes = 5

// measure counts what is at stake, in one walk. For one line, what is not lost does not
// matter, and caches are not entered.
func (p *plan) measure(ctx context.Context, s *status, brief bool) (scan.Stats, error) {
	opts := scan.Options{Policy: p.policy, Info: true, Tags: scan.TagsMarked, Excluded: func(pattern.Pattern) bool { return true }}
	if brief {
		var err error
		if opts, err = p.withoutCaches(opts); err != nil {
			return scan.Stats{}, err
		}
	}
	var rows []*row
	places, regenerated := newNotes(p), p.regenerated()
	g := &gatherer{rollup: scan.NewRollup(p.policy, p.homes()...), done: func(r *row) error { rows = append(rows, r); return nil }}
	stats, err := scan.List(ctx, opts, func(e *scan.Entry) error {
		path, size := string(e.Path), e.Info().Size
		cache := e.Tagged || places.of(path, false).cache
		switch {
		case e.Excluded:
			s.Excluded.add(size)
			if !cache && !regenerated(path) {
				s.Hidden.add(size)
			}
		case cache:
			s.Cache.add(size)
		default:
			s.Lost.add(size)
			return g.add(e)
		}
		return nil
	})
	if err != nil {
		return stats, err
	}
	_ = g.end() // rows are kept, which cannot fail
	s.Largest = stakes(rows, func(a, b *row) bool { return a.bytes > b.bytes })
	s.Newest = stakes(rows, func(a, b *row) bool { return a.newest.After(b.newest) })
	s.Unread = len(stats.Errors)
	if !brief {
		s.Kept, err = p.kept(ctx)
	}
	return stats, err
}

// regenerated returns what says whether a boot makes a path again. Below a root that is
// named in such a place, as in --root /tmp/x, it does not.
func (p *plan) regenerated() func(path string) bool {
	homes := known.HomesOf(p.homes()...)
	var named []string
	for _, root := range p.policy.Roots() {
		if homes.Regenerated(root) {
			named = append(named, root+"/")
		}
	}
	return func(path string) bool {
		below := func(root string) bool { return strings.HasPrefix(path, root) }
		return homes.Regenerated(path) && !slices.ContainsFunc(named, below)
	}
}

// withoutCaches has a walk leave out known caches, in what is excluded too.
func (p *plan) withoutCaches(opts scan.Options) (scan.Options, error) {
	// The first pattern decides where several exclude a path.
	set, err := pattern.Compile(slices.Concat(cachePatterns(), p.patterns))
	if err != nil {
		return opts, err
	}
	rules := p.scanRules
	rules.Exclude = set
	opts.Policy, opts.Tags = scan.NewPolicy(rules), scan.TagsSkipped
	opts.Excluded = func(p pattern.Pattern) bool { return p.Source != cacheSource }
	return opts, nil
}

// stakes returns the first rows in an order.
func stakes(rows []*row, before func(a, b *row) bool) []stake {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b *row) int {
		switch {
		case before(a, b):
			return -1
		case before(b, a):
			return 1
		}
		return 0
	})
	all := []stake{}
	for _, r := range rows[:min(len(rows), mostStakes)] {
		one := stake{Files: r.files, Bytes: r.bytes, ModTime: r.newest.UTC(), text: string(r.path)}
		one.Path, one.PathBytes = jsonline.Path(strings.TrimSuffix(one.text, "/"))
		all = append(all, one)
	}
	return all
}

// kept counts what lies in storage at places that are declared.
func (p *plan) kept(ctx context.Context) (amount, error) {
	all := amount{}
	var dirs []string
	seen := map[string]bool{}
	for _, d := range p.declaredIn(directories(p.storage)) {
		kind, info, err := scan.Stat(d.path)
		switch {
		case err != nil || seen[d.path]:
		case kind == scan.KindDir:
			dirs = append(dirs, d.path)
		default:
			all.add(info.Size)
		}
		seen[d.path] = true
	}
	if len(dirs) == 0 {
		return all, nil
	}
	_, err := scan.List(ctx, scan.Options{Policy: scan.NewPolicy(scan.Rules{Roots: dirs}), Info: true}, func(e *scan.Entry) error {
		if !seen[string(e.Path)] { // declared by itself, and counted
			all.add(e.Info().Size)
		}
		return nil
	})
	return all, err
}

// atStake returns what the next reboot takes of what is neither cache nor made again by
// a boot, listed or not.
func (s *status) atStake() amount {
	return amount{s.Lost.Files + s.Hidden.Files, sizes.Add(s.Lost.Bytes, s.Hidden.Bytes)}
}

// limit is what --fail-above allows: files or bytes. The zero value allows anything.
type limit struct {
	text  string
	files int
	bytes int64
}

func parseLimit(text string) (limit, error) {
	if files, err := strconv.Atoi(text); err == nil && files >= 0 {
		return limit{text: text, files: files, bytes: -1}, nil
	}
	size, err := parseSize(text)
	if err != nil || size.sign != 0 {
		return limit{}, expectedError("a number of files such as 500, or a size with a unit such as 100M or 2Gi")
	}
	return limit{text: text, files: -1, bytes: size.bytes}, nil
}

// exceeded says that there is more than is allowed, or "".
func (l limit) exceeded(lost amount) string {
	switch {
	case l.text == "":
	case l.files >= 0 && lost.Files > l.files:
		return fmt.Sprintf("%s would be lost, more than %s", count(lost.Files, "file"), l.text)
	case l.files < 0 && lost.Bytes > l.bytes:
		return fmt.Sprintf("%s would be lost, more than %s", printable.Size(lost.Bytes), l.text)
	}
	return ""
}
