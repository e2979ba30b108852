package screen

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/traced"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
	"github.com/DaRacci/list-ephemeral/tui"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// Traced is a machine whose candidates are the paths of a trace.
type Traced struct {
	Machine
	paths    []report.TracedPath
	byName   map[string]*report.TracedPath
	programs map[string]int // the index in names of the filter for a program, by the program's path
	names    []string       // of all filters
}

// NewTraced returns a machine whose candidates are paths, in their order.
func NewTraced(s *session.Session, paths []report.TracedPath) Traced {
	m := Traced{Machine: New(s), paths: paths, byName: make(map[string]*report.TracedPath, len(paths)), programs: make(map[string]int)}
	changed := make(map[string]int) // how many shown paths a program has changed, or otherwise touched
	for i := range paths {
		t := &paths[i]
		m.byName[t.Name] = t
		for _, by := range t.By {
			if t.Shown && by.Ops&^trace.Lookup != 0 {
				changed[by.Program]++
			}
		}
	}
	for _, filter := range tracedFilters {
		m.names = append(m.names, filter.name)
	}
	programs := slices.SortedFunc(maps.Keys(changed), func(a, b string) int {
		return cmp.Or(changed[b]-changed[a], strings.Compare(a, b))
	})
	for _, program := range programs[:min(len(programs), mostFilters-len(m.names))] {
		m.programs[program] = len(m.names)
		m.names = append(m.names, "paths that "+printable.Name(filepath.Base(program))+" touched")
	}
	return m
}

// NotListed implements tui.Machine.
func (m Traced) NotListed(path string, kind scan.Kind) table.NotListedReason {
	if t := m.byName[path]; t != nil && t.Class.Listed() && t.Group == report.TraceRead {
		return table.NotListedReason{Reason: "not changed", Selectable: true}
	}
	return m.Machine.NotListed(path, kind)
}

// mostFilters is the number of bits in tui.Annotation.Groups.
const mostFilters = 32

// Scan implements tui.Machine.
func (m Traced) Scan(_ context.Context, into *index.Store, all bool) (tui.Summary, error) {
	for _, t := range m.paths {
		switch {
		case t.Shown:
			into.AddPath([]byte(t.Name), t.Kind)
		case t.Refused && all:
			into.AddNonCandidate([]byte(t.Name), t.Kind)
		}
	}
	return tui.Summary{}, nil
}

// tracedFilters are the filters for traced paths: by operation, or by group. The filters for programs
// follow them.
var tracedFilters = [...]struct {
	name  string
	ops   trace.Op
	group report.TraceGroup
}{
	{name: "paths that were changed", ops: traced.Changes},
	{name: "paths to keep", group: report.TraceKeep},
	{name: "caches", group: report.TraceCache},
	{name: "files of running programs", group: report.TraceRuntime},
	{name: "paths with untraced changes", ops: trace.Untraced},
	{name: "paths that were executed", ops: trace.Exec},
	{name: "paths that were read", ops: trace.Read},
	{name: "paths that were looked up", ops: trace.Lookup},
}

// Filters returns the names of the filters, for tui.Options.Groups. Those of programs come last: the
// programs that touched most of the shown paths.
func (m Traced) Filters() []string { return m.names }

// Annotate implements tui.Machine. It returns the operations on a path, and the programs that did them.
func (m Traced) Annotate(path string) table.Annotation {
	t := m.byName[path]
	if t == nil || t.Ops == 0 {
		return table.Annotation{}
	}
	note := table.Annotation{Short: t.Ops.Names()[0], Long: strings.Join(t.Ops.Names(), ", "), Rank: traced.RankOf(t)}
	for i, filter := range tracedFilters {
		if t.Ops&filter.ops != 0 || filter.group != 0 && t.Group == filter.group {
			note.Groups |= 1 << i
		}
	}
	for _, by := range t.By {
		note.Long += "; " + printable.Name(by.Program) + ": " + strings.Join(by.Ops.Names(), ", ")
		if filter, ok := m.programs[by.Program]; ok && by.Ops&^trace.Lookup != 0 {
			note.Groups |= 1 << filter
		}
	}
	return note
}
