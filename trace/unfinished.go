package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// A report is made when the command has ended. If this process is killed before that, the records
// would be lost. So they are also written while the command runs ([Options.Unfinished]): one line for
// each new record, program and change of a name. ReadReports makes a report of them.

// stream writes records. Adding a line only appends it to a buffer, because the file may be on a file
// system that a traced program serves. A nil stream does nothing.
type stream struct {
	mu  sync.Mutex
	buf bytes.Buffer
	enc *json.Encoder // to buf
	// programs is how many programs were written.
	programs int
	// full is set if lines are left out, because they could not be written in time.
	full bool
}

const (
	// flushEvery is how long a line stays in the buffer.
	flushEvery = 500 * time.Millisecond
	// mostUnflushed limits the buffer, in bytes, if the file system does not answer.
	mostUnflushed = 64 << 20
)

func newStream() *stream {
	s := new(stream)
	s.enc = json.NewEncoder(&s.buf)
	s.enc.SetEscapeHTML(false)
	return s
}

// callLine is a line of an unfinished report: a path with the operations that a call tried, a program,
// or a change of the journal.
type callLine struct {
	fileName
	Tried  []string `json:"tried,omitempty"`
	Done   bool     `json:"done,omitempty"`   // the call has succeeded
	Follow bool     `json:"follow,omitempty"` // a symlink in the last component is followed
	View   int      `json:"view,omitempty"`
	// By is the number of the program, beginning with 1, in the order of the lines with one.
	By      int         `json:"by,omitempty"`
	Program *fileName   `json:"program,omitempty"`
	Change  *changeLine `json:"change,omitempty"`
	Dropped bool        `json:"dropped,omitempty"` // the lines that follow were not written
}

// changeLine is a nameChange.
type changeLine struct {
	Name     fileName  `json:"name"`
	View     int       `json:"view,omitempty"`
	Target   fileName  `json:"target"`
	To       fileName  `json:"to"`
	Exchange bool      `json:"exchange,omitempty"`
	File     [3]uint64 `json:"file"` // major and minor number of the device, and inode
	Certain  bool      `json:"certain,omitempty"`
}

// touch adds a record.
func (s *stream) touch(t *touch, ok bool, who *who) {
	if s == nil {
		return
	}
	op := t.op
	if t.op&Delete != 0 && t.before.known {
		op |= t.before.presence()
	}
	line := callLine{fileName: nameOf(string(t.path)), Tried: op.allNames(), Done: ok, Follow: t.follow, View: t.view, By: int(t.program)}
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.programs < int(t.program) {
		s.programs++
		name := nameOf(who.names[s.programs])
		s.add(&callLine{Program: &name})
	}
	s.add(&line)
}

// change adds a change of the journal.
func (s *stream) change(c *nameChange) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(&callLine{Change: &changeLine{
		Name: nameOf(c.name), View: c.view, Target: nameOf(c.target), To: nameOf(c.to), Exchange: c.exchange, Certain: c.certain,
		File: [3]uint64{uint64(c.file.major), uint64(c.file.minor), c.file.inode},
	}})
}

func (s *stream) add(line *callLine) {
	switch { // the types of a line and a bytes.Buffer cannot fail
	case s.full:
	case s.buf.Len() > mostUnflushed:
		s.full = true
		_ = s.enc.Encode(&callLine{Dropped: true})
	default:
		_ = s.enc.Encode(line)
	}
}

// begin writes the header, and then the lines until end is called. After an error it stops, and no
// lines are kept in memory.
func (s *stream) begin(to io.Writer, r *Report) (end func()) {
	if s == nil {
		return func() {}
	}
	var head bytes.Buffer
	enc := json.NewEncoder(&head)
	enc.SetEscapeHTML(false)
	h := headerOf(r)
	h.Unfinished, h.Calls = true, true
	_ = enc.Encode(h) // its types cannot fail, nor can a bytes.Buffer
	stop := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		_, err := to.Write(head.Bytes())
		tick := time.NewTicker(flushEvery)
		defer tick.Stop()
		for err == nil {
			select {
			case <-tick.C:
				_, err = to.Write(s.take())
			case <-stop:
				_, _ = to.Write(s.take()) // the report is next
				return
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.full, s.buf = true, bytes.Buffer{}
	})
	return sync.OnceFunc(func() {
		close(stop)
		writer.Wait()
	})
}

// take returns what is in the buffer, and empties it.
func (s *stream) take() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := bytes.Clone(s.buf.Bytes())
	s.buf.Reset()
	return text
}

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
	case line.Dropped:
		u.report.Truncated = true
		return nil
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
