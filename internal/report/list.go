package report

import (
	"cmp"
	"fmt"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/watch"
)

// Format appends a candidate as a line of output.
type Format func(dst []byte, e *scan.Entry) []byte

// PathFormat writes paths, each followed by end.
func PathFormat(end byte, style PathStyle) Format {
	if style == (PathStyle{}) { // fast path for pipes: a listing may have millions of lines
		return func(dst []byte, e *scan.Entry) []byte { return append(append(dst, e.Path...), end) }
	}
	return func(dst []byte, e *scan.Entry) []byte { return append(style.Append(dst, e.Path, e.Kind), end) }
}

// Seen returns how many of the earlier states have a path.
type Seen func(path string) (have, of int)

// text returns the counts as "3/5", "-" if there are no states.
func (seen Seen) text(path string) string {
	have, of := seen(path)
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d", have, of)
}

// ComingOf says what the next boot changes about a path.
type ComingOf func(path string) Coming

// append appends a column that says it, or nothing where c is nil.
func (c ComingOf) append(dst []byte, path string) []byte {
	if c == nil {
		return dst
	}
	return fmt.Appendf(dst, "%-7s ", cmp.Or(c(path).word(), "-"))
}

// LongFormat writes mode, owner, size, age and path in columns, and before the path what the next
// boot changes about it, if coming is not nil, and the earlier states that have it, if seen is not nil.
func LongFormat(style PathStyle, names Owners, coming ComingOf, seen Seen, now time.Time) Format {
	path := PathFormat('\n', style)
	return func(dst []byte, e *scan.Entry) []byte {
		info := e.Info()
		dst = fmt.Appendf(dst, "%s %-8s %5s %4s ", info.Mode, printable.Name(names.User(info.UID)),
			printable.Size(info.Size), printable.Age(now.Sub(info.ModTime)))
		dst = coming.append(dst, string(e.Path))
		if seen != nil {
			dst = fmt.Appendf(dst, "%5s ", seen.text(string(e.Path)))
		}
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
	Declared  string    `json:"declared"`
	Next      string    `json:"next"`
	ownerKeys
	*seenKeys
	writtenKeys
}

// seenKeys are the keys about earlier states, which are written only if that was asked.
type seenKeys struct {
	States int `json:"states"`
	Of     int `json:"of"`
}

func newSeenKeys(seen Seen, path string) *seenKeys {
	if seen == nil {
		return nil
	}
	have, of := seen(path)
	return &seenKeys{have, of}
}

// JSONFormat writes one JSON object a line, with the states that have it if seen is not nil.
func JSONFormat(notes Notes, names Owners, owners OwnerOf, seen Seen) Format {
	json := jsonline.NewEncoder()
	var line jsonLine
	return func(dst []byte, e *scan.Entry) []byte {
		path := string(e.Path)
		info, note := e.Info(), notes(path, e.Kind == scan.KindDir)
		line = jsonLine{
			Type: e.Kind.String(), Size: info.Size, ModTime: info.ModTime.UTC(),
			Mode: octal.Mode(info.Mode),
			User: names.User(info.UID), Group: names.Group(info.GID),
			Program: note.Program, Cache: note.Cache || e.Tagged, Known: note.Known, Declared: note.Declared,
			Next: note.Coming.word(),
		}
		o := owners(path)
		line.Path, line.PathBytes = jsonline.Path(path)
		line.ownerKeys, line.seenKeys, line.writtenKeys = newOwnerKeys(&o), newSeenKeys(seen, path), newWrittenKeys(note.Written)
		return json.Append(dst, &line)
	}
}

// Note has the facts about a path that come from known names and the configuration.
type Note struct {
	Program string // the package that it belongs to, as written in the configuration
	Cache   bool   // whether it is cache, by location or name
	// Declared is where it is declared persistent, if nothing carries that out.
	Declared string
	// Coming is what the next boot changes about it.
	Coming Coming
	Known  int // number of public configurations that keep it
	// Written is the last recorded write, or nil.
	Written *watch.Record
}

// Notes returns the note on a path.
type Notes func(path string, isDir bool) Note

// Owners returns the names of users and groups.
type Owners interface {
	User(id uint32) string
	Group(id uint32) string
}
