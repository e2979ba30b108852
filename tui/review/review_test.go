package review_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/triage"
	"github.com/DaRacci/list-ephemeral/tui/review"
)

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func sized(paths ...string) (all []triage.Sized) {
	for _, path := range paths {
		all = append(all, triage.Sized{Path: path, Bytes: 100})
	}
	return all
}

func TestNothingIsSavedBeforeEarlierDecisionsAreRead(t *testing.T) {
	var r review.Review
	r.Decide(sized("/a"), triage.Ignore, now)
	equal(t, "to save before", len(r.Next()), 0)
	r.Loaded(triage.SetOf(triage.Decision{Path: "/b", Verdict: triage.Ignore, Time: now, Written: now}), now)
	equal(t, "hidden", r.Hidden(), 2)
	first := r.Next()
	equal(t, "to save", len(first), 1)
	r.Decide(sized("/c"), triage.NotNow, now)
	equal(t, "while a save runs", len(r.Next()), 0)
	r.Failed()
	equal(t, "after an error", len(r.Next()), 2)
	r.Saved(2, triage.Set{}, now)
	equal(t, "left", r.Saves(), false)
}

func TestNothingIsSavedIfTheFileCannotBeUsed(t *testing.T) {
	var r review.Review
	r.Broken()
	r.Decide(sized("/a"), triage.Ignore, now)
	equal(t, "to save", len(r.Next()), 0)
	equal(t, "saves", r.Saves(), false)
	equal(t, "in effect", r.Hidden(), 1)
}

func TestTheSameVerdictAgainWithdrawsIt(t *testing.T) {
	for name, tt := range map[string]struct {
		before, after []string
		want          triage.Verdict
	}{
		"all have it":   {[]string{"/a", "/b"}, []string{"/a", "/b"}, triage.Undecided},
		"one has it":    {[]string{"/a"}, []string{"/a", "/b"}, triage.Ignore},
		"one above has": {[]string{"/a"}, []string{"/a/b"}, triage.Ignore},
	} {
		t.Run(name, func(t *testing.T) {
			var r review.Review
			r.Decide(sized(tt.before...), triage.Ignore, now)
			equal(t, "verdict", r.Decide(sized(tt.after...), triage.Ignore, now).Verdict, tt.want)
		})
	}
}

func TestGenerationChangesWithWhatIsHidden(t *testing.T) {
	var r review.Review
	steps := []struct {
		name    string
		do      func()
		changes bool
	}{
		{"a path is kept", func() { r.Decide(sized("/a"), triage.Keep, now) }, false},
		{"a path is ignored", func() { r.Decide(sized("/b"), triage.Ignore, now) }, true},
		{"it is saved", func() { r.Saved(0, triage.Set{}, now) }, false},
		{"a path below is kept", func() { r.Decide(sized("/b/c"), triage.Keep, now) }, true},
		{"undone", func() { r.Undo(now) }, true},
		{"done again", func() { r.Redo(now) }, true},
		{"all is undone", func() { r.Undo(now); r.Undo(now) }, true},
	}
	for _, s := range steps {
		before := r.Generation()
		s.do()
		equal(t, s.name, r.Generation() != before, s.changes)
	}
}

func TestWhatHasDoubledIsNotHidden(t *testing.T) {
	var r review.Review
	r.Decide(sized("/a", "/b"), triage.NotNow, now)
	r.Measured(map[string]int64{"/a": 200, "/b": 199}, now)
	equal(t, "hidden", r.Hidden(), 1)
	r.Measured(nil, now)
	equal(t, "sizes are remembered", r.Hidden(), 1)
}

// listing returns a listing of three places, /a/ with two files, /b/ and /c.
func listing(t testing.TB) (*index.Listing, *index.Groups) {
	t.Helper()
	var s index.Store
	for _, path := range []string{"/a/one", "/a/two", "/b/one", "/c"} {
		s.AddPath([]byte(path), scan.KindFile)
	}
	l, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	groups, err := l.GroupByOwner(t.Context(), index.Owners{
		Splits: func(dir string) bool { return dir == "/" },
		Of:     func(string) (index.Owner, int) { return index.Owner{}, 0 },
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l, groups
}

func TestAPlaceIsDecidedIfEverythingInItIs(t *testing.T) {
	l, groups := listing(t)
	for name, tt := range map[string]struct {
		decided []string
		want    int
	}{
		"nothing":            {nil, 0},
		"the place":          {[]string{"/a"}, 1},
		"some files in it":   {[]string{"/a/one"}, 0},
		"all files in it":    {[]string{"/a/one", "/a/two"}, 1},
		"a directory above":  {[]string{"/"}, 3},
		"a file and a place": {[]string{"/b", "/c"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			var r review.Review
			r.Decide(sized(tt.decided...), triage.Ignore, now)
			p, err := review.Count(t.Context(), l, groups, nil, r.Copy())
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "decided", []int{p.Decided, p.All}, []int{tt.want, 3})
		})
	}
}

func TestCountEndsWithItsContext(t *testing.T) {
	l, groups := listing(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := review.Count(ctx, l, groups, nil, new(triage.Active)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestHistoryNotesEachChangeOnce(t *testing.T) {
	l, _ := listing(t)
	var h review.History
	var s index.Selection
	order := l.Order()
	h.Push(&s)
	s.Toggle(l, order[0])
	h.Push(&s)
	s.Toggle(l, order[1])
	var noted []string
	note := func(before, after *index.Selection) int {
		noted = append(noted, fmt.Sprint(before.Len(), after.Len()))
		return 1
	}
	h.Note(&s, note)
	h.Note(&s, note)
	equal(t, "noted", noted, []string{"0 1", "1 2"})
	equal(t, "decisions to undo", h.Undo(&s), 1)
	equal(t, "selected", s.Len(), 1)
	equal(t, "decisions to do again", h.Redo(&s), 1)
	equal(t, "selected", s.Len(), 2)
	h.Undo(&s)
	h.Push(&s)
	equal(t, "after another change", h.Undone(), 0)
}

func ExampleReview() {
	var r review.Review
	r.Loaded(triage.Set{}, time.Now())
	r.Decide([]triage.Sized{{Path: "/home/al/.cache", Bytes: -1}}, triage.Ignore, time.Now())
	fmt.Println(review.Hides(r.Active(), []byte("/home/al/.cache/thumbnails")), len(r.Next()))
	// Output: true 1
}

func BenchmarkHides(b *testing.B) {
	var r review.Review
	for i := range 100 {
		r.Decide(sized(fmt.Sprintf("/home/al/.cache/%d", i)), triage.Ignore, now)
	}
	active, path := r.Copy(), []byte("/home/al/.config/app/state/file")
	b.ReportAllocs()
	for b.Loop() {
		review.Hides(active, path)
	}
}
