package report

import (
	"fmt"
	"math/bits"
	"path/filepath"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
)

// TraceGroup is what becomes of a traced path.
type TraceGroup uint8

// The groups, in the order in which they are shown.
const (
	TraceUnknown TraceGroup = iota
	TraceKeep               // changed, and not one of the following
	TraceCache              // changed, and its loss is harmless: its program makes it again
	TraceRuntime            // of the running program: sockets, process IDs, locks, logs, and what is deleted again
	TraceRead               // not changed
)

var traceGroupNames = [...]string{"unknown", "keep", "cache", "runtime", "read"}

// String returns the group in lower case.
func (g TraceGroup) String() string {
	if int(g) < len(traceGroupNames) {
		return traceGroupNames[g]
	}
	return traceGroupNames[TraceUnknown]
}

// TracedPath is a path of a trace with the verdict on it.
type TracedPath struct {
	*trace.Path
	Kind  scan.Kind
	Class scan.Class
	Group TraceGroup
	// Shown is set for a result, Refused for a path that x shows dimmed on the screen.
	Shown, Refused bool
}

// TracedUnit is a path that is worth keeping as a whole: a directory with the traced paths in it, or a
// single path.
type TracedUnit struct {
	Path string // without a slash at the end
	Kind scan.Kind
	// Group is the first group that a path of the unit has.
	Group TraceGroup
	// Files and Bytes count the existing paths in each group, except directories.
	Files [len(traceGroupNames)]int
	Bytes [len(traceGroupNames)]int64
	Ops   trace.Op
	By    []trace.By
	// Reread is set if a path of the unit is state for certain (trace.Path.Reread).
	Reread bool
}

// Total returns how many files a unit has, and their size.
func (u *TracedUnit) Total() (files int, bytes int64) {
	for group, n := range u.Files {
		files, bytes = files+n, sizes.Add(bytes, u.Bytes[group])
	}
	return files, bytes
}

// Name returns the path, with a slash at the end of a directory.
func (u *TracedUnit) Name() string {
	if u.Kind == scan.KindDir && u.Path != "/" {
		return u.Path + "/"
	}
	return u.Path
}

// traceBy is a program in trace --json.
type traceBy struct {
	Program      string   `json:"program,omitempty"`
	ProgramBytes string   `json:"programBytes,omitempty"`
	Ops          []string `json:"ops"`
}

func traceByOf(list []trace.By) []traceBy {
	by := make([]traceBy, len(list))
	for i := range list {
		by[i].Ops = list[i].Ops.Names()
		by[i].Program, by[i].ProgramBytes = jsonline.Path(list[i].Program)
	}
	return by
}

// ProgramsOf returns the name of the program that did most to a path, and how many further ones there
// are: "postgres +2". It returns "-" if no program is known.
func ProgramsOf(list []trace.By) string {
	if len(list) == 0 {
		return "-"
	}
	most := list[0]
	for _, by := range list[1:] {
		if changes(by.Ops) > changes(most.Ops) {
			most = by
		}
	}
	name := printable.Name(filepath.Base(most.Program))
	if len(list) > 1 {
		return fmt.Sprintf("%s +%d", name, len(list)-1)
	}
	return name
}

// TraceColumns returns the columns of trace --long before the path: group, operations, programs.
func TraceColumns(t *TracedPath) string {
	return fmt.Sprintf("%-7s %-23s %-16s", groupText(t.Group, t.Reread), t.Ops, ProgramsOf(t.By))
}

// TraceUnitColumns returns the columns of trace --dirs --long before the path: group, files, size, the
// size of what is not worth keeping in it, programs.
func TraceUnitColumns(u *TracedUnit) string {
	files, size := u.Total()
	rest := "-"
	if u.Group == TraceKeep && u.Files[TraceCache]+u.Files[TraceRuntime] > 0 {
		rest = printable.Size(sizes.Add(u.Bytes[TraceCache], u.Bytes[TraceRuntime]))
	}
	return fmt.Sprintf("%-7s %7d %5s %5s %-16s", groupText(u.Group, u.Reread), files, printable.Size(size), rest, ProgramsOf(u.By))
}

// groupText returns the name of a group, or "state" for what is state for certain.
func groupText(g TraceGroup, reread bool) string {
	if g == TraceKeep && reread {
		return "state"
	}
	return g.String()
}

// changes ranks operations by the number of changes, and then by that of other operations.
func changes(ops trace.Op) int {
	const changing = trace.Create | trace.Write | trace.Rename | trace.Delete
	return bits.OnesCount16(uint16(ops&changing))<<4 + bits.OnesCount16(uint16(ops&^(changing|trace.Lookup)))
}

// traceUnitLine is the schema of trace --dirs --json, which docs/json.md documents.
type traceUnitLine struct {
	Path      string               `json:"path,omitempty"`
	PathBytes string               `json:"pathBytes,omitempty"`
	Type      string               `json:"type"`
	Group     string               `json:"group"`
	Ops       []string             `json:"ops"`
	By        []traceBy            `json:"by"`
	Reread    bool                 `json:"reread"`
	Files     int                  `json:"files"`
	Bytes     int64                `json:"bytes"`
	Inside    map[string]traceSize `json:"inside"`
}

type traceSize struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// NewTraceUnitLine returns a unit for trace --dirs --json.
func NewTraceUnitLine(u *TracedUnit) any {
	line := &traceUnitLine{Type: u.Kind.String(), Group: u.Group.String(), Ops: u.Ops.Names(), By: traceByOf(u.By), Reread: u.Reread, Inside: map[string]traceSize{}}
	line.Path, line.PathBytes = jsonline.Path(u.Path)
	line.Files, line.Bytes = u.Total()
	for group := TraceKeep; group <= TraceRead; group++ {
		if u.Files[group] > 0 {
			line.Inside[group.String()] = traceSize{u.Files[group], u.Bytes[group]}
		}
	}
	return line
}
