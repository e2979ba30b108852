package trace

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"syscall"
	"time"
	"unicode/utf8"
)

// A report is kept as JSON lines: one that says what it is, then one for each path.

// fileFormat is what the first line calls itself, and fileVersion which one it is:
// a file of a newer one is refused.
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
	Privileged []string  `json:"privileged,omitempty"`
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

// WriteReport writes a report, so that ReadReport gives it back.
func WriteReport(to io.Writer, r *Report) error {
	w := bufio.NewWriter(to)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	err := enc.Encode(fileHeader{
		Format: fileFormat, Version: fileVersion, Command: r.Command, Backend: r.Backend.String(), Started: r.Started, Seconds: r.Took.Seconds(),
		Status: r.Status, Signal: int(r.Signal), TimedOut: r.TimedOut, Survivors: r.Survivors,
		Privileged: r.Privileged, Stats: r.Stats,
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

// ReadReport reads what WriteReport has written. An error names the line.
func ReadReport(from io.Reader) (*Report, error) {
	in := json.NewDecoder(bufio.NewReader(from))
	var head fileHeader
	if err := in.Decode(&head); err != nil || head.Format != fileFormat {
		return nil, errors.New("read the trace: line 1: this is no trace that list-ephemeral has written")
	}
	if head.Version != fileVersion {
		return nil, fmt.Errorf("read the trace: line 1: version %d: want %d", head.Version, fileVersion)
	}
	backend, err := ParseBackend(head.Backend)
	if err != nil {
		return nil, fmt.Errorf("read the trace: line 1: %w", err)
	}
	r := &Report{
		Command: head.Command, Backend: backend, Started: head.Started, Took: time.Duration(head.Seconds * float64(time.Second)), Status: head.Status, Signal: syscall.Signal(head.Signal),
		TimedOut: head.TimedOut, Survivors: head.Survivors, Privileged: head.Privileged, Stats: head.Stats,
	}
	for line := 2; ; line++ {
		var p filePath
		err := in.Decode(&p)
		if errors.Is(err, io.EOF) {
			return r, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the trace: line %d: %w", line, err)
		}
		path, err := p.decode()
		if err != nil {
			return nil, fmt.Errorf("read the trace: line %d: %w", line, err)
		}
		r.Paths = append(r.Paths, path)
	}
}

func (p *filePath) decode() (Path, error) {
	path := Path{Name: p.Path, Missing: p.Missing, Mode: p.Mode, Size: p.Size}
	if len(p.Bytes) > 0 {
		path.Name = string(p.Bytes)
	}
	if path.Name == "" || path.Name[0] != '/' {
		return path, fmt.Errorf("path %q: want an absolute one", path.Name)
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
