package screen

import (
	"context"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/live"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// Watched is a machine whose candidates are the paths that are being written.
type Watched struct {
	Machine
	writes *live.Writes
}

// NewWatched returns a machine whose candidates are writes, also those that are added later.
func NewWatched(s *session.Session, writes *live.Writes) Watched { return Watched{New(s), writes} }

// Scan implements tui.Machine. It ends with its context.
func (m Watched) Scan(ctx context.Context, into *index.Store, _ bool) (tui.Summary, error) {
	err := m.writes.Follow(ctx, func(path string, kind scan.Kind) { into.AddPath([]byte(path), kind) })
	return tui.Summary{}, err
}

// recentWrite is the age up to which a path belongs to the group of recent ones.
const recentWrite = time.Minute

// WatchedGroups returns the names of the filters, for tui.Options.Groups.
func WatchedGroups() []string { return []string{"paths that were written in the last minute"} }

// Annotate implements tui.Machine. It returns who wrote the path, and when.
func (m Watched) Annotate(path string) table.Annotation {
	w, known := m.writes.Of(path)
	if !known {
		return table.Annotation{}
	}
	now := time.Now()
	note := table.Annotation{Short: report.WriterShort(&w.Record, now), Long: report.WriterText(&w.Record, now), Rank: int(w.Time.UnixMilli())}
	if now.Sub(w.Time) < recentWrite {
		note.Groups = 1
	}
	return note
}

// WriterOf returns the program that wrote a path last, for the program filter.
func (m Watched) WriterOf(path string) string {
	w, _ := m.writes.Of(path)
	return w.By.Name()
}
