package trace

import (
	"encoding/json"
	"fmt"
	"slices"
)

// unfinished makes a report of the lines of a stream, as the session would have made it if the command
// had ended at the last of them. The paths are checked on the disk now. Paths in sandboxes are only
// counted, because their mount tables are not in the stream.
type unfinished struct {
	record recorder
	report *Report
}

// line adds a line.
func (u *unfinished) line(text []byte) error {
	var line callLine
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	r := &u.record
	switch {
	case line.Program != nil:
		r.who.append(line.Program.text())
		return nil
	case line.Change != nil:
		if len(r.changes) < mostChanges {
			r.change(line.Change.change())
		}
		return nil
	}
	t := touch{path: []byte(line.text()), follow: line.Follow, view: min(line.View, 1), program: uint16(line.By)}
	if len(t.path) == 0 || t.path[0] != '/' {
		return fmt.Errorf("path %q: not absolute", t.path)
	}
	if line.View < 0 {
		return fmt.Errorf("view %d: must not be negative", line.View)
	}
	if line.By < 0 || line.By >= max(len(r.who.names), 1) {
		return fmt.Errorf("program %d: must be between 0 and %d", line.By, max(len(r.who.names)-1, 0))
	}
	for _, name := range line.Tried {
		op, err := parseAnyOp(name)
		if err != nil {
			return err
		}
		t.op |= op
	}
	u.report.Stats.Calls++
	r.note(t, line.Done)
	return nil
}

func (c *changeLine) change() nameChange {
	return nameChange{
		name: c.Name.text(), view: c.View, target: c.Target.text(), to: c.To.text(), exchange: c.Exchange, certain: c.Certain,
		file: fileID{uint32(c.File[0]), uint32(c.File[1]), c.File[2]},
	}
}

// finish makes the paths of the report.
func (u *unfinished) finish() {
	r := u.report
	rp := newReporter(&u.record, r, Uninteresting, func(view int, path string) (string, bool) { return path, view == 0 })
	rp.exact = r.Backend != BackendNotify
	rp.all(func(int) {})
	rp.finish()
	r.Stats.Sandboxed += int64(rp.sandboxed)
	r.Privileged = slices.Compact(r.Privileged)
}
