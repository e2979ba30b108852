package triage_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/triage"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 123456789, time.UTC)

const day = 24 * time.Hour

// at returns a decision that was made some time after noon.
func at(path string, v triage.Verdict, after time.Duration) triage.Decision {
	return triage.Decision{Path: path, Verdict: v, Time: noon.Add(after), Written: noon.Add(after)}
}

func active(decisions ...triage.Decision) triage.Active {
	s := triage.SetOf(decisions...)
	return s.Active(noon, nil)
}

func TestDecisionsCoverWhatIsBelow(t *testing.T) {
	for name, tt := range map[string]struct {
		decisions []triage.Decision
		path      string
		want      triage.Verdict
	}{
		"no decision":                     {nil, "/a", triage.Unknown},
		"the path itself":                 {[]triage.Decision{at("/a", triage.Keep, 0)}, "/a", triage.Keep},
		"a directory above":               {[]triage.Decision{at("/a", triage.Ignore, 0)}, "/a/b/c", triage.Ignore},
		"the root directory":              {[]triage.Decision{at("/", triage.Ignore, 0)}, "/a/b/c", triage.Ignore},
		"a sibling with the same start":   {[]triage.Decision{at("/a", triage.Ignore, 0)}, "/ab", triage.Unknown},
		"a sibling of the same length":    {[]triage.Decision{at("/a/b", triage.Ignore, 0)}, "/a/c", triage.Unknown},
		"a path below":                    {[]triage.Decision{at("/a/b", triage.Ignore, 0)}, "/a", triage.Unknown},
		"later on the path":               {[]triage.Decision{at("/a", triage.Ignore, 0), at("/a/b", triage.Keep, 1)}, "/a/b/c", triage.Keep},
		"later above":                     {[]triage.Decision{at("/a", triage.Ignore, 1), at("/a/b", triage.Keep, 0)}, "/a/b/c", triage.Ignore},
		"at the same time":                {[]triage.Decision{at("/a", triage.Ignore, 0), at("/a/b", triage.Keep, 0)}, "/a/b/c", triage.Keep},
		"withdrawn":                       {[]triage.Decision{at("/a", triage.Ignore, 0), at("/a", triage.Undecided, 1)}, "/a", triage.Unknown},
		"withdrawn, and one above":        {[]triage.Decision{at("/a", triage.Ignore, 0), at("/a/b", triage.Undecided, 1)}, "/a/b", triage.Ignore},
		"decided again, read out of turn": {[]triage.Decision{at("/a", triage.Keep, 1), at("/a", triage.Undecided, 0)}, "/a", triage.Keep},
		"bytes that are not UTF-8":        {[]triage.Decision{at("/caf\xe9", triage.Keep, 0)}, "/caf\xe9/x", triage.Keep},
		"a long path":                     {[]triage.Decision{at("/"+strings.Repeat("a/", 4000)+"b", triage.Keep, 0)}, "/" + strings.Repeat("a/", 4000) + "b/c", triage.Keep},
	} {
		t.Run(name, func(t *testing.T) {
			a := active(tt.decisions...)
			d, decided := a.Of(tt.path)
			if d.Verdict != tt.want || decided != (tt.want != triage.Unknown) {
				t.Errorf("got %v, %v, want %v", d.Verdict, decided, tt.want)
			}
			if same, _ := a.OfBytes([]byte(tt.path)); !same.Equal(d) {
				t.Errorf("OfBytes = %v, Of = %v", same, d)
			}
		})
	}
}

func TestNotNowEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		bytes, now int64
		after      time.Duration
		due        bool
	}{
		"the same size":       {100, 100, 0, false},
		"not quite double":    {100, 199, 29 * day, false},
		"double":              {100, 200, 0, true},
		"30 days":             {100, 0, 30 * day, true},
		"before 30 days":      {100, 0, 30*day - 1, false},
		"unknown size":        {100, -1, 0, false},
		"was empty, and is":   {0, 0, 0, false},
		"was empty":           {0, 1, 0, true},
		"was not measured":    {-1, 1 << 40, 0, false},
		"not measured, late":  {-1, -1, 30 * day, true},
		"a size near the end": {1 << 62, 1<<63 - 1, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := at("/a", triage.NotNow, 0)
			d.Bytes = tt.bytes
			if got := d.Due(noon.Add(tt.after), tt.now); got != tt.due {
				t.Errorf("due: %v", got)
			}
			s := triage.SetOf(d)
			a := s.Active(noon.Add(tt.after), func(string) int64 { return tt.now })
			if _, decided := a.Of("/a"); decided == tt.due {
				t.Errorf("decided: %v", decided)
			}
			for _, v := range []triage.Verdict{triage.Keep, triage.Ignore} {
				if d.Verdict = v; d.Due(noon.Add(99*day), 1<<40) {
					t.Errorf("%v is due", v)
				}
			}
		})
	}
}

// TestDueDecisionsRevealEarlierOnes has a directory that is ignored, with a path that was put off.
func TestDueDecisionsRevealEarlierOnes(t *testing.T) {
	s := triage.SetOf(at("/a", triage.Ignore, 0), at("/a/b", triage.NotNow, 1))
	for now, want := range map[time.Duration]triage.Verdict{day: triage.NotNow, 31 * day: triage.Ignore} {
		a := s.Active(noon.Add(now), nil)
		if d, _ := a.Of("/a/b"); d.Verdict != want {
			t.Errorf("after %v: %v, want %v", now, d.Verdict, want)
		}
	}
}

// naive is the rule of Of, on a list.
func naive(decisions []triage.Decision, path string) (best triage.Decision) {
	for _, d := range decisions {
		covers := d.Path == "/" || path == d.Path || strings.HasPrefix(path, d.Path+"/")
		if covers && d.Verdict != triage.Undecided &&
			(best.Path == "" || d.Time.After(best.Time) || d.Time.Equal(best.Time) && len(d.Path) > len(best.Path)) {
			best = d
		}
	}
	return best
}

// generate returns random decisions on few paths at few times, so many of them collide.
func generate(random *rand.Rand, n int) (all []triage.Decision) {
	for range n {
		d := at(randomPath(random), triage.Verdict(1+random.IntN(4)), time.Duration(random.IntN(5)))
		d.Written = d.Time.Add(time.Duration(random.IntN(3)))
		d.Bytes = int64(random.IntN(2))
		all = append(all, d)
	}
	return all
}

func randomPath(random *rand.Rand) string {
	if random.IntN(30) == 0 {
		return "/"
	}
	path := ""
	for range 1 + random.IntN(4) {
		path += "/" + []string{"a", "b", "bb", "\xff", "\n"}[random.IntN(5)]
	}
	return path
}

func TestOfAgreesWithAList(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range probe.Cases(300, 3000) {
		s := triage.SetOf(generate(random, random.IntN(20))...)
		a := s.Active(noon, nil)
		for range 20 {
			path := randomPath(random)
			if got, _ := a.Of(path); !got.Equal(naive(s.Sorted(), path)) {
				t.Fatalf("%q: got %v, want %v of %v", path, got, naive(s.Sorted(), path), s.Sorted())
			}
		}
		total := 0
		for v := triage.Unknown; v <= triage.Undecided; v++ {
			if a.Count(v) != len(a.With(v)) {
				t.Fatalf("%v: Count %d, With %q", v, a.Count(v), a.With(v))
			}
			total += a.Count(v)
		}
		if total != a.Len() {
			t.Fatalf("Len %d, counted %d", a.Len(), total)
		}
	}
}

func TestMergeIsCommutativeAssociativeAndIdempotent(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range probe.Cases(500, 5000) {
		list := [][]triage.Decision{generate(random, 6), generate(random, 6), generate(random, 6)}
		a, b, c := triage.SetOf(list[0]...), triage.SetOf(list[1]...), triage.SetOf(list[2]...)
		abc := triage.Merge(triage.Merge(a, b), c)
		all := slices.Concat(list...)
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for name, other := range map[string]triage.Set{
			"commutative": triage.Merge(c, triage.Merge(b, a)),
			"associative": triage.Merge(a, triage.Merge(b, c)),
			"idempotent":  triage.Merge(triage.Merge(abc, a), abc),
			"shuffled":    triage.SetOf(all...),
		} {
			if diff := cmp.Diff(abc.Sorted(), other.Sorted()); diff != "" {
				t.Fatalf("not %s: %s", name, diff)
			}
		}
		parsed, err := triage.Parse(slices.Concat(triage.Format(a), lines(b), lines(c), lines(a)))
		if err != nil || len(parsed.Damaged) > 0 {
			t.Fatal(err, parsed.Damaged)
		}
		if diff := cmp.Diff(abc.Sorted(), parsed.Set.Sorted()); diff != "" {
			t.Fatalf("files: %s", diff)
		}
	}
}

// lines returns the text of a set without the header.
func lines(s triage.Set) []byte {
	_, rest, _ := strings.Cut(string(triage.Format(s)), "\n")
	return []byte(rest)
}

func TestUndecidedCounts(t *testing.T) {
	a := active(at("/a", triage.Ignore, 0), at("/c", triage.Keep, 0))
	undecided, all := a.Undecided(func(yield func([]byte) bool) {
		for _, path := range []string{"/a", "/a/b", "/b", "/c/d", "/d"} {
			if !yield([]byte(path)) {
				return
			}
		}
	})
	if undecided != 2 || all != 5 {
		t.Errorf("%d of %d", undecided, all)
	}
}

func TestCloneIsIndependent(t *testing.T) {
	b := triage.NewBook(triage.SetOf(at("/a", triage.Keep, 0)), noon, nil)
	clone := b.Active().Clone()
	b.Decide([]triage.Sized{{Path: "/b"}}, triage.Ignore, noon)
	if clone.Len() != 1 || b.Active().Len() != 2 {
		t.Errorf("clone has %d, book %d", clone.Len(), b.Active().Len())
	}
}

func TestIgnoredLeavesOutWhatIsCovered(t *testing.T) {
	a := active(
		at("/a", triage.Ignore, 0), at("/a/b", triage.Ignore, 1), at("/a-b", triage.Ignore, 0), at("/a/c", triage.Keep, 1), at("/a/old", triage.Keep, -1),
		at("/k", triage.Keep, 5), at("/k/i", triage.Ignore, 0), at("/z", triage.NotNow, 0),
	)
	ignored, hides := a.Ignored()
	if diff := cmp.Diff([][]string{{"/a", "/a-b"}, {"/a/c"}}, [][]string{ignored, hides}); diff != "" {
		t.Error(diff)
	}
}

func TestNamesOfEnums(t *testing.T) {
	got := fmt.Sprint(triage.Unknown, triage.Keep, triage.Ignore, triage.NotNow, triage.Undecided, triage.Verdict(99), triage.Decided, triage.Undone, triage.Redone, triage.Action(9))
	if want := "unknown keep ignore not-now undecided unknown decided undone redone unknown"; got != want {
		t.Errorf("got %s", got)
	}
}
