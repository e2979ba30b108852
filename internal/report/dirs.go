package report

import (
	"fmt"
	"strconv"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
)

// RowFormat appends a row as a line of output.
type RowFormat func(dst []byte, r *scan.Row) []byte

// DirPathFormat writes paths, each followed by end.
func DirPathFormat(end byte, style PathStyle) RowFormat {
	return func(dst []byte, r *scan.Row) []byte { return append(style.Append(dst, r.Path, r.Kind), end) }
}

// DirLongFormat writes files, size, excluded files and symlinks that are kept with the directory, age
// and path in columns, and before the path what the next boot changes about it, if coming is not nil.
func DirLongFormat(style PathStyle, coming ComingOf, now time.Time) RowFormat {
	path := DirPathFormat('\n', style)
	return func(dst []byte, r *scan.Row) []byte {
		along := func(mark byte, n int) string {
			if n == 0 {
				return "-"
			}
			return string(mark) + strconv.Itoa(n)
		}
		dst = fmt.Appendf(dst, "%7d %5s %8s %5s %4s ", r.Files, printable.Size(r.Bytes), along('+', r.Along.Excluded.Files), along('@', r.Along.Linked),
			printable.Age(now.Sub(r.Newest)))
		dst = coming.append(dst, rowPath(r))
		return path(dst, r)
	}
}

// dirLine is the schema of --dirs --json, which docs/json.md documents.
type dirLine struct {
	Path          string    `json:"path,omitempty"`
	PathBytes     string    `json:"pathBytes,omitempty"`
	Type          string    `json:"type"`
	Files         int       `json:"files"`
	Bytes         int64     `json:"bytes"`
	Excluded      int       `json:"excluded"`
	ExcludedBytes int64     `json:"excludedBytes"`
	Linked        int       `json:"linked"`
	ModTime       time.Time `json:"mtime"`
	Program       string    `json:"program"`
	Cache         bool      `json:"cache"`
	Known         int       `json:"known"`
	Declared      string    `json:"declared"`
	Next          string    `json:"next"`
	ownerKeys
}

// rowPath returns the path of a row without the slash of a directory.
func rowPath(r *scan.Row) string {
	path := string(r.Path)
	if r.IsDir() && path != "/" {
		path = path[:len(path)-1]
	}
	return path
}

// DirJSONFormat writes one JSON object a line.
func DirJSONFormat(notes Notes, owners OwnerOf) RowFormat {
	json := jsonline.NewEncoder()
	return func(dst []byte, r *scan.Row) []byte {
		path := rowPath(r)
		note := notes(path, r.IsDir())
		line := dirLine{
			Type: r.Kind.String(), Files: r.Files, Bytes: r.Bytes, ModTime: r.Newest.UTC(),
			Excluded: r.Along.Excluded.Files, ExcludedBytes: r.Along.Excluded.Bytes, Linked: r.Along.Linked,
			Program: note.Program, Cache: r.Cache, Known: note.Known,
			Declared: note.Declared, Next: note.Coming.word(),
		}
		o := owners(path)
		line.ownerKeys = newOwnerKeys(&o)
		line.Path, line.PathBytes = jsonline.Path(path)
		return json.Append(dst, &line)
	}
}

// SummaryFormat writes files, size and path in columns.
func SummaryFormat(style PathStyle) RowFormat {
	return func(dst []byte, r *scan.Row) []byte {
		return AppendTotal(dst, r.Files, r.Bytes, string(style.Append(nil, r.Path, r.Kind)))
	}
}

// AppendTotal appends a line with files, size and a name, in columns.
func AppendTotal(dst []byte, files int, size int64, what string) []byte {
	return fmt.Appendf(dst, "%7d %5s %s\n", files, printable.Size(size), what)
}

// summaryLine is the schema of --summary --json, which docs/json.md documents.
type summaryLine struct {
	Path      string    `json:"path,omitempty"`
	PathBytes string    `json:"pathBytes,omitempty"`
	Files     int       `json:"files"`
	Bytes     int64     `json:"bytes"`
	ModTime   time.Time `json:"mtime"`
}

// SummaryJSONFormat writes one JSON object a line.
func SummaryJSONFormat() RowFormat {
	json := jsonline.NewEncoder()
	return func(dst []byte, r *scan.Row) []byte {
		path := rowPath(r)
		line := summaryLine{Files: r.Files, Bytes: r.Bytes, ModTime: r.Newest.UTC()}
		line.Path, line.PathBytes = jsonline.Path(path)
		return json.Append(dst, &line)
	}
}
