package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/watch"
)

// WatchedPath is what happened to a path within a short time.
type WatchedPath struct {
	watch.Record
	Kind  scan.Kind
	Info  scan.Info
	Class scan.Class
	// Missing is set if the path does not exist any more. Kind and Info are then unknown.
	Missing bool
}

// watchLine is the schema of watch --json, which docs/json.md documents.
type watchLine struct {
	Event     string     `json:"event"`
	Time      time.Time  `json:"time"`
	Path      string     `json:"path,omitempty"`
	PathBytes string     `json:"pathBytes,omitempty"`
	Type      string     `json:"type"`
	Ops       []string   `json:"ops"`
	Class     string     `json:"class"`
	Missing   bool       `json:"missing"`
	Size      int64      `json:"size"`
	Mode      string     `json:"mode"`
	ModTime   *time.Time `json:"mtime"`
	Program   string     `json:"program"`
	Exe       string     `json:"executable"`
	PID       int        `json:"pid"`
	Unit      string     `json:"unit"`
}

// overflowLine is the line of watch --json for an overflow.
type overflowLine struct {
	Event string    `json:"event"`
	Time  time.Time `json:"time"`
}

// AppendWatchJSON appends a write, or an overflow, as a line of watch --json.
func AppendWatchJSON(json *jsonline.Encoder, dst []byte, w *WatchedPath) []byte {
	at := w.Time.UTC().Truncate(time.Millisecond)
	if w.Overflow {
		return json.Append(dst, &overflowLine{"overflow", at})
	}
	line := &watchLine{
		Event: "write", Time: at, Type: w.Kind.String(), Ops: w.Op.Names(), Class: w.Class.String(), Missing: w.Missing,
		Size: w.Info.Size, Mode: octal.Mode(w.Info.Mode),
		Program: printable.Name(w.By.Name()), Exe: printable.Name(w.By.Exe), PID: w.By.PID, Unit: printable.Name(w.By.Unit),
	}
	line.Path, line.PathBytes = jsonline.Path(w.Path)
	if !w.Missing {
		utc := w.Info.ModTime.UTC()
		line.ModTime = &utc
	}
	return json.Append(dst, line)
}

// WatchText returns a write for watch --long: time of day, operations and program, without the path.
func WatchText(w *WatchedPath) string {
	return fmt.Sprintf("%s %-15s %-15s", w.Time.Local().Format(time.TimeOnly), w.Op, printable.Name(writer(&w.By)))
}

// writer returns the program, or its number.
func writer(p *watch.Process) string {
	switch name := p.Name(); {
	case name != "":
		return name
	case p.PID > 0:
		return fmt.Sprintf("process %d", p.PID)
	}
	return "unknown"
}

// WriterShort returns program and age for a narrow column: "firefox, 3s ago".
func WriterShort(r *watch.Record, now time.Time) string {
	return fmt.Sprintf("%s, %s ago", printable.Name(writer(&r.By)), printable.Age(now.Sub(r.Time)))
}

// WriterText returns who wrote a path, and when: "written by firefox (app.scope) 3s ago".
func WriterText(r *watch.Record, now time.Time) string {
	text := strings.ReplaceAll(r.Op.String(), ",", ", ") + " by " + printable.Name(writer(&r.By))
	if r.By.Unit != "" {
		text += " (" + printable.Name(r.By.Unit) + ")"
	}
	return text + " " + printable.Age(now.Sub(r.Time)) + " ago"
}

// writtenKeys are the keys of a JSON line about the last recorded write.
type writtenKeys struct {
	WrittenBy   string     `json:"writtenBy"`
	WrittenUnit string     `json:"writtenUnit"`
	WrittenAt   *time.Time `json:"writtenAt"`
}

// newWrittenKeys returns the keys of a record, which may be nil.
func newWrittenKeys(r *watch.Record) writtenKeys {
	if r == nil {
		return writtenKeys{}
	}
	at := r.Time.UTC()
	return writtenKeys{printable.Name(writer(&r.By)), printable.Name(r.By.Unit), &at}
}

// OverflowText is the warning about an overflow.
const OverflowText = "the kernel dropped events: more files were written than could be read; some writes are missing"

// MarkText returns a warning about a tree that is not watched by name; "" for one that is.
func MarkText(m *watch.Mark) string {
	switch m.How {
	case watch.ByName:
		return ""
	case watch.ByFile:
		return fmt.Sprintf("%s (%s): only files that are written and closed are seen there, not names that are created or renamed", m.Tree, m.FSType)
	case watch.HowUnknown, watch.Not:
	}
	return fmt.Sprintf("%s (%s) cannot be watched: %v", m.Tree, m.FSType, m.Err)
}

// HiddenWritesText says how many writes were left out, because list hides their paths, too.
func HiddenWritesText(n int) string {
	return Count(n, "write") + " to excluded paths, caches and temporary files left out; --all includes them"
}

// WatchingText says what is watched.
func WatchingText(marks []watch.Mark) string {
	var trees []string
	for _, m := range marks {
		if m.How == watch.ByName || m.How == watch.ByFile {
			trees = append(trees, m.Tree)
		}
	}
	return "watching " + strings.Join(trees, ", ") + "; Ctrl-C ends it"
}
