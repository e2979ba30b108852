package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
)

// changes are the operations that leave something behind.
const changes = trace.Create | trace.Write | trace.Rename | trace.Delete

// tracedPath is a path of a trace with the verdict on it.
type tracedPath struct {
	*trace.Path
	kind  scan.Kind
	class scan.Class
	// shown says that it is among the results, and refused that it is among those
	// that are shown dimmed.
	shown, refused bool
}

// selectTraced judges what a trace has found: what is shown of it is what the next
// reboot wipes, and by the flags more.
func (p *plan) selectTraced(f *traceFlags, r *trace.Report) []tracedPath {
	list := make([]tracedPath, 0, len(r.Paths))
	for i := range r.Paths {
		t := tracedPath{Path: &r.Paths[i], kind: kindOf(&r.Paths[i])}
		t.class = p.judge(t.Name, t.kind).Class
		switch {
		case t.class == scan.ClassExcluded:
			t.refused = !t.Missing
		case t.Missing:
			t.shown = f.missing && (f.all || t.class.Listed())
		case f.all:
			t.shown = true
		default:
			// Of directories only those that were renamed: what is in them was made under
			// another name.
			wanted := t.kind != scan.KindDir || t.Ops&trace.Rename != 0
			t.shown = t.class.Listed() && wanted
			t.refused = !t.shown && wanted
		}
		list = append(list, t)
	}
	slices.SortStableFunc(list, func(a, b tracedPath) int { return rankOf(b.Ops) - rankOf(a.Ops) })
	return list
}

// kindOf returns what a path is, from its st_mode (inode(7)).
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

// rankOf orders operations: what was changed before what was read.
func rankOf(ops trace.Op) int {
	switch {
	case ops&changes != 0:
		return 2
	case ops&(trace.Read|trace.Exec) != 0:
		return 1
	}
	return 0
}

// printTrace prints what is shown of a trace.
func (a *app) printTrace(p *plan, f *traceFlags, r *trace.Report) error {
	out := newWriter(a.out)
	json := jsonline.NewEncoder()
	terminal := isTerminal(a.out)
	end := lineEnd(f.print0)
	for _, t := range p.selectTraced(f, r) {
		if !t.shown {
			continue
		}
		name := t.Name
		if terminal && !f.print0 {
			name = printable.Name(name)
		}
		switch {
		case f.json:
			out.buf = json.Append(out.buf, newTraceLine(t))
		case f.long:
			out.buf = fmt.Appendf(out.buf, "%-23s %s%c", t.Ops, name, end)
		default:
			out.buf = append(append(out.buf, name...), end)
		}
		if err := out.full(); err != nil {
			return err
		}
	}
	return out.flush()
}

// traceLine is the schema of trace --json, which docs/json.md documents.
type traceLine struct {
	Path      string     `json:"path,omitempty"`
	PathBytes string     `json:"pathBytes,omitempty"`
	Type      string     `json:"type"`
	Ops       []string   `json:"ops"`
	Class     string     `json:"class"`
	Missing   bool       `json:"missing"`
	Size      int64      `json:"size"`
	Mode      string     `json:"mode"`
	ModTime   *time.Time `json:"mtime"`
}

func newTraceLine(t tracedPath) *traceLine {
	line := &traceLine{
		Type: t.kind.String(), Ops: t.Ops.Names(), Class: t.class.String(), Missing: t.Missing,
		Size: t.Size, Mode: fmt.Sprintf("%04o", t.Mode&0o7777),
	}
	line.Path, line.PathBytes = jsonline.Path(t.Name)
	if !t.Missing {
		utc := t.ModTime.UTC()
		line.ModTime = &utc
	}
	return line
}

// tellTrace sums a trace up on stderr, and says what it may lack.
func (a *app) tellTrace(f *traceFlags, r *trace.Report) {
	changed, missing := 0, 0
	for _, p := range r.Paths {
		switch {
		case p.Missing:
			missing++
		case p.Ops&changes != 0:
			changed++
		}
	}
	a.err.line(fmt.Sprintf("list-ephemeral: traced %s for %s (%s): %d calls, %d paths, %d changed, %d not there; %s",
		brief(r.Command), r.Took.Round(time.Millisecond), r.Backend, r.Stats.Calls, len(r.Paths), changed, missing, ending(r)))
	if n := r.Stats.Unreadable; n > 0 {
		say(a.err, "warning", fmt.Sprintf("the paths of %d calls could not be read: their programs do not let others look into them", n))
	}
	if n := r.Stats.Rings; n > 0 {
		say(a.err, "warning", fmt.Sprintf("io_uring was set up %d times: what was opened through it is not listed", n))
	}
	if n := r.Stats.Sandboxed; n > 0 {
		say(a.err, "warning", fmt.Sprintf("%d paths exist only in a sandbox of the command's", n))
	}
	if r.Survivors && !wasAttached(r) {
		say(a.err, "warning", "processes are still running: what they do from now on is not listed (--wait all waits for them)")
	}
	for _, why := range r.Rejected {
		say(a.err, "warning", "a better back end did not work: "+why)
	}
	for _, name := range r.Privileged {
		say(a.err, "warning", name+" is setuid or has capabilities, and ran without them")
	}
	if len(r.Privileged) > 0 {
		say(a.err, "hint", rightsHint)
	}
	if f.only != "" {
		say(a.err, "hint", "--only writes: what was read or looked up is not listed")
	}
}

// brief writes a command, or its beginning.
func brief(command []string) string {
	const most = 40
	runes := []rune(printable.Name(strings.Join(command, " ")))
	if len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return string(runes)
}

// wasAttached reports whether a trace followed a process that ran already.
func wasAttached(r *trace.Report) bool { return len(r.Command) > 0 && r.Command[0] == "-p" }

// ending says how a command ended.
func ending(r *trace.Report) string {
	switch {
	case wasAttached(r) && r.Survivors:
		return "left running"
	case wasAttached(r):
		return "it has ended"
	case r.TimedOut:
		return "ended by the time limit"
	case r.Signal != 0:
		return "killed by " + unix.SignalName(r.Signal)
	}
	return fmt.Sprintf("exit status %d", r.Status)
}

// browseTrace opens the screen on what a trace has found.
func (a *app) browseTrace(ctx context.Context, p *plan, f *traceFlags, r *trace.Report) error {
	in, out, err := a.terminal()
	if err != nil {
		return err
	}
	ops := opsOf(r)
	p.renamed = func(path string) bool { return ops[path]&trace.Rename != 0 }
	opts := a.screenOptions(p, in, out)
	opts.Machine = tracedMachine{newMachine(p), p.selectTraced(f, r), ops}
	opts.Listed = true
	for _, group := range tracedGroups {
		opts.Groups = append(opts.Groups, group.name)
	}
	return a.runScreen(ctx, p, opts, "")
}

// opsOf returns what was done to each path.
func opsOf(r *trace.Report) map[string]trace.Op {
	ops := make(map[string]trace.Op, len(r.Paths))
	for _, p := range r.Paths {
		ops[p.Name] = p.Ops
	}
	return ops
}
