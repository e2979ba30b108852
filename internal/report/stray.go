package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
)

// StrayLine is the schema of stray --json, which docs/json.md documents.
type StrayLine struct {
	Path      string    `json:"path,omitempty"`
	PathBytes string    `json:"pathBytes,omitempty"`
	Type      string    `json:"type"`
	Files     int       `json:"files"`
	Bytes     int64     `json:"bytes"`
	ModTime   time.Time `json:"mtime"`
	Empty     bool      `json:"empty"`
}

// StrayJSONFormat writes one JSON object a line.
func StrayJSONFormat() RowFormat {
	json := jsonline.NewEncoder()
	return func(dst []byte, r *scan.Row) []byte {
		line := StrayLine{Type: r.Kind.String(), Files: r.Files, Bytes: r.Bytes, ModTime: r.Newest.UTC(), Empty: r.Empty()}
		line.Path, line.PathBytes = jsonline.Path(strings.TrimSuffix(string(r.Path), "/"))
		return json.Append(dst, &line)
	}
}

// StrayLongFormat writes files, size, age and path in columns.
func StrayLongFormat(style PathStyle, now time.Time) RowFormat {
	path := DirPathFormat('\n', style)
	return func(dst []byte, r *scan.Row) []byte {
		files := fmt.Sprint(r.Files)
		if r.Empty() {
			files = "empty"
		}
		dst = fmt.Appendf(dst, "%7s %5s %4s ", files, printable.Size(r.Bytes), printable.Age(now.Sub(r.Newest)))
		return path(dst, r)
	}
}
