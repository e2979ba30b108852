package report

import (
	"errors"
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/triage"
)

// Undecided counts the candidates on which the user has not decided, without those that are known
// to be cache.
type Undecided struct {
	Amount
	// Places is the number of units that contain some; AllPlaces is that of all units.
	Places    int `json:"places"`
	AllPlaces int `json:"allPlaces"`
}

// Decisions are the decisions of the user: where they are, and how many are in effect.
type Decisions struct {
	File      string `json:"-"`
	UTF8Path  string `json:"path,omitempty"`
	PathBytes string `json:"pathBytes,omitempty"`
	Kept      int    `json:"kept"`
	Ignored   int    `json:"ignored"`
	NotNow    int    `json:"notNow"`
	// Damaged is the number of lines that could not be read.
	Damaged int `json:"damaged"`
	// Unread reports whether the file could not be read.
	Unread bool `json:"unread"`
	// Any reports whether there are decisions, also if none is in effect any more.
	Any bool `json:"-"`
	// Wiped reports whether the next reboot wipes the file.
	Wiped bool `json:"wiped"`
}

// NewDecisions describes decisions. The caller sets Wiped.
func NewDecisions(file string, loaded *triage.Loaded, active *triage.Active) Decisions {
	d := Decisions{
		File: file, Kept: active.Count(triage.Keep), Ignored: active.Count(triage.Ignore), NotNow: active.Count(triage.NotNow),
		Damaged: len(loaded.Damaged), Any: loaded.Set.Len() > 0,
	}
	d.UTF8Path, d.PathBytes = jsonline.Path(file)
	return d
}

// decisionsLine returns the decisions as a line of status.
func (s *Status) decisionsLine() string {
	d := &s.Decisions
	switch {
	case d.Unread:
		return d.File + ": not read"
	case !d.Any:
		return d.File + ": none"
	}
	return fmt.Sprintf("%s: %d kept, %d ignored, %d not now; %s", d.File, d.Kept, d.Ignored, d.NotNow, s.Undecided.text())
}

// text says how many places are undecided.
func (u *Undecided) text() string {
	if u.Places == 0 {
		return "nothing undecided"
	}
	return fmt.Sprintf("%d of %s undecided", u.Places, printable.Plural(u.AllPlaces, "place", "places"))
}

// briefUndecided returns how many places are undecided, as a clause; "" for users who have not
// decided on anything.
func (s *Status) briefUndecided() string {
	if !s.Decisions.Any {
		return ""
	}
	return "; " + s.Undecided.text()
}

// DecisionsWipedText says that the next reboot wipes the decisions, and what keeps them. dir is
// their directory.
func DecisionsWipedText(dir string) string {
	return "the next reboot wipes your decisions; keep them: list-ephemeral snippet " + printable.ShellWord(dir)
}

// DamageTexts names the damaged lines of a file of decisions, each on one line. Of many, it names
// the first ones.
func DamageTexts(file string, damaged []triage.Damage) (texts []string) {
	const most = 5
	for _, d := range damaged[:min(len(damaged), most)] {
		texts = append(texts, fmt.Sprintf("%s:%d is left out: %v", file, d.Line, d.Err))
	}
	if more := len(damaged) - most; more > 0 {
		texts = append(texts, fmt.Sprintf("%s: %s left out", file, printable.Plural(more, "line more is", "lines more are")))
	}
	return texts
}

// DecisionsErrorHint says what to do about an error of reading or writing decisions; "" if nothing
// is known.
func DecisionsErrorHint(err error) string {
	switch {
	case errors.Is(err, triage.ErrVersion):
		return "use the version of list-ephemeral that wrote it, or move the file away"
	case errors.Is(err, triage.ErrFormat), errors.Is(err, triage.ErrKind), errors.Is(err, triage.ErrTooLarge):
		return "move the file away; a new one is made when you decide"
	case errors.Is(err, triage.ErrLink):
		return "persist the directory of the file instead, or move the link away"
	case errors.Is(err, triage.ErrMode):
		return "remove the write permission of other users: chmod go-w FILE"
	}
	return ""
}

// decisionWords are the participles of the verdicts.
var decisionWords = map[triage.Verdict]string{
	triage.Keep: "kept", triage.Ignore: "ignored", triage.NotNow: "postponed", triage.Undecided: "undecided again",
}

// ChangeText says what a change of decisions did: "ignored 749 paths", "undone: 749 paths ignored".
// The home is written as "~". Names are not escaped.
func ChangeText(c triage.Change, home string) string {
	subject := Count(c.Paths, "path")
	if c.Paths == 1 {
		subject = tilde(c.First, home)
	}
	word := decisionWords[c.Verdict]
	var text string
	switch {
	case c.Paths == 0 && c.Action == triage.Decided:
		text = "nothing to decide"
	case c.Paths == 0:
		text = "nothing to undo"
		if c.Action == triage.Redone {
			text = "nothing to redo"
		}
	case c.Action == triage.Decided && c.Verdict == triage.Undecided:
		text = word + ": " + subject
	case c.Action == triage.Decided:
		text = word + " " + subject
	default:
		text = c.Action.String() + ": " + subject + " " + word
	}
	switch {
	case c.Skipped > 0 && c.Action == triage.Decided:
		text += "; " + Count(c.Skipped, "path") + " cannot be decided on"
	case c.Skipped > 0:
		text += "; " + Count(c.Skipped, "path") + " left as another run decided"
	}
	return text
}

// ExcludesNotes are the notes about exclude patterns for what is ignored: hides are paths that they
// hide although the user decided otherwise later, and noPattern those without a pattern.
func ExcludesNotes(hides, noPattern []string) (notes []string) {
	for _, path := range hides {
		notes = append(notes, path+" is not ignored, but a pattern for a directory above it hides it too")
	}
	for _, path := range noPattern {
		reason := "left out: exclude patterns are UTF-8, and the name is not"
		if path == "/" {
			reason = "left out: no exclude pattern matches it"
		}
		notes = append(notes, path+" is "+reason)
	}
	return notes
}
