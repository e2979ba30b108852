package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// maxLine is the maximum length of a line. The longest possible line is the first, with the
// arguments of the command: 2 MiB (execve(2)), and up to six bytes of JSON for each byte.
const maxLine = 16 << 20

// ReadReports reads the output of one or several calls of WriteReport. It returns at least one
// report. Errors contain the line number. An incomplete last line is not an error, but sets
// Truncated. For the lines that were written to Options.Unfinished, the paths are checked on the disk.
func ReadReports(from io.Reader) ([]*Report, error) {
	source := &lastByte{from: from}
	lines := bufio.NewScanner(source)
	lines.Buffer(nil, maxLine)
	var d decoder
	line := 1
	for ; lines.Scan(); line++ {
		err := d.line(lines.Bytes())
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) && source.last != '\n' && !lines.Scan() {
			d.current().Truncated = true // the last line: its writer was killed, or the disk was full
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
	case len(d.reports) == 0:
		return nil, fmt.Errorf("read the trace: line 1: %w", errNoTrace)
	}
	d.finish()
	return d.reports, nil
}

// ReadReport is ReadReports for the union of the reports.
func ReadReport(from io.Reader) (*Report, error) {
	reports, err := ReadReports(from)
	return Merge(reports...), err
}

// decoder reads lines.
type decoder struct {
	reports  []*Report
	programs []string    // of the current report
	last     []By        // of the last path, because the next one often has the same
	calls    *unfinished // the current report if its lines are those of a stream
}

func (d *decoder) current() *Report { return d.reports[len(d.reports)-1] }

// headerStart begins a first line, and no other.
const headerStart = `{"format":`

func (d *decoder) line(line []byte) error {
	if len(d.reports) > 0 && !bytes.HasPrefix(line, []byte(headerStart)) {
		if d.calls != nil {
			return d.calls.line(line)
		}
		return d.path(line)
	}
	head, err := readHeader(line)
	if err != nil {
		return err
	}
	d.finish()
	d.reports, d.last = append(d.reports, head.report()), nil
	d.programs = make([]string, len(head.Programs))
	for i, name := range head.Programs {
		d.programs[i] = name.text()
	}
	if head.Calls {
		d.calls = &unfinished{report: d.current()}
		d.calls.report.Unfinished = true
	}
	return nil
}

// finish makes the paths of an unfinished report.
func (d *decoder) finish() {
	if d.calls != nil {
		d.calls.finish()
		d.calls = nil
	}
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

var errNoTrace = errors.New("not a list-ephemeral trace")

// readHeader reads the first line of a report.
func readHeader(line []byte) (*fileHeader, error) {
	head := new(fileHeader)
	if err := json.Unmarshal(line, head); err != nil || head.Format != fileFormat {
		return nil, errNoTrace
	}
	if head.Version != fileVersion {
		return nil, fmt.Errorf("version: expected %d, got %d", fileVersion, head.Version)
	}
	if _, err := ParseBackend(head.Backend); err != nil {
		return nil, err
	}
	return head, head.check()
}

// report returns the report of a header that was checked, without paths.
func (h *fileHeader) report() *Report {
	backend, _ := ParseBackend(h.Backend)
	return &Report{
		Command: h.Command, Backend: backend, Started: h.Started, Took: time.Duration(h.Seconds * float64(time.Second)),
		Status: h.Status, Signal: syscall.Signal(h.Signal), TimedOut: h.TimedOut, Survivors: h.Survivors, Attached: h.Attached, Unfinished: h.Unfinished,
		Privileged: h.Privileged, Unreadable: h.Unreadable, KeptReadable: h.Kept, NoNewPrivs: h.NoNewPrivs,
		Check: Check(max(slices.Index(checkNames, h.Check), 0)), Homes: h.Homes, Scope: Scope(max(slices.Index(scopeNames[:], h.Scope), 0)), Stats: h.Stats,
	}
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
	for _, home := range h.Homes {
		if !filepath.IsAbs(home) || filepath.Clean(home) != home {
			return fmt.Errorf("home %q: must be absolute and clean", home)
		}
	}
	return nil
}

// path reads a line after the first.
func (d *decoder) path(line []byte) error {
	var p filePath
	if err := json.Unmarshal(line, &p); err != nil {
		return err
	}
	path, err := p.decode()
	if err != nil {
		return err
	}
	if path.By, err = d.by(p.By); err != nil {
		return err
	}
	r := d.current()
	r.Paths = append(r.Paths, path)
	return nil
}

// by returns the programs of a path.
func (d *decoder) by(list []fileBy) (by []By, err error) {
	for _, item := range list {
		if item.Program < 0 || item.Program >= len(d.programs) {
			return nil, fmt.Errorf("program %d: must be between 0 and %d", item.Program, len(d.programs)-1)
		}
		ops, err := parseOps(item.Ops)
		if err != nil {
			return nil, err
		}
		by = UnionOfBy(by, []By{{d.programs[item.Program], ops}})
	}
	if !slices.Equal(by, d.last) {
		d.last = by
	}
	return d.last, nil
}

func parseOps(names []string) (ops Op, err error) {
	for _, name := range names {
		op, err := ParseOp(name)
		if err != nil {
			return 0, err
		}
		ops |= op
	}
	return ops, nil
}

func (p *filePath) decode() (Path, error) {
	path := Path{Name: p.text(), Missing: p.Missing, Mode: p.Mode, Size: p.Size, Reread: p.Reread}
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
	var err error
	if path.Ops, err = parseOps(p.Ops); err != nil {
		return path, err
	}
	if p.ModTime != nil {
		path.ModTime = *p.ModTime
	}
	return path, nil
}
