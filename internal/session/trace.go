package session

import (
	"context"
	"slices"
	"syscall"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
)

// Changes are the operations that change the file system.
const Changes = trace.Create | trace.Write | trace.Rename | trace.Delete

// ChangedSince calls found with each candidate, and each directory above candidates, that has changed
// at or after a time. It is trace.Options.Changed.
func (s *Session) ChangedSince(ctx context.Context, since time.Time, found func(path string)) error {
	kinds := scan.KindsOf(scan.KindFile, scan.KindDir, scan.KindSymlink, scan.KindSocket, scan.KindPipe)
	_, err := scan.List(ctx, scan.Options{Policy: s.Policy, Kinds: kinds, ChangedSince: since}, func(e *scan.Entry) error {
		found(string(e.Path))
		return nil
	})
	return err
}

// SelectTraced classifies the paths of a trace. It marks as shown the paths that the next reboot
// wipes and, depending on the flags, others.
func (s *Session) SelectTraced(all, missing bool, r *trace.Report) []report.TracedPath {
	list := make([]report.TracedPath, 0, len(r.Paths))
	for i := range r.Paths {
		t := report.TracedPath{Path: &r.Paths[i], Kind: kindOf(&r.Paths[i])}
		t.Class = s.Judge(t.Name, t.Kind).Class
		switch {
		case t.Class == scan.ClassExcluded:
			t.Refused = !t.Missing
		case t.Missing:
			t.Shown = missing && (all || t.Class.Listed())
		case all:
			t.Shown = true
		default:
			// A directory is shown only if it was renamed, because the files in it were created
			// under another name.
			wanted := t.Kind != scan.KindDir || t.Ops&trace.Rename != 0
			t.Shown = t.Class.Listed() && wanted
			t.Refused = !t.Shown && wanted
		}
		list = append(list, t)
	}
	slices.SortStableFunc(list, func(a, b report.TracedPath) int { return RankOf(b.Ops) - RankOf(a.Ops) })
	return list
}

// kindOf returns the kind of a path, from its st_mode (inode(7)).
func kindOf(p *trace.Path) scan.Kind {
	if p.Missing {
		return scan.KindUnknown
	}
	switch p.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
		return scan.KindFile
	case syscall.S_IFDIR:
		return scan.KindDir
	case syscall.S_IFLNK:
		return scan.KindSymlink
	case syscall.S_IFSOCK:
		return scan.KindSocket
	case syscall.S_IFIFO:
		return scan.KindPipe
	}
	return scan.KindUnknown
}

// RankOf ranks operations: changes above changes that were not traced, these above reads, and reads
// above the rest.
func RankOf(ops trace.Op) int {
	switch {
	case ops&Changes != 0:
		return 3
	case ops&trace.Untraced != 0:
		return 2
	case ops&(trace.Read|trace.Exec) != 0:
		return 1
	}
	return 0
}

// OpsOf returns the operations on each path.
func OpsOf(r *trace.Report) map[string]trace.Op {
	ops := make(map[string]trace.Op, len(r.Paths))
	for _, p := range r.Paths {
		ops[p.Name] = p.Ops
	}
	return ops
}
