package report

import (
	"fmt"
	"time"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

// LostRow is a path of an earlier state that is not there now, or differs.
type LostRow struct {
	Path string
	Kind scan.Kind
	// Size is in bytes. Size and ModTime are those in the state.
	Size    int64
	ModTime time.Time
	Change  history.Change
	// State is the newest state that has the path. Of is how many states were compared, and States
	// how many of them have the path.
	State      *history.State
	States, Of int
	Recurrence history.Recurrence
}

// LostFormat appends a lost path as a line of output.
type LostFormat func(dst []byte, r *LostRow) []byte

// LostPathFormat writes paths, each followed by end.
func LostPathFormat(end byte, style PathStyle) LostFormat {
	return func(dst []byte, r *LostRow) []byte { return append(style.Append(dst, []byte(r.Path), r.Kind), end) }
}

// LostLongFormat writes the change, the recurrence, size, age and path in columns.
func LostLongFormat(style PathStyle, now time.Time) LostFormat {
	path := LostPathFormat('\n', style)
	return func(dst []byte, r *LostRow) []byte {
		dst = fmt.Appendf(dst, "%-7s ", r.Change)
		if r.Of > 1 {
			dst = fmt.Appendf(dst, "%-11s %d/%d ", r.Recurrence, r.States, r.Of)
		}
		dst = fmt.Appendf(dst, "%5s %4s ", printable.Size(r.Size), printable.Age(now.Sub(r.ModTime)))
		return path(dst, r)
	}
}

// lostLine is the schema of lost --json, which docs/json.md documents.
type lostLine struct {
	Path       string     `json:"path,omitempty"`
	PathBytes  string     `json:"pathBytes,omitempty"`
	Type       string     `json:"type"`
	Size       int64      `json:"size"`
	ModTime    time.Time  `json:"mtime"`
	Change     string     `json:"change"`
	Recurrence string     `json:"recurrence"`
	States     int        `json:"states"`
	Of         int        `json:"of"`
	State      string     `json:"state"`
	StateKind  string     `json:"stateKind"`
	StateTime  *time.Time `json:"stateTime"`
}

// LostJSONFormat writes one JSON object a line.
func LostJSONFormat() LostFormat {
	json := jsonline.NewEncoder()
	return func(dst []byte, r *LostRow) []byte {
		line := lostLine{
			Type: r.Kind.String(), Size: r.Size, ModTime: r.ModTime.UTC(), Change: r.Change.String(), Recurrence: r.Recurrence.String(),
			States: r.States, Of: r.Of, State: r.State.Name, StateKind: r.State.Kind.String(), StateTime: timeOf(r.State.Time),
		}
		line.Path, line.PathBytes = jsonline.Path(r.Path)
		return json.Append(dst, &line)
	}
}

// timeOf returns a time for JSON; nil if it is not known.
func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// LostSummary returns how much is gone or differs, as one line.
func LostSummary(rows []LostRow) string {
	var gone, differ int
	var bytes int64
	for i := range rows {
		if rows[i].Change == history.ChangeGone {
			gone++
			bytes = sizes.Add(bytes, rows[i].Size)
		} else {
			differ++
		}
	}
	text := fmt.Sprintf("%s with %s gone", Count(gone, "path"), printable.Size(bytes))
	if differ > 0 {
		text += fmt.Sprintf(", %s different", Count(differ, "path"))
	}
	return text
}

// StateText returns the kind, the name and the time of a state.
func StateText(s *history.State) string {
	text := s.Kind.String() + " " + s.Name
	if s.Root != "/" {
		text += " of " + s.Root
	}
	if s.Time.IsZero() {
		return text + ", of an unknown time"
	}
	return text + ", of " + s.Time.Local().Format("2006-01-02 15:04:05")
}

// StateShort returns the time of a state in nine columns, or the beginning of its kind.
func StateShort(s *history.State) string {
	if !s.Time.IsZero() {
		return s.Time.Local().Format("01-02 15h")
	}
	kind := s.Kind.String()
	return kind[:min(len(kind), 9)]
}

// LostText returns how a path is lost, and from which state it can be restored, as a clause.
func LostText(r *LostRow) string {
	text := r.Change.String() + "; " + StateText(r.State) + " has it"
	if r.Of > 1 {
		text += fmt.Sprintf("; %s: in %d of %d states", r.Recurrence, r.States, r.Of)
	}
	return text
}

// stateLine is the schema of lost --list-states --json, which docs/json.md documents.
type stateLine struct {
	Name   string     `json:"name"`
	Kind   string     `json:"kind"`
	Time   *time.Time `json:"time"`
	Basis  string     `json:"basis"`
	Age    string     `json:"age"`
	Root   string     `json:"root"`
	Source string     `json:"source"`
}

// StateJSON appends a state as a JSON object on a line.
func StateJSON(dst []byte, s *history.State) []byte {
	return jsonline.NewEncoder().Append(dst, &stateLine{
		Name: s.Name, Kind: s.Kind.String(), Time: timeOf(s.Time), Basis: s.Basis.String(), Age: s.Age.String(), Root: s.Root, Source: s.Source,
	})
}
