package traced

import (
	"context"
	"slices"
	"syscall"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
)

// Changes are the operations that change the file system.
const Changes = trace.Create | trace.Write | trace.Rename | trace.Delete

// ChangedSince calls found with each candidate, and each directory above candidates, that has changed
// at or after a time. It is trace.Options.Changed.
func ChangedSince(ctx context.Context, s *session.Session, since time.Time, found func(path string)) error {
	kinds := scan.KindsOf(scan.KindFile, scan.KindDir, scan.KindSymlink, scan.KindSocket, scan.KindPipe)
	_, err := scan.List(ctx, scan.Options{Policy: s.Policy, Kinds: kinds, ChangedSince: since}, func(e *scan.Entry) error {
		found(string(e.Path))
		return nil
	})
	return err
}

// Options configure Select.
type Options struct {
	// All includes directories, paths outside the roots, and what was only read or looked up.
	All bool
	// Missing includes paths that do not exist, or no longer do.
	Missing bool
	// Read includes what was only read or executed.
	Read bool
}

// Select classifies the paths of a trace. It marks as shown those that the next reboot wipes and that
// were changed and, depending on the options, others. They are ordered by group: what to keep first. Of a group,
// changes that were traced come before others, and what is state for certain (trace.Path.Reread) before
// the rest.
func Select(s *session.Session, r *trace.Report, opts Options) []report.TracedPath {
	g := newGrouper(s, r)
	list := make([]report.TracedPath, 0, len(r.Paths))
	for i := range r.Paths {
		t := report.TracedPath{Path: &r.Paths[i], Kind: kindOf(&r.Paths[i])}
		t.Class = s.Judge(t.Name, t.Kind).Class
		t.Group = g.group(&t)
		opts.mark(&t)
		list = append(list, t)
	}
	slices.SortStableFunc(list, func(a, b report.TracedPath) int { return RankOf(&b) - RankOf(&a) })
	return list
}

// mark decides whether a path is shown.
func (o *Options) mark(t *report.TracedPath) {
	switch {
	case t.Class == scan.ClassExcluded:
		t.Refused = !t.Missing
	case t.Missing:
		t.Shown = o.Missing && (o.All || t.Class.Listed())
	case o.All:
		t.Shown = true
	default:
		// A directory is shown only if it was renamed, because the files in it were created
		// under another name.
		wanted := t.Kind != scan.KindDir || t.Ops&trace.Rename != 0
		t.Shown = t.Class.Listed() && wanted && (o.Read || t.Group != report.TraceRead)
		t.Refused = !t.Shown && wanted
	}
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

// rankOfOps ranks operations: changes above changes that were not traced, these above reads, and reads
// above the rest.
func rankOfOps(ops trace.Op) int {
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

// RankOf ranks a path in the order of Select, the first with the highest rank.
func RankOf(t *report.TracedPath) int {
	rank := 4 * int(report.TraceRead-t.Group)
	rank = 2 * (rank + rankOfOps(t.Ops))
	if t.Reread {
		rank++
	}
	return rank
}

// OpsOf returns the operations on each path.
func OpsOf(r *trace.Report) map[string]trace.Op {
	ops := make(map[string]trace.Op, len(r.Paths))
	for _, p := range r.Paths {
		ops[p.Name] = p.Ops
	}
	return ops
}
