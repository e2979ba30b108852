package trace

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf8"
)

// A report is written as JSON lines: a header, then one line for each path.
// Several runs are several such reports, one after the other.

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
	Homes      []string  `json:"homes,omitempty"`
	Scope      string    `json:"scope,omitempty"`
	Stats      Stats     `json:"stats"`
	// Unfinished and Calls are set if the lines are those of a stream; Unfinished alone
	// if they are paths.
	Unfinished bool `json:"unfinished,omitempty"`
	Calls      bool `json:"calls,omitempty"`
	// Programs are those of the paths, which refer to them by index.
	Programs []fileName `json:"programs,omitempty"`
}

// fileName is a name that may not be UTF-8.
type fileName struct {
	Path  string `json:"path,omitempty"`
	Bytes []byte `json:"pathBytes,omitempty"`
}

func nameOf(name string) fileName {
	if utf8.ValidString(name) {
		return fileName{Path: name}
	}
	return fileName{Bytes: []byte(name)}
}

func (n fileName) text() string {
	if len(n.Bytes) > 0 {
		return string(n.Bytes)
	}
	return n.Path
}

type filePath struct {
	fileName
	Ops     []string   `json:"ops"`
	Missing bool       `json:"missing,omitempty"`
	Mode    uint32     `json:"mode,omitempty"` // st_mode
	Size    int64      `json:"size,omitempty"`
	ModTime *time.Time `json:"mtime,omitempty"`
	By      []fileBy   `json:"by,omitempty"`
	Reread  bool       `json:"reread,omitempty"`
}

type fileBy struct {
	Program int      `json:"program"` // index in fileHeader.Programs
	Ops     []string `json:"ops"`
}

// programTable numbers the programs of a report.
type programTable struct {
	names []fileName
	index map[string]int
}

func programsOf(paths []Path) programTable {
	t := programTable{index: make(map[string]int)}
	for i := range paths {
		for _, by := range paths[i].By {
			if _, known := t.index[by.Program]; !known {
				t.index[by.Program] = len(t.names)
				t.names = append(t.names, nameOf(by.Program))
			}
		}
	}
	return t
}

// scopeName returns the name of a scope, or "" for ScopeAll.
func scopeName(s Scope) string {
	if s == ScopeAll {
		return ""
	}
	return s.String()
}

// WriteReport writes r as JSON lines. ReadReport reads it back unchanged.
func WriteReport(to io.Writer, r *Report) error {
	w := bufio.NewWriter(to)
	programs := programsOf(r.Paths)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	head := headerOf(r)
	head.Programs = programs.names
	err := enc.Encode(head)
	for i := 0; i < len(r.Paths) && err == nil; i++ {
		p := &r.Paths[i]
		line := filePath{fileName: nameOf(p.Name), Ops: p.Ops.Names(), Missing: p.Missing, Mode: p.Mode, Size: p.Size, Reread: p.Reread}
		for _, by := range p.By {
			line.By = append(line.By, fileBy{programs.index[by.Program], by.Ops.Names()})
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

// headerOf returns the header without programs.
func headerOf(r *Report) fileHeader {
	return fileHeader{
		Format: fileFormat, Version: fileVersion, Command: r.Command, Backend: r.Backend.String(), Started: r.Started, Seconds: r.Took.Seconds(),
		Status: r.Status, Signal: int(r.Signal), TimedOut: r.TimedOut, Survivors: r.Survivors, Attached: r.Attached, Unfinished: r.Unfinished,
		Privileged: r.Privileged, Unreadable: r.Unreadable, Kept: r.KeptReadable, NoNewPrivs: r.NoNewPrivs, Check: checkName(r.Check),
		Homes: r.Homes, Scope: scopeName(r.Scope), Stats: r.Stats,
	}
}

// checkName returns the name of a state, or "" for CheckNone.
func checkName(c Check) string {
	if c == CheckNone {
		return ""
	}
	return c.String()
}
