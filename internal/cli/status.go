package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
)

type statusFlags struct {
	json, verbose bool
	failAbove     limit
}

const statusLong = `Show what was detected (configuration, roots, storage, snippet dialect, whether commands
can be traced) and how much the next reboot would wipe.`

const statusExamples = `  list-ephemeral status
  list-ephemeral status --brief                      one line, for a login message
  list-ephemeral status --fail-above 100M && reboot  reboot only if little is lost`

func newStatus(a *app) *cobra.Command {
	var f statusFlags
	cmd := &cobra.Command{
		Use:     "status [flags]",
		Short:   "Show what was detected and what would be lost",
		Long:    statusLong,
		Example: statusExamples,
		Args:    takesNothing,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&a.brief, "brief", false, "print one line, for a login message or a prompt")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	flags.Var(&value[limit]{to: &f.failAbove, read: parseLimit}, "fail-above", "fail if more than `N` files (500) or bytes (100M) would be lost")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each path that could not be read")
	a.exclusive(cmd, "brief", "json")
	completesToNothing(cmd, "fail-above")
	return cmd
}

// amount is how much there is of a class of files.
type amount struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// add counts a file.
func (a *amount) add(bytes int64) { a.Files, a.Bytes = a.Files+1, a.Bytes+bytes }

// status is what is known of the machine, and the schema of status --json.
type status struct {
	Version  string        `json:"version"`
	Config   string        `json:"config"`
	Home     string        `json:"home"`
	Roots    []rootStatus  `json:"roots"`
	Storage  []storeStatus `json:"storage"`
	Dialect  string        `json:"dialect"`
	Names    string        `json:"storagePath"`
	Tracers  []tracer      `json:"tracers,omitempty"`
	Clip     string        `json:"clipboard"`
	Mounted  int           `json:"mountedFromStorage"`
	Lost     amount        `json:"candidates"`
	Cache    amount        `json:"cache"`
	Excluded amount        `json:"excluded"`
	Kept     amount        `json:"persisted"`
	Largest  []stake       `json:"largest"`
	Newest   []stake       `json:"newest"`
	Unread   int           `json:"unread"`
}

type rootStatus struct {
	Path   string `json:"path"`
	FSType string `json:"filesystem"`
	Source string `json:"source"`
}

type storeStatus struct {
	rootStatus
	Mounted bool  `json:"mounted"`
	Free    int64 `json:"free"`
}

type tracer struct {
	Name   string `json:"name"`
	Reason string `json:"unusable"` // empty if it can be used
}

// stake is a directory or lone file that would be lost.
type stake struct {
	Path      string    `json:"path,omitempty"`
	PathBytes string    `json:"pathBytes,omitempty"`
	Files     int       `json:"files"`
	Bytes     int64     `json:"bytes"`
	ModTime   time.Time `json:"mtime"`
	text      string
}

// status prints what is known, and judges.
func (a *app) status(ctx context.Context, f statusFlags) error {
	p, err := a.plan(ctx, nil)
	if err != nil {
		return err
	}
	if err := p.setStyle(styleFlags{}); err != nil {
		return err
	}
	s := p.detected()
	stats, err := p.measure(ctx, s, a.brief)
	if err != nil {
		return whySignal(ctx, err)
	}
	if !a.brief {
		s.Tracers = tracers()
	}
	out := newWriter(a.out)
	switch {
	case f.json:
		out.buf = jsonline.NewEncoder().Append(out.buf, s)
	case a.brief:
		out.buf = fmt.Appendln(out.buf, s.brief(p.config.Home))
	default:
		out.buf = s.appendTo(out.buf, p.config.Home, time.Now())
	}
	if err := out.flush(); err != nil {
		return err
	}
	var failed error
	if why := f.failAbove.exceeded(s.Lost); why != "" {
		say(a.err, "error", why)
		failed = exitError(exitFailed)
	}
	if len(stats.Errors) > 0 {
		failed = errors.Join(failed, a.tellUnread(stats, f.verbose))
	}
	return failed
}

// detected fills in what the machine and the configuration say.
func (p *plan) detected() *status {
	s := &status{
		Version: version(), Config: p.config.Source, Home: p.config.Home,
		Dialect: p.style.Dialect.String(), Names: p.style.Storage, Clip: clipboardName(),
	}
	for _, root := range p.policy.Roots() {
		s.Roots = append(s.Roots, p.rootStatus(root))
	}
	for _, path := range p.storage {
		if kind, _, err := scan.Stat(path); err != nil || kind != scan.KindDir {
			continue
		}
		store := storeStatus{rootStatus: p.rootStatus(path), Mounted: p.mounts.At(path).Point == path}
		var st unix.Statfs_t
		if unix.Statfs(path, &st) == nil {
			store.Free = int64(st.Bavail) * st.Bsize
		}
		s.Storage = append(s.Storage, store)
		for _, mount := range p.mounts.Points() {
			if in, ok := p.mounts.Stored(mount.Point, path); ok && in != path {
				s.Mounted++
			}
		}
	}
	return s
}

func (p *plan) rootStatus(path string) rootStatus {
	m := p.mounts.At(path)
	return rootStatus{path, m.FSType, m.Source}
}

// clipboardName names what takes a snippet: a program, or the terminal.
func clipboardName() string {
	for _, tool := range clipboardTools {
		if os.Getenv(tool.display) != "" && isCommand(tool.command[0]) {
			return tool.command[0]
		}
	}
	return "the terminal (OSC 52)"
}

// tracers says which back ends work here.
func tracers() []tracer {
	var all []tracer
	for _, backend := range []trace.Backend{trace.BackendNotify, trace.BackendPtrace, trace.BackendFanotify} {
		t := tracer{Name: backend.String()}
		if err := trace.Probe(backend); err != nil {
			t.Reason = err.Error()
		}
		all = append(all, t)
	}
	return all
}

// mostStakes is how many of the largest and newest are named.
const mostStakes = 5

// measure counts what is at stake. For one line, what is not lost does not matter.
func (p *plan) measure(ctx context.Context, s *status, brief bool) (scan.Stats, error) {
	var rows []*row
	places := newNotes(p)
	g := &gatherer{rollup: scan.NewRollup(p.policy, p.homes()...), done: func(r *row) error { rows = append(rows, r); return nil }}
	opts := scan.Options{Policy: p.policy, Info: true, Tags: scan.TagsMarked}
	stats, err := scan.List(ctx, opts, func(e *scan.Entry) error {
		into := &s.Lost
		if e.Tagged || places.of(string(e.Path), false).cache {
			into = &s.Cache
		} else if err := g.add(e); err != nil {
			return err
		}
		into.add(e.Info().Size)
		return nil
	})
	if err != nil {
		return stats, err
	}
	_ = g.end() // rows are kept, which cannot fail
	s.Largest = stakes(rows, func(a, b *row) bool { return a.bytes > b.bytes })
	s.Newest = stakes(rows, func(a, b *row) bool { return a.newest.After(b.newest) })
	s.Unread = len(stats.Errors)
	if brief {
		return stats, nil
	}
	if s.Excluded, err = p.excluded(ctx, s); err == nil {
		s.Kept, err = p.kept(ctx)
	}
	return stats, err
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

// excluded counts what exclude patterns leave out: what there is without them, less what
// there is with them.
func (p *plan) excluded(ctx context.Context, s *status) (amount, error) {
	rules := p.scanRules
	rules.Exclude = nil
	all := amount{}
	_, err := scan.List(ctx, scan.Options{Policy: scan.NewPolicy(rules), Info: true}, func(e *scan.Entry) error {
		all.add(e.Info().Size)
		return nil
	})
	// Files come and go between the two walks.
	return amount{max(0, all.Files-s.Lost.Files-s.Cache.Files), max(0, all.Bytes-s.Lost.Bytes-s.Cache.Bytes)}, err
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
