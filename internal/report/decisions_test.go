package report_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/triage"
)

func TestChangesAreSaidInWords(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change triage.Change
		want   string
	}{
		"one path":          {triage.Change{Action: triage.Decided, Verdict: triage.Keep, Paths: 1, First: "/home/al/.ssh"}, "kept ~/.ssh"},
		"many":              {triage.Change{Action: triage.Decided, Verdict: triage.Ignore, Paths: 749, First: "/a"}, "ignored 749 paths"},
		"later":             {triage.Change{Action: triage.Decided, Verdict: triage.NotNow, Paths: 1, First: "/var/x"}, "postponed /var/x"},
		"withdrawn":         {triage.Change{Action: triage.Decided, Verdict: triage.Undecided, Paths: 1, First: "/var/x"}, "undecided again: /var/x"},
		"nothing":           {triage.Change{Action: triage.Decided, Verdict: triage.Keep}, "nothing to decide"},
		"no path":           {triage.Change{Action: triage.Decided, Verdict: triage.Keep, Paths: 2, Skipped: 1}, "kept 2 paths; 1 path cannot be decided on"},
		"undo":              {triage.Change{Action: triage.Undone, Verdict: triage.Ignore, Paths: 749}, "undone: 749 paths ignored"},
		"undo of one":       {triage.Change{Action: triage.Undone, Verdict: triage.Keep, Paths: 1, First: "/home/al/.ssh"}, "undone: ~/.ssh kept"},
		"redo":              {triage.Change{Action: triage.Redone, Verdict: triage.NotNow, Paths: 3}, "redone: 3 paths postponed"},
		"undo, another run": {triage.Change{Action: triage.Undone, Verdict: triage.Keep, Skipped: 2}, "nothing to undo; 2 paths left as another run decided"},
		"nothing to redo":   {triage.Change{Action: triage.Redone}, "nothing to redo"},
	} {
		if got := report.ChangeText(tt.change, "/home/al"); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestStatusCountsUndecided(t *testing.T) {
	t.Parallel()
	s := statusOf(wiped)
	s.Lost, s.Undecided = report.Amount{Files: 3, Bytes: 10}, report.Undecided{Amount: report.Amount{Files: 3, Bytes: 10}, Places: 2, AllPlaces: 2}
	s.Decisions = report.NewDecisions("/home/al/\x1bd", &triage.Loaded{}, &triage.Active{})
	if got := s.Brief("/root"); strings.Contains(got, "decide") {
		t.Errorf("without decisions: %q", got)
	}
	if got := string(s.AppendTo(nil, "/root", time.Now())); !strings.Contains(got, `decisions      /home/al/\ed: none`) {
		t.Errorf("without decisions:\n%s", got)
	}
	loaded := triage.Loaded{Set: triage.SetOf(
		triage.Decision{Path: "/a", Verdict: triage.Keep}, triage.Decision{Path: "/b", Verdict: triage.Ignore}, triage.Decision{Path: "/c", Verdict: triage.Ignore},
	)}
	active := loaded.Set.Active(time.Time{}, nil)
	s.Decisions = report.NewDecisions("/d", &loaded, &active)
	for places, want := range map[int]string{2: "2 of 2 places undecided", 1: "1 of 2 places undecided", 0: "nothing undecided"} {
		s.Undecided.Places = places
		if got := s.Brief("/root"); !strings.HasSuffix(got, "; "+want) {
			t.Errorf("brief: %q, want %q", got, want)
		}
		if got := string(s.AppendTo(nil, "/root", time.Now())); !strings.Contains(got, "decisions      /d: 1 kept, 2 ignored, 0 not now; "+want+"\n") {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	s.Decisions.Unread = true
	if got := string(s.AppendTo(nil, "/root", time.Now())); !strings.Contains(got, "decisions      /d: not read\n") {
		t.Errorf("unread:\n%s", got)
	}
}

func TestDamagedLinesAreNamed(t *testing.T) {
	t.Parallel()
	var damaged []triage.Damage
	for i := range 7 {
		damaged = append(damaged, triage.Damage{Line: i + 2, Err: errors.New("bad")})
	}
	got := report.DamageTexts("/d", damaged)
	if len(got) != 6 || got[0] != "/d:2 is left out: bad" || got[5] != "/d: 2 lines more are left out" {
		t.Errorf("%q", got)
	}
	if got := report.DamageTexts("/d", damaged[:5]); len(got) != 5 {
		t.Errorf("%q", got)
	}
}

func TestErrorsOfDecisionsHaveARemedy(t *testing.T) {
	t.Parallel()
	for _, err := range []error{triage.ErrVersion, triage.ErrFormat, triage.ErrKind, triage.ErrLink, triage.ErrTooLarge, triage.ErrMode} {
		if report.DecisionsErrorHint(fmt.Errorf("read: %w", err)) == "" {
			t.Errorf("%v: no remedy", err)
		}
	}
	if got := report.DecisionsErrorHint(triage.ErrBusy); got != "" {
		t.Errorf("another run: %q", got)
	}
}

func TestNotesOfExcludePatterns(t *testing.T) {
	t.Parallel()
	got := report.ExcludesNotes([]string{"/a/b"}, []string{"/c\xff", "/"})
	want := []string{
		"/a/b is not ignored, but a pattern for a directory above it hides it too",
		"/c\xff is left out: exclude patterns are UTF-8, and the name is not", "/ is left out: no exclude pattern matches it",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
