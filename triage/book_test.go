package triage_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/triage"
)

// sized returns paths with their length as size.
func sized(paths ...string) (all []triage.Sized) {
	for _, path := range paths {
		all = append(all, triage.Sized{Path: path, Bytes: int64(len(path))})
	}
	return all
}

// states returns the verdicts on exactly these paths.
func states(b *triage.Book, paths ...string) (all []triage.Verdict) {
	for _, path := range paths {
		all = append(all, b.Active().On(path))
	}
	return all
}

func TestUndoSaysWhatItUndid(t *testing.T) {
	var b triage.Book
	var many []string
	for i := range 749 {
		many = append(many, fmt.Sprintf("/many/%03d", i))
	}
	if _, ok := b.Undo(noon); ok {
		t.Error("an empty book undoes something")
	}
	done := b.Decide(sized(many...), triage.Keep, noon)
	if want := (triage.Change{Action: triage.Decided, Verdict: triage.Keep, Paths: 749, First: "/many/000"}); done != want {
		t.Errorf("decided %+v", done)
	}
	b.Decide(sized("/many/007/", "/x"), triage.Ignore, noon)
	want := []triage.Verdict{triage.Ignore, triage.Ignore, triage.Keep}
	if diff := cmp.Diff(want, states(&b, "/many/007", "/x", "/many/008")); diff != "" {
		t.Error(diff)
	}
	undone, ok := b.Undo(noon)
	if want := (triage.Change{Action: triage.Undone, Verdict: triage.Ignore, Paths: 2, First: "/many/007"}); undone != want || !ok {
		t.Errorf("undone %+v", undone)
	}
	if diff := cmp.Diff([]triage.Verdict{triage.Keep, triage.Unknown}, states(&b, "/many/007", "/x")); diff != "" {
		t.Error(diff)
	}
	if undone, _ = b.Undo(noon); undone.Paths != 749 || b.Active().Len() != 0 || b.CanUndo() != 0 || b.CanRedo() != 2 {
		t.Errorf("undone %+v, left %d", undone, b.Active().Len())
	}
	redone, ok := b.Redo(noon)
	if redone.Action != triage.Redone || redone.Verdict != triage.Keep || redone.Paths != 749 || !ok {
		t.Errorf("redone %+v", redone)
	}
	b.Decide(sized("/y"), triage.NotNow, noon)
	if _, ok := b.Redo(noon); ok {
		t.Error("a new decision can be redone")
	}
}

// TestUndoneDecisionsKeepTheirTime undoes a second "not now": the first one ends when it would have.
func TestUndoneDecisionsKeepTheirTime(t *testing.T) {
	var b triage.Book
	b.Decide(sized("/a"), triage.NotNow, noon)
	b.Decide(sized("/a"), triage.NotNow, noon.Add(20*day))
	b.Undo(noon.Add(20 * day))
	b.Refresh(noon.Add(29*day), nil)
	if got := b.Active().On("/a"); got != triage.NotNow {
		t.Errorf("after 29 days: %v", got)
	}
	b.Refresh(noon.Add(30*day), nil)
	if got := b.Active().On("/a"); got != triage.Unknown {
		t.Errorf("after 30 days: %v", got)
	}
}

func TestInvalidPathsAreSkipped(t *testing.T) {
	var b triage.Book
	done := b.Decide([]triage.Sized{{Path: "relative"}, {Path: ""}, {Path: "/a\x00b"}, {Path: "/ok/../fine/"}, {Path: "/neg", Bytes: -5}}, triage.Keep, noon)
	if done.Skipped != 3 || done.Paths != 2 || b.Active().On("/fine") != triage.Keep || b.Pending()[1].Bytes != -1 {
		t.Errorf("%+v, %+v", done, b.Pending())
	}
	if done = b.Decide(sized("/a"), triage.Unknown, noon); done.Skipped != 1 || done.Paths != 0 {
		t.Errorf("unknown: %+v", done)
	}
	if done = b.Decide(sized("/never"), triage.Undecided, noon); done.Paths != 0 || b.CanUndo() != 1 {
		t.Errorf("withdrawn without a decision: %+v", done)
	}
}

// TestUndoLeavesWhatAnotherRunDecided merges the decision of another run before undo.
func TestUndoLeavesWhatAnotherRunDecided(t *testing.T) {
	var b triage.Book
	b.Decide(sized("/a", "/b"), triage.Ignore, noon)
	b.Saved(2, triage.SetOf(append(b.Pending(), at("/a", triage.Keep, time.Hour))...), noon, nil)
	if len(b.Pending()) != 0 {
		t.Errorf("pending: %v", b.Pending())
	}
	undone, _ := b.Undo(noon.Add(2 * time.Hour))
	if undone.Paths != 1 || undone.Skipped != 1 {
		t.Errorf("undone %+v", undone)
	}
	if diff := cmp.Diff([]triage.Verdict{triage.Keep, triage.Unknown}, states(&b, "/a", "/b")); diff != "" {
		t.Error(diff)
	}
}

// TestDecisionsWinOverAClockThatWasAhead decides on a path that was decided on in the future.
func TestDecisionsWinOverAClockThatWasAhead(t *testing.T) {
	b := triage.NewBook(triage.SetOf(at("/a", triage.Keep, 1000*day)), noon, nil)
	b.Decide(sized("/a"), triage.Ignore, noon)
	merged := triage.Merge(triage.SetOf(at("/a", triage.Keep, 1000*day)), triage.SetOf(b.Pending()...))
	if d, _ := merged.On("/a"); d.Verdict != triage.Ignore || !d.Time.Equal(noon) {
		t.Errorf("got %+v", d)
	}
}

// TestUndoRestoresEveryState makes random changes, and compares the states before and after undo and
// redo, and the file with the book.
func TestUndoRestoresEveryState(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range probe.Cases(50, 500) {
		b := triage.NewBook(triage.SetOf(generate(random, 10)...), noon.Add(10), nil)
		now := noon.Add(10)
		before := []map[string]triage.Verdict{snapshot(b)}
		for range 1 + random.IntN(20) {
			var paths []triage.Sized
			for range random.IntN(5) {
				paths = append(paths, triage.Sized{Path: randomPath(random)})
			}
			now = now.Add(time.Duration(random.IntN(3) - 1))
			if b.Decide(paths, triage.Verdict(1+random.IntN(4)), now).Paths > 0 {
				before = append(before, snapshot(b))
			}
		}
		for i := len(before) - 2; i >= 0; i-- {
			if _, ok := b.Undo(now); !ok {
				t.Fatal("nothing to undo")
			}
			if diff := cmp.Diff(before[i], snapshot(b)); diff != "" {
				t.Fatalf("undo to %d: %s", i, diff)
			}
		}
		for i := 1; i < len(before); i++ {
			b.Redo(now)
			if diff := cmp.Diff(before[i], snapshot(b)); diff != "" {
				t.Fatalf("redo to %d: %s", i, diff)
			}
		}
	}
}

func snapshot(b *triage.Book) map[string]triage.Verdict {
	all := map[string]triage.Verdict{}
	for v := triage.Keep; v <= triage.NotNow; v++ {
		for _, path := range b.Active().With(v) {
			all[path] = v
		}
	}
	return all
}

func TestUndoHasALimit(t *testing.T) {
	var b triage.Book
	for i := range triage.UndoSteps + 5 {
		b.Decide(sized(fmt.Sprint("/", i)), triage.Keep, noon)
	}
	for range triage.UndoSteps {
		b.Undo(noon)
	}
	if _, ok := b.Undo(noon); ok || b.Active().Len() != 5 {
		t.Errorf("left %d", b.Active().Len())
	}
}
