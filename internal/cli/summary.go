package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
)

// summarize prints how many candidates there are and how large they are by top
// directory: the container or the root that is nearest above.
func (f *listFlags) summarize(ctx context.Context, l *listing) (scan.Stats, error) {
	t := totals{rollup: scan.NewRollup(l.plan.policy, l.plan.homes()...), tops: map[string]*row{}}
	stats, err := scan.List(ctx, l.opts, only(l.wanted, t.add))
	if err != nil {
		return stats, err
	}
	format := summaryFormat(l.style)
	if f.json {
		format = summaryJSONFormat()
	}
	rows := slices.SortedFunc(maps.Values(t.tops), func(a, b *row) int { return bytes.Compare(a.path, b.path) })
	f.sortRows(rows)
	out := &rowPrinter{printer: l.printer, format: format}
	for _, r := range rows {
		if err := out.row(r); errors.Is(err, errEnough) {
			break
		} else if err != nil {
			return stats, err
		}
	}
	if !f.json && l.printer.printed > 0 {
		l.printer.out.buf = appendTotal(l.printer.out.buf, t.all.files, t.all.bytes, "total")
	}
	return stats, nil
}

// totals counts candidates by top directory.
type totals struct {
	rollup *scan.Rollup
	tops   map[string]*row
	all    row
	// dir is the directory of the last candidate, with its slash, and top where
	// it counts.
	dir []byte
	top *row
}

func (t *totals) add(e *scan.Entry) error {
	slash := bytes.LastIndexByte(e.Path, '/')
	if !bytes.Equal(e.Path[:slash+1], t.dir) {
		t.dir = append(t.dir[:0], e.Path[:slash+1]...)
		name := t.rollup.Top(string(e.Path))
		if t.top = t.tops[name]; t.top == nil {
			t.top = newRow(name, scan.KindDir)
			t.tops[name] = t.top
		}
	}
	t.top.add(e)
	t.all.add(e)
	return nil
}

// summaryFormat writes files, size and path in columns.
func summaryFormat(style pathStyle) rowFormat {
	return func(dst []byte, r *row) []byte {
		return appendTotal(dst, r.files, r.bytes, string(style.append(nil, r.path, r.kind)))
	}
}

func appendTotal(dst []byte, files int, size int64, what string) []byte {
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

func summaryJSONFormat() rowFormat {
	json := jsonline.NewEncoder()
	return func(dst []byte, r *row) []byte {
		path := string(r.path)
		if len(path) > 1 {
			path = path[:len(path)-1]
		}
		line := summaryLine{Files: r.files, Bytes: r.bytes, ModTime: r.newest.UTC()}
		line.Path, line.PathBytes = jsonline.Path(path)
		return json.Append(dst, &line)
	}
}
