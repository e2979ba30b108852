package trace

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"syscall"
	"time"
	"unicode/utf8"
)

// A report is written as JSON lines: a header, then one line for each path.

// fileFormat and fileVersion are the format and the version in the first line. Files of other
// versions are rejected.
const (
	fileFormat  = "list-ephemeral trace"
	fileVersion = 1
)

type fileHeader struct {
	Format     string    `json:"format"`
	Version    int       `json:"version"`
	Command    []string  `json:"command"`
	Backend    string    `json:"backend"`
	Started    time.Time `json:"started"`
	Seconds    float64   `json:"seconds"`
	Status     int       `json:"status"`
	Signal     int       `json:"signal,omitempty"`
	TimedOut   bool      `json:"timedOut,omitempty"`
	Survivors  bool      `json:"survivors,omitempty"`
	Attached   bool      `json:"attached,omitempty"`
	Privileged []string  `json:"privileged,omitempty"`
	Unreadable []string  `json:"unreadableBy,omitempty"`
	Kept       []string  `json:"keptReadable,omitempty"`
	NoNewPrivs bool      `json:"noNewPrivs,omitempty"`
	Check      string    `json:"check,omitempty"`
	Stats      Stats     `json:"stats"`
}

type filePath struct {
	Path    string     `json:"path,omitempty"`
	Bytes   []byte     `json:"pathBytes,omitempty"` // instead of a path that is not UTF-8
	Ops     []string   `json:"ops"`
	Missing bool       `json:"missing,omitempty"`
	Mode    uint32     `json:"mode,omitempty"` // st_mode
	Size    int64      `json:"size,omitempty"`
	ModTime *time.Time `json:"mtime,omitempty"`
}

// WriteReport writes r as JSON lines. ReadReport reads it back unchanged.
func WriteReport(to io.Writer, r *Report) error {
	w := bufio.NewWriter(to)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	err := enc.Encode(fileHeader{
		Format: fileFormat, Version: fileVersion, Command: r.Command, Backend: r.Backend.String(), Started: r.Started, Seconds: r.Took.Seconds(),
		Status: r.Status, Signal: int(r.Signal), TimedOut: r.TimedOut, Survivors: r.Survivors, Attached: r.Attached,
		Privileged: r.Privileged, Unreadable: r.Unreadable, Kept: r.KeptReadable, NoNewPrivs: r.NoNewPrivs, Check: checkName(r.Check), Stats: r.Stats,
	})
	for i := 0; i < len(r.Paths) && err == nil; i++ {
		p := &r.Paths[i]
		line := filePath{Path: p.Name, Ops: p.Ops.Names(), Missing: p.Missing, Mode: p.Mode, Size: p.Size}
		if !utf8.ValidString(p.Name) {
			line.Path, line.Bytes = "", []byte(p.Name)
		}
		if !p.ModTime.IsZero() {
			line.ModTime = &p.ModTime
		}
		err = enc.Encode(line)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the trace: %w", err)
	}
	return nil
}

// maxLine is the maximum length of a line. The longest possible line is the first, with the
// arguments of the command: 2 MiB (execve(2)), and up to six bytes of JSON for each byte.
const maxLine = 16 << 20

// ReadReport reads the output of WriteReport. Errors contain the line number. An incomplete last line
// is not an error, but sets Truncated.
func ReadReport(from io.Reader) (*Report, error) {
	source := &lastByte{from: from}
	lines := bufio.NewScanner(source)
	lines.Buffer(nil, maxLine)
	var r *Report
	line := 1
	for ; lines.Scan(); line++ {
		var err error
		if r == nil {
			r, err = readHeader(lines.Bytes())
		} else {
			err = r.readPath(lines.Bytes())
		}
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) && source.last != '\n' && !lines.Scan() {
			r.Truncated = true // the last line: its writer was killed, or the disk was full
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the trace: line %d: %w", line, err)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("read the trace: line %d: longer than %d MiB", line, maxLine>>20)
	case err != nil:
		return nil, fmt.Errorf("read the trace: %w", err)
	case r == nil:
		return nil, fmt.Errorf("read the trace: line 1: %w", errNoTrace)
	}
	return r, nil
}

// lastByte remembers the last byte that was read.
type lastByte struct {
	from io.Reader
	last byte
}

func (l *lastByte) Read(into []byte) (int, error) {
	n, err := l.from.Read(into)
	if n > 0 {
		l.last = into[n-1]
	}
	return n, err
}

// checkName returns the name of a state, or "" for CheckNone.
func checkName(c Check) string {
	if c == CheckNone {
		return ""
	}
	return c.String()
}

var errNoTrace = errors.New("not a list-ephemeral trace")

// readHeader reads the first line.
func readHeader(line []byte) (*Report, error) {
	var head fileHeader
	if err := json.Unmarshal(line, &head); err != nil || head.Format != fileFormat {
		return nil, errNoTrace
	}
	if head.Version != fileVersion {
		return nil, fmt.Errorf("version: expected %d, got %d", fileVersion, head.Version)
	}
	check := max(slices.Index(checkNames, head.Check), 0)
	backend, err := ParseBackend(head.Backend)
	if err != nil {
		return nil, err
	}
	if err := head.check(); err != nil {
		return nil, err
	}
	return &Report{
		Command: head.Command, Backend: backend, Started: head.Started, Took: time.Duration(head.Seconds * float64(time.Second)), Status: head.Status, Signal: syscall.Signal(head.Signal),
		TimedOut: head.TimedOut, Survivors: head.Survivors, Attached: head.Attached, Privileged: head.Privileged, Unreadable: head.Unreadable, KeptReadable: head.Kept, NoNewPrivs: head.NoNewPrivs, Check: Check(check), Stats: head.Stats,
	}, nil
}

// The largest valid numbers in a trace.
const (
	maxSeconds = 1e9 // about 31 years, which fits in a time.Duration
	maxStatus  = 255
	maxSignal  = 64 // signal(7)
	maxMode    = 0o177777
)

// check rejects numbers that no run can have.
func (h *fileHeader) check() error {
	for _, n := range []struct {
		name       string
		value, max float64
	}{
		{"seconds", h.Seconds, maxSeconds},
		{"status", float64(h.Status), maxStatus},
		{"signal", float64(h.Signal), maxSignal},
		{"calls", float64(h.Stats.Calls), math.MaxInt64},
		{"unreadable", float64(h.Stats.Unreadable), math.MaxInt64},
		{"tooLong", float64(h.Stats.TooLong), math.MaxInt64},
		{"stopped", float64(h.Stats.Stopped), math.MaxInt64},
		{"rings", float64(h.Stats.Rings), math.MaxInt64},
		{"sandboxed", float64(h.Stats.Sandboxed), math.MaxInt64},
	} {
		if !(0 <= n.value && n.value <= n.max) {
			return fmt.Errorf("%s %g: must be between 0 and %g", n.name, n.value, n.max)
		}
	}
	return nil
}

// readPath reads a line after the first.
func (r *Report) readPath(line []byte) error {
	var p filePath
	if err := json.Unmarshal(line, &p); err != nil {
		return err
	}
	path, err := p.decode()
	if err != nil {
		return err
	}
	r.Paths = append(r.Paths, path)
	return nil
}

func (p *filePath) decode() (Path, error) {
	path := Path{Name: p.Path, Missing: p.Missing, Mode: p.Mode, Size: p.Size}
	if len(p.Bytes) > 0 {
		path.Name = string(p.Bytes)
	}
	if path.Name == "" || path.Name[0] != '/' {
		return path, fmt.Errorf("path %q: not absolute", path.Name)
	}
	if filepath.Clean(path.Name) != path.Name {
		return path, fmt.Errorf("path %q: not clean", path.Name)
	}
	if p.Size < 0 {
		return path, fmt.Errorf("size %d: must not be negative", p.Size)
	}
	if p.Mode > maxMode {
		return path, fmt.Errorf("mode %d: must be at most %d", p.Mode, maxMode)
	}
	for _, name := range p.Ops {
		op, err := ParseOp(name)
		if err != nil {
			return path, err
		}
		path.Ops |= op
	}
	if p.ModTime != nil {
		path.ModTime = *p.ModTime
	}
	return path, nil
}
