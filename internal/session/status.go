package session

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
)

// mostStakes is the length of the lists of largest and newest rows.
const mostStakes = 5

// MeasureOptions are the options of Measure.
type MeasureOptions struct {
	// Brief leaves out what the one-line status does not show: caches are not entered, and persisted
	// files are not counted.
	Brief bool
	// Decided reports whether the user has decided on a path; nil means that no path is decided. It is
	// called from one goroutine.
	Decided func(path []byte) bool
}

// Measure counts in one walk the files that the next reboot wipes.
func (s *Session) Measure(ctx context.Context, into *report.Status, o MeasureOptions) (scan.Stats, error) {
	rules := s.ScanRules
	rules.Hide = true
	opts := scan.Options{Policy: scan.NewPolicy(rules), Info: true, Kinds: scan.KindsOf(scan.KindFile, scan.KindWhiteout), Tags: scan.TagsMarked, Excluded: func(pattern.Pattern) bool { return true }}
	opts.Hidden = scan.HiddenShown
	if o.Brief {
		var err error
		if opts, err = s.withoutCaches(opts); err != nil {
			return scan.Stats{}, err
		}
	}
	m := newMeasure(s, into, o.Decided)
	stats, err := scan.List(ctx, opts, m.add)
	if err != nil {
		return stats, err
	}
	_, _ = m.units.End(), m.undecided.rows.End() // Emit cannot fail
	rows := m.rows
	into.Undecided.AllPlaces = len(rows)
	// If something is lost, what may be kept is not at stake.
	if into.Lost.Files > 0 {
		rows = slices.DeleteFunc(rows, func(r *scan.Row) bool { return m.doubtful(string(r.Path)) })
	}
	into.Largest = largestFirst(rows, func(a, b *scan.Row) bool { return a.Bytes > b.Bytes })
	into.Newest = largestFirst(rows, func(a, b *scan.Row) bool { return a.Newest.After(b.Newest) })
	into.Unread = len(stats.Errors)
	if o.Brief {
		return stats, nil
	}
	into.Owners = s.topOwners(rows)
	if into.Kept, err = s.kept(ctx); err == nil {
		into.Trash, err = SizeOf(ctx, ItemsInTrash(directories(s.storage)))
	}
	return stats, err
}

// measure counts files for Measure.
type measure struct {
	into     *report.Status
	doubtful func(path string) bool
	notes    *Notes
	units    *scan.RowWriter
	rows     []*scan.Row
	hides    bool // list leaves out what its class hides
	// undecided counts what is at stake and not decided.
	undecided *undecidedCounter
}

func newMeasure(s *Session, into *report.Status, decided func(path []byte) bool) *measure {
	m := &measure{into: into, doubtful: s.DoubtfulPaths(), notes: NewNotes(s), hides: s.ScanRules.Hide}
	rollup := scan.NewRollup(s.Policy, s.Homes()...)
	m.units = &scan.RowWriter{Rollup: rollup, Emit: func(r *scan.Row) error { m.rows = append(m.rows, r); return nil }}
	m.undecided = &undecidedCounter{into: &into.Undecided, decided: decided}
	m.undecided.rows = scan.RowWriter{Rollup: rollup, Emit: m.undecided.countRow}
	return m
}

// add counts a file, which may be excluded or hidden, or a path that an overlay deletes.
func (m *measure) add(e *scan.Entry) error {
	if e.Kind == scan.KindWhiteout {
		if !e.Excluded && (!e.Hidden || !m.hides) && !m.doubtful(string(e.Path)) {
			m.into.Deleted++
		}
		return nil
	}
	into, path, size := m.into, string(e.Path), e.Info().Size
	class := e.Finding().Class
	listed := !e.Excluded && (!e.Hidden || !m.hides)
	if listed {
		into.Listed.Add(size)
	}
	if class == known.ClassIdentity {
		into.MustKeep = append(into.MustKeep, report.NewNamedPath(path))
	}
	if m.doubtful(path) {
		if !listed {
			return nil
		}
		into.Doubtful.Add(size)
		return m.countLoss(e)
	}
	cache := class == known.ClassCache || e.Tagged || m.notes.Of(path, false).Cache
	switch {
	case e.Excluded:
		into.Excluded.Add(size)
		if !cache && !class.Hidden() {
			into.Hidden.Add(size)
		}
	case cache:
		into.Cache.Add(size)
	case class.Hidden():
		into.Worthless.Add(size)
	default:
		into.Lost.Add(size)
		return m.countLoss(e)
	}
	return nil
}

// countLoss counts a file that is at stake.
func (m *measure) countLoss(e *scan.Entry) error {
	if err := m.undecided.add(e); err != nil {
		return err
	}
	return m.units.Add(e)
}

// undecidedCounter counts the candidates without a decision, and the units that contain some.
type undecidedCounter struct {
	into    *report.Undecided
	decided func(path []byte) bool
	rows    scan.RowWriter
}

func (c *undecidedCounter) add(e *scan.Entry) error {
	if c.decided != nil && c.decided(e.Path) {
		return nil
	}
	c.into.Add(e.Info().Size)
	return c.rows.Add(e)
}

func (c *undecidedCounter) countRow(*scan.Row) error {
	c.into.Places++
	return nil
}

// withoutCaches changes the options of a walk to skip known caches, also in excluded directories.
func (s *Session) withoutCaches(opts scan.Options) (scan.Options, error) {
	// If several patterns match a path, the first one decides.
	set, err := pattern.Compile(slices.Concat(cachePatterns(), s.patterns))
	if err != nil {
		return opts, err
	}
	rules := s.ScanRules
	rules.Exclude, rules.Hide = set, true
	opts.Policy, opts.Tags = scan.NewPolicy(rules), scan.TagsSkipped
	opts.Excluded = func(p pattern.Pattern) bool { return !p.Cache }
	return opts, nil
}

// largestFirst returns the first mostStakes rows in an order.
func largestFirst(rows []*scan.Row, before func(a, b *scan.Row) bool) []report.TopEntry {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b *scan.Row) int {
		switch {
		case before(a, b):
			return -1
		case before(b, a):
			return 1
		}
		return 0
	})
	all := []report.TopEntry{}
	for _, r := range rows[:min(len(rows), mostStakes)] {
		one := report.TopEntry{Files: r.Files, Bytes: r.Bytes, ModTime: r.Newest.UTC(), Shown: string(r.Path)}
		one.Path, one.PathBytes = jsonline.Path(strings.TrimSuffix(one.Shown, "/"))
		all = append(all, one)
	}
	return all
}

// topOwners returns the owners of rows with the most bytes.
func (s *Session) topOwners(rows []*scan.Row) []report.OwnerLoss {
	groups := map[report.GroupKey]*report.Group{}
	for _, r := range rows {
		o := s.OwnerOf(cmp.Or(strings.TrimSuffix(string(r.Path), "/"), "/"))
		key := report.ByOwner.KeyOf(&o)
		if groups[key] == nil {
			groups[key] = &report.Group{GroupKey: key}
		}
		groups[key].Count(r.Files, r.Bytes, r.Newest)
	}
	all := slices.SortedFunc(maps.Values(groups), func(a, b *report.Group) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), strings.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
	owners := []report.OwnerLoss{}
	for _, g := range all[:min(len(all), mostStakes)] {
		owners = append(owners, report.NewOwnerLoss(g))
	}
	return owners
}

// kept counts the files in storage that are declared.
func (s *Session) kept(ctx context.Context) (report.Amount, error) {
	all := report.Amount{}
	var dirs []string
	seen := map[string]bool{}
	for _, d := range s.DeclaredIn(directories(s.storage)) {
		kind, info, err := scan.Stat(d.path)
		switch {
		case err != nil || seen[d.path]:
		case kind == scan.KindDir:
			dirs = append(dirs, d.path)
		default:
			all.Add(info.Size)
		}
		seen[d.path] = true
	}
	if len(dirs) == 0 {
		return all, nil
	}
	_, err := scan.List(ctx, scan.Options{Policy: scan.NewPolicy(scan.Rules{Roots: dirs}), Info: true}, func(e *scan.Entry) error {
		if !seen[string(e.Path)] { // declared separately, and already counted
			all.Add(e.Info().Size)
		}
		return nil
	})
	return all, err
}

// Detected returns a status with the facts from the machine and the configuration, without counts.
func (s *Session) Detected() *report.Status {
	found := &report.Status{
		Config: s.Config.Source, Home: s.Config.Home,
		Dialect: s.Style.Dialect.String(), Names: s.Style.Storage,
		Roots: []report.RootStatus{}, Storage: []report.StoreStatus{},
	}
	found.Others, found.MustKeep = []report.RootStatus{}, []report.NamedPath{}
	found.Owners, found.Next = []report.OwnerLoss{}, s.Comings()
	for _, root := range s.Policy.Roots() {
		tree := s.FateOf(root)
		status := report.NewRootStatus(root, tree)
		status.ListsLower = report.ListsLower(tree)
		found.Roots = append(found.Roots, status)
	}
	for _, tree := range s.Fates().All() {
		if tree.Role == boot.RoleData && !slices.Contains(s.Policy.Roots(), tree.Point) && s.MountedFrom(tree.Point) == "" {
			found.Others = append(found.Others, report.NewRootStatus(tree.Point, tree))
		}
	}
	for _, path := range s.storage {
		if kind, _, err := scan.Stat(path); err != nil || kind != scan.KindDir {
			continue
		}
		store := report.StoreStatus{RootStatus: report.NewRootStatus(path, s.FateOf(path)), Mounted: s.Mounts.At(path).Point == path}
		store.Path = path
		var st unix.Statfs_t
		if unix.Statfs(path, &st) == nil {
			store.Free = sizes.Times(st.Bavail, st.Bsize)
		}
		found.Storage = append(found.Storage, store)
		for _, mount := range s.Mounts.Points() {
			if in, ok := s.Mounts.Stored(mount.Point, path); ok && in != path {
				found.Mounted++
			}
		}
	}
	return found
}

// Tracers returns all tracing back ends, and why those that do not work here do not.
func Tracers() []report.Tracer {
	var all []report.Tracer
	for _, backend := range []trace.Backend{trace.BackendNotify, trace.BackendPtrace, trace.BackendFanotify} {
		t := report.Tracer{Name: backend.String()}
		if err := trace.Probe(backend); err != nil {
			t.Reason = err.Error()
		}
		all = append(all, t)
	}
	return all
}
