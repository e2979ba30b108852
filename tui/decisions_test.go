package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/triage"
)

// The machine of the tests has no decisions of earlier runs, and saves nothing.

func (f fakeMachine) LoadDecisions(context.Context) (Decisions, error) {
	if f.load == nil {
		return Decisions{}, nil
	}
	return f.load()
}

func (f fakeMachine) SaveDecisions(_ context.Context, all []triage.Decision) (Decisions, error) {
	if f.save != nil {
		return f.save(all)
	}
	return Decisions{Set: triage.SetOf(all...)}, nil
}

func (f fakeMachine) ChangeText(c triage.Change) string {
	return fmt.Sprintf("%s %s: %s", c.Action, printable.Plural(c.Paths, "path", "paths"), c.Verdict)
}

func (f fakeMachine) IgnoredSnippet(*triage.Active) SnippetText { return SnippetText{} }

// savedDecisions records what the screen saves.
type savedDecisions struct {
	calls [][]triage.Decision
	err   error
	// others are the decisions that other runs have made.
	others []triage.Decision
}

func (s *savedDecisions) save(all []triage.Decision) (Decisions, error) {
	s.calls = append(s.calls, all)
	return Decisions{Set: triage.SetOf(slices.Concat(all, s.others)...), Wiped: "the next reboot wipes your decisions"}, s.err
}

// last returns the verdict on a path that was saved last.
func (s *savedDecisions) last(path string) triage.Verdict {
	v := triage.Unknown
	for _, call := range s.calls {
		for _, d := range call {
			if d.Path == path {
				v = d.Verdict
			}
		}
	}
	return v
}

// reviewing opens the view of places with decisions of earlier runs.
func reviewing(t *testing.T, earlier ...triage.Decision) (*driver, *savedDecisions) {
	t.Helper()
	saved := new(savedDecisions)
	m := realMachine()
	m.load = func() (Decisions, error) { return Decisions{Set: triage.SetOf(earlier...)}, nil }
	m.save = saved.save
	return realScreen(t, Options{Machine: m}), saved
}

func decision(path string, v triage.Verdict) triage.Decision {
	return triage.Decision{Path: path, Verdict: v, Time: fakeNow.Add(-time.Hour), Written: fakeNow.Add(-time.Hour), Bytes: -1}
}

func TestDecidedRowsLeaveTheList(t *testing.T) {
	d, saved := reviewing(t)
	d.has("19 places")
	d.keys("i")
	equal(t, "saved", saved.last("/home/me/.ssh"), triage.Ignore)
	equal(t, "cursor", d.cursor(), "/home/me/.gnupg")
	d.has("decided 1 path: ignore: u undoes", "1 of 19 decided", "1 decided hidden")
	d.hasNot("~/.ssh/")
	d.keys("z")
	equal(t, "saved", saved.last("/home/me/.gnupg"), triage.NotNow)
	d.has("2 of 19 decided", "2 decided hidden")
	d.fire(noticeExpired{})
	d.has("the next reboot wipes your decisions")
	d.keys("I")
	d.has("[i]!~/.ssh/", "[z]!~/.gnupg/", "2 decided shown")
	d.keys("g", "i")
	equal(t, "the same key again", saved.last("/home/me/.ssh"), triage.Undecided)
	d.has("[ ]!~/.ssh/", "1 of 19 decided")
}

func TestUndoAndRedoCoverTheSelectionAndDecisions(t *testing.T) {
	d, saved := reviewing(t)
	d.keys("U")
	d.has("nothing to redo")
	d.keys("space", "i", "g", "i") // keep .ssh, ignore .gnupg, ignore .ssh instead
	equal(t, "selected", d.selected(), []string{})
	equal(t, "saved", saved.last("/home/me/.ssh"), triage.Ignore)
	d.keys("u")
	d.has("undone 1 path: ignore", "[x]!~/.ssh/")
	equal(t, "saved", saved.last("/home/me/.ssh"), triage.Keep)
	d.keys("u", "u")
	d.has("undone 1 path: keep", "[ ]!~/.ssh/", "~/.gnupg/")
	equal(t, "saved", saved.last("/home/me/.ssh"), triage.Undecided)
	d.keys("u")
	d.has("nothing to undo")
	d.keys("U", "U", "U")
	equal(t, "saved again", saved.last("/home/me/.ssh"), triage.Ignore)
	equal(t, "saved again", saved.last("/home/me/.gnupg"), triage.Ignore)
	equal(t, "selected", d.selected(), []string{})
	d.keys("U")
	d.has("nothing to redo")
}

func TestNextUndecidedSkipsWhatIsDecided(t *testing.T) {
	d, _ := reviewing(t, decision("/home/me/.mozilla/firefox", triage.Keep))
	equal(t, "kept earlier", d.selected(), []string{"/home/me/.mozilla/firefox"})
	d.keys("space", "g", "n")
	equal(t, "cursor", d.cursor(), "/home/me/.gnupg")
	d.keys("space", "N")
	equal(t, "beyond the first row", d.app.list.folded(d.app.list.cursor), true)
	d.keys("n", "n", "N", "N")
	equal(t, "folded again", d.app.list.folded(d.app.list.cursor), true)
	d.keys("i")
	d.hasNot("probably not")
	d.keys("ctrl+a", "n")
	d.has("every row here is decided")
}

func TestWhatEarlierRunsKeepIsSelected(t *testing.T) {
	d, saved := reviewing(t, decision("/home/me/.ssh", triage.Keep), decision("/gone", triage.Keep))
	equal(t, "selected", d.selected(), []string{"/home/me/.ssh"})
	equal(t, "saved", len(saved.calls), 0)
	d.hasNot("no longer exist")
	d.keys("space")
	equal(t, "withdrawn", saved.last("/home/me/.ssh"), triage.Undecided)
	d.keys("u", "q")
	d.has("q again quits")
}

func TestNothingIsAskedBeforeQuittingWithWhatWasKeptEarlier(t *testing.T) {
	d, _ := reviewing(t, decision("/home/me/.ssh", triage.Keep))
	d.keys("q")
	equal(t, "leaving", d.app.shutdown.leaving, true)
}

func TestDecisionsOfOtherRunsAreMerged(t *testing.T) {
	d, saved := reviewing(t)
	saved.others = []triage.Decision{decision("/home/me/.gnupg", triage.Ignore)}
	d.keys("i")
	d.hasNot("~/.ssh/", "~/.gnupg/")
	d.has("2 decided hidden")
}

func TestDecisionsThatCannotBeSavedStillWork(t *testing.T) {
	d, saved := reviewing(t)
	saved.err = errors.New("open decisions: permission denied")
	d.keys("i")
	d.has("decisions are not saved: open decisions: permission denied", "1 decided hidden")
	saved.err = nil
	d.keys("i")
	equal(t, "saved with the next one", []triage.Verdict{saved.last("/home/me/.ssh"), saved.last("/home/me/.gnupg")}, []triage.Verdict{triage.Ignore, triage.Ignore})
	equal(t, "error", d.app.result.DecisionsErr, nil)
}

func TestAFileOfDecisionsThatCannotBeReadIsNotWritten(t *testing.T) {
	saved := new(savedDecisions)
	m := realMachine()
	m.load = func() (Decisions, error) { return Decisions{}, errors.New("a later version wrote it") }
	m.save = saved.save
	d := realScreen(t, Options{Machine: m})
	d.has("decisions are not saved: a later version wrote it")
	d.keys("i", "ctrl+c")
	equal(t, "saves", len(saved.calls), 0)
	equal(t, "leaving", d.app.shutdown.leaving, true)
}

func TestAPostponedPathThatHasDoubledIsUndecided(t *testing.T) {
	small := decision("/home/me/.ssh", triage.NotNow)
	small.Bytes = 1
	d, _ := reviewing(t, small, decision("/home/me/.gnupg", triage.NotNow))
	d.has("~/.ssh/", "1 of 19 decided")
	d.hasNot("~/.gnupg/")
}

func TestThingsInAKeptDirectoryAreNotDecidedOn(t *testing.T) {
	d, saved := reviewing(t)
	d.keys("space", "up", "tab", "tab", "tab", "i")
	d.has("kept with ~/.ssh/")
	equal(t, "saved", len(saved.calls), 1)
}

func TestLastDecisionsAreSavedBeforeTheEnd(t *testing.T) {
	d, saved := reviewing(t)
	d.hold = true
	d.keys("i", "z", "ctrl+c")
	equal(t, "quit at once", d.quit, false)
	d.release()
	equal(t, "saved", []triage.Verdict{saved.last("/home/me/.ssh"), saved.last("/home/me/.gnupg")}, []triage.Verdict{triage.Ignore, triage.NotNow})
}

func TestPathsInStorageAreNotDecidedOn(t *testing.T) {
	d := realScreen(t, Options{Job: Job{Key: "remove", Selected: "selected"}})
	d.keys("i")
	d.has("there are no decisions on paths in storage")
}
