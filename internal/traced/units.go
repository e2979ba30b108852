package traced

import (
	"cmp"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
)

// The unit of a path is
//
//  1. the topmost directory above it that the traced programs created, and that can be kept as a
//     whole (scan.Rollup.Splits): what a program creates belongs to it;
//  2. otherwise, for a cache, the topmost directory above it that is a cache;
//  3. otherwise, unless it is of the group runtime, the topmost directory above it that is the place of
//     one program: a directory in a container (~/.config/vim, /var/lib/cups), a hidden directory
//     (~/.gnupg, .git), or one that public configurations keep;
//  4. otherwise the path itself. An existing directory of the user, such as ~/work, is not a unit for
//     one file in it.
//
// The group of a unit is the first one of its paths. Where more than mostSiblings units of a group have
// the same directory, that directory is the unit, if it can be one. Units in another unit of an earlier
// group, or of the same, are counted there: they are kept, or lost, with it.

// mostSiblings is the maximum number of units in one directory. More of them are an answer only for a
// machine.
const mostSiblings = 4

// Units rolls the paths of a trace up. It counts paths that are candidates or that are hidden for their
// class of data.
func Units(s *session.Session, r *trace.Report, opts Options) []report.TracedUnit {
	b := newUnitBuilder(s, r)
	for _, t := range Select(s, r, opts) {
		lost := t.Class.Listed() || t.Class == scan.ClassHidden
		if !opts.All && (!lost || t.Missing || t.Group == report.TraceRead && !opts.Read) || t.Missing && !opts.Missing {
			continue
		}
		b.add(&t)
	}
	b.collapse()
	return b.list()
}

// unitBuilder collects units.
type unitBuilder struct {
	session *session.Session
	rollup  *scan.Rollup
	grouper *grouper
	// created are the directories that the traced programs created.
	created map[string]bool
	units   map[string]*report.TracedUnit
}

func newUnitBuilder(s *session.Session, r *trace.Report) *unitBuilder {
	b := &unitBuilder{
		session: s, rollup: scan.NewRollup(s.Policy, append(s.Homes(), homesOf(r)...)...), grouper: newGrouper(s, r),
		created: make(map[string]bool), units: make(map[string]*report.TracedUnit),
	}
	for i := range r.Paths {
		if p := &r.Paths[i]; p.Ops&trace.Create != 0 && kindOf(p) == scan.KindDir {
			b.created[p.Name] = true
		}
	}
	return b
}

// add counts a path in its unit.
func (b *unitBuilder) add(t *report.TracedPath) {
	unit := b.unitOf(t)
	switch {
	case unit.Kind == scan.KindDir && b.rollup.Splits(unit.Path): // of several programs, such as ~/.config
		return
	case t.Ops == trace.Untraced && !b.created[unit.Path]: // it may have nothing to do with the command
		return
	}
	u := b.units[unit.Path]
	if u == nil {
		unit.Group = t.Group
		b.units[unit.Path], u = &unit, &unit
	}
	u.Ops |= t.Ops
	u.By = trace.UnionOfBy(u.By, t.By)
	u.Reread = u.Reread || t.Reread
	if t.Kind == scan.KindDir { // a directory alone decides only if its unit is empty
		return
	}
	if total, _ := u.Total(); total == 0 || t.Group < u.Group {
		u.Group = t.Group
	}
	u.Files[t.Group]++
	u.Bytes[t.Group] = sizes.Add(u.Bytes[t.Group], t.Size)
}

// unitOf returns the empty unit of a path.
func (b *unitBuilder) unitOf(t *report.TracedPath) report.TracedUnit {
	self := report.TracedUnit{Path: t.Name, Kind: t.Kind}
	if t.Missing {
		return self
	}
	cache, place := "", ""
	for dir := range b.dirs(t) {
		if b.rollup.Splits(dir) {
			continue
		}
		if b.created[dir] {
			return report.TracedUnit{Path: dir, Kind: scan.KindDir}
		}
		if cache == "" && b.grouper.place(dir).cache {
			cache = dir
		}
		if place == "" && b.isPlace(dir) {
			place = dir
		}
	}
	switch {
	case t.Group == report.TraceCache && cache != "":
		return report.TracedUnit{Path: cache, Kind: scan.KindDir}
	case t.Group != report.TraceRuntime && place != "":
		return report.TracedUnit{Path: place, Kind: scan.KindDir}
	}
	return self
}

// isPlace reports whether a directory that does not split belongs to one program.
func (b *unitBuilder) isPlace(dir string) bool {
	homes, system := b.rollup.Homes(), known.HomesOf()
	above, name := filepath.Dir(dir), filepath.Base(dir)
	rel, inHome := homes.Within(above)
	switch {
	case !b.session.Judge(dir, scan.KindDir).Class.Listed(): // its parts are lost, but it is not
		return false
	case strings.HasPrefix(name, "."):
		return true
	case inHome && rel != "." && homes.Container(above), !inHome && above != "/" && system.Container(above):
		return true
	}
	_, kept := known.Lookup(homes, dir)
	return kept
}

// dirs returns the directories above a path from the top down, and the path if it is a directory.
func (b *unitBuilder) dirs(t *report.TracedPath) iter.Seq[string] {
	if t.Kind == scan.KindDir {
		return paths.FromTop(t.Name + "/")
	}
	return paths.FromTop(t.Name)
}

// collapse replaces many units of a directory by that directory.
func (b *unitBuilder) collapse() {
	for {
		type place struct {
			dir   string
			group report.TraceGroup
		}
		siblings := make(map[place][]string)
		for name, u := range b.units {
			at := place{filepath.Dir(name), u.Group}
			siblings[at] = append(siblings[at], name)
		}
		merged := false
		for at, names := range siblings {
			if len(names) > mostSiblings && !b.rollup.Splits(at.dir) && b.session.Judge(at.dir, scan.KindDir).Class.Listed() {
				b.merge(at.dir, at.group, names)
				merged = true
			}
		}
		if !merged {
			return
		}
	}
}

// merge moves units to the unit of their directory.
func (b *unitBuilder) merge(dir string, group report.TraceGroup, names []string) {
	into := b.units[dir]
	if into == nil {
		into = &report.TracedUnit{Path: dir, Kind: scan.KindDir, Group: group}
		b.units[dir] = into
	}
	for _, name := range names {
		absorb(into, b.units[name])
		delete(b.units, name)
	}
}

// absorb counts a unit in another one.
func absorb(into, u *report.TracedUnit) {
	into.Group = min(into.Group, u.Group)
	into.Ops |= u.Ops
	into.By = trace.UnionOfBy(into.By, u.By)
	into.Reread = into.Reread || u.Reread
	for group := range u.Files {
		into.Files[group] += u.Files[group]
		into.Bytes[group] = sizes.Add(into.Bytes[group], u.Bytes[group])
	}
}

// list returns the units in order, without those that are in another one.
func (b *unitBuilder) list() []report.TracedUnit {
	names := make([]string, 0, len(b.units))
	for name := range b.units {
		names = append(names, name)
	}
	slices.Sort(names) // a directory before what is in it
	for _, name := range names {
		u := b.units[name]
		for dir := range paths.Ancestors(name) {
			if outer := b.units[dir]; outer != nil && outer.Group <= u.Group {
				absorb(outer, u)
				delete(b.units, name)
				break
			}
		}
	}
	all := make([]report.TracedUnit, 0, len(b.units))
	for _, u := range b.units {
		all = append(all, *u)
	}
	slices.SortFunc(all, func(a, b report.TracedUnit) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), strings.Compare(a.Path, b.Path))
	})
	return all
}
