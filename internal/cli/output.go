package cli

import (
	"fmt"
	"io"
	"os/user"
	"strconv"
	"sync"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
)

// writer gathers output in large writes, the first one early: who looks at a
// pipe wants to see something at once.
type writer struct {
	to      io.Writer
	buf     []byte
	flushAt int
	last    time.Time
	err     error // of the first write that failed: nothing is written after it
}

const (
	firstFlush = 4 << 10
	laterFlush = 64 << 10
	// flushEvery is how long output may lie about while the disk is slow.
	flushEvery = 50 * time.Millisecond
)

func newWriter(to io.Writer) *writer {
	return &writer{to: to, buf: make([]byte, 0, laterFlush+8<<10), flushAt: firstFlush, last: time.Now()}
}

// full is to be asked after each line; it flushes when there is enough.
func (w *writer) full() error {
	if len(w.buf) < w.flushAt {
		return nil
	}
	w.flushAt = laterFlush
	return w.flush()
}

// idle flushes what has been lying about for long.
func (w *writer) idle() {
	if len(w.buf) > 0 && time.Since(w.last) > flushEvery {
		_ = w.flush() // its error comes again with the next one
	}
}

func (w *writer) flush() error {
	if len(w.buf) > 0 && w.err == nil {
		_, w.err = w.to.Write(w.buf)
	}
	w.buf, w.last = w.buf[:0], time.Now()
	return w.err
}

// helpWriter is stdout for cobra, which prints help and versions and drops errors.
type helpWriter struct {
	to  io.Writer
	err error // of the first write that failed
}

func (w *helpWriter) Write(text []byte) (int, error) {
	if w.err == nil {
		_, w.err = w.to.Write(text)
	}
	return len(text), nil
}

// format appends one candidate as a line of output.
type format func(dst []byte, e *scan.Entry) []byte

// pathFormat writes paths ended by end.
func pathFormat(end byte, style pathStyle) format {
	if style == (pathStyle{}) { // into a pipe, where a listing may have millions of lines
		return func(dst []byte, e *scan.Entry) []byte { return append(append(dst, e.Path...), end) }
	}
	return func(dst []byte, e *scan.Entry) []byte { return append(style.append(dst, e.Path, e.Kind), end) }
}

// owners gives names to user and group numbers, from /etc/passwd and /etc/group,
// asking once for each. Any number of goroutines may ask.
type owners struct {
	mu            sync.Mutex
	users, groups map[uint32]string
}

func newOwners() *owners {
	return &owners{users: map[uint32]string{}, groups: map[uint32]string{}}
}

// both returns "user group".
func (o *owners) both(uid, gid uint32) string { return o.user(uid) + " " + o.group(gid) }

func (o *owners) user(id uint32) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return cached(o.users, id, func(number string) (string, error) {
		u, err := user.LookupId(number)
		if err != nil {
			return "", err
		}
		return u.Username, nil
	})
}

func (o *owners) group(id uint32) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return cached(o.groups, id, func(number string) (string, error) {
		g, err := user.LookupGroupId(number)
		if err != nil {
			return "", err
		}
		return g.Name, nil
	})
}

// cached returns the name of a number, which is the number itself where it has
// none.
func cached(names map[uint32]string, id uint32, lookup func(string) (string, error)) string {
	name, ok := names[id]
	if !ok {
		number := strconv.FormatUint(uint64(id), 10)
		var err error
		if name, err = lookup(number); err != nil {
			name = number
		}
		names[id] = name
	}
	return name
}

// longFormat writes mode, owner, size, age and path in columns.
func longFormat(style pathStyle, now time.Time) format {
	names, path := newOwners(), pathFormat('\n', style)
	return func(dst []byte, e *scan.Entry) []byte {
		info := e.Info()
		dst = fmt.Appendf(dst, "%s %-8s %5s %4s ", info.Mode, printable.Name(names.user(info.UID)),
			printable.Size(info.Size), printable.Age(now.Sub(info.ModTime)))
		return path(dst, e)
	}
}

// jsonLine is the schema of --json, which docs/json.md documents.
type jsonLine struct {
	Path      string    `json:"path,omitempty"`
	PathBytes string    `json:"pathBytes,omitempty"`
	Type      string    `json:"type"`
	Size      int64     `json:"size"`
	ModTime   time.Time `json:"mtime"`
	Mode      string    `json:"mode"`
	User      string    `json:"user"`
	Group     string    `json:"group"`
	Program   string    `json:"program"`
	Cache     bool      `json:"cache"`
	Known     int       `json:"known"`
}

// jsonFormat writes one JSON object a line.
func jsonFormat(notes *notes) format {
	names, json := newOwners(), jsonline.NewEncoder()
	var line jsonLine
	return func(dst []byte, e *scan.Entry) []byte {
		path := string(e.Path)
		info, note := e.Info(), notes.of(path, e.Kind == scan.KindDir)
		line = jsonLine{
			Type: e.Kind.String(), Size: info.Size, ModTime: info.ModTime.UTC(),
			Mode: octal.Mode(info.Mode),
			User: names.user(info.UID), Group: names.group(info.GID),
			Program: note.program, Cache: note.cache || e.Tagged, Known: note.known,
		}
		line.Path, line.PathBytes = jsonline.Path(path)
		return json.Append(dst, &line)
	}
}
