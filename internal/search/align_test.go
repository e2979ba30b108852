package search_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/search"
)

// The scores of an alignment, by the definition.
const (
	referenceMatch       = 16
	referenceGapStart    = -3
	referenceGap         = -1
	referenceSlash       = 9
	referenceBoundary    = 8
	referenceCamel       = 7
	referenceConsecutive = 4
	referenceFirst       = 2
	referenceName        = 2
	referenceWhole       = 20
	referenceStem        = 12
	referenceKept        = 12
	referenceNoise       = -40
)

func referenceBonus(path string, at int) int {
	before, c := byte('/'), path[at]
	if at > 0 {
		before = path[at-1]
	}
	lower := 'a' <= before && before <= 'z'
	digit := func(c byte) bool { return '0' <= c && c <= '9' }
	switch {
	case before == '/':
		return referenceSlash
	case strings.IndexByte("-_ .\\", before) >= 0:
		return referenceBoundary
	case lower && 'A' <= c && c <= 'Z', !digit(before) && digit(c):
		return referenceCamel
	}
	return 0
}

// referenceAlign is the definition. For each letter it computes the best alignment at each
// position from the alignments of the previous letter at all earlier positions. At the end it
// adds the bonus for a query that is the whole name.
func referenceAlign(query, path string) (int, bool) {
	text := path
	if strings.ToLower(query) == query {
		text = lowerASCII(path)
	}
	name := strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/') + 1
	type end struct{ score, run int }
	above := map[int]end{}
	for i := range len(query) {
		row := map[int]end{}
		for j := range len(text) {
			if text[j] != query[i] {
				continue
			}
			bonus, worth := referenceBonus(path, j), referenceMatch
			if j >= name {
				worth += referenceName
			}
			if i == 0 {
				row[j] = end{worth + referenceFirst*bonus, bonus}
				continue
			}
			best, found := end{}, false
			for k := range j - 1 {
				if e, ok := above[k]; ok {
					score := e.score + referenceGapStart + referenceGap*(j-k-2) + worth + bonus
					if !found || score > best.score {
						best, found = end{score, bonus}, true
					}
				}
			}
			if e, ok := above[j-1]; ok {
				run := max(e.run, bonus)
				if score := e.score + worth + max(referenceConsecutive, run); !found || score > best.score {
					best, found = end{score, run}, true
				}
			}
			if found {
				row[j] = best
			}
		}
		above = row
	}
	best, found := 0, false
	for _, e := range above {
		if !found || e.score > best {
			best, found = e.score, true
		}
	}
	if !found {
		return 0, false
	}
	return best + referenceWholeName(query, strings.TrimPrefix(strings.TrimSuffix(text[name:], "/"), ".")), true
}

func referenceWholeName(query, name string) int {
	rest, ok := strings.CutPrefix(name, query)
	switch {
	case !ok:
		return 0
	case rest == "":
		return referenceWhole
	case rest[0] == '.' && strings.Count(rest, ".") == 1:
		return referenceStem
	}
	return 0
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}

func TestAlignmentsEqualTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	matching := 0
	for range 20_000 {
		path, query := randomText(r, 1+r.IntN(24)), randomText(r, 1+r.IntN(5))
		if !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
		matching += checkAlignment(t, query, path)
	}
	for range 500 {
		path := string(realisticPath(r))
		matching += checkAlignment(t, randomQuery(r, []string{path}), path)
	}
	if matching < 5000 {
		t.Errorf("only %d pairs match, want 5000", matching)
	}
}

// checkAlignment compares the score with the definition and checks the positions. It returns 1 if
// the query matches.
func checkAlignment(t *testing.T, query, path string) int {
	t.Helper()
	a := search.NewAligner(query)
	if a == nil || query == "" {
		return 0
	}
	want, matches := referenceAlign(query, path)
	got, ok := a.Align([]byte(path))
	if ok != matches || ok && got != want {
		t.Fatalf("%q in %q: got %d %t, want %d %t", query, path, got, ok, want, matches)
	}
	if !ok {
		return 0
	}
	places := a.Positions()
	if len(places) != len(query) || !slices.IsSorted(places) {
		t.Fatalf("%q in %q: positions are %v", query, path, places)
	}
	for i, at := range places {
		c := path[at]
		if strings.ToLower(query) == query && 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != query[i] || i > 0 && at == places[i-1] {
			t.Fatalf("%q in %q: positions are %v", query, path, places)
		}
	}
	return 1
}

// randomText uses few different letters, so there are many alignments.
func randomText(r *rand.Rand, n int) string {
	const letters = "aabA/.b-1"
	var b strings.Builder
	for range n {
		b.WriteByte(letters[r.IntN(len(letters))])
	}
	return b.String()
}

func TestLongPathIsAlignedAtItsEnd(t *testing.T) {
	path := "/x" + strings.Repeat("/aaaaaaaaaaaaaaa", 5000) + "/name"
	a := search.NewAligner("name")
	if _, ok := a.Align([]byte(path)); !ok {
		t.Fatal("the name does not match")
	}
	n := len(path)
	if got := a.Positions(); !slices.Equal(got, []int{n - 4, n - 3, n - 2, n - 1}) {
		t.Errorf("positions are %v", got)
	}
	if score, ok := search.NewAligner("x").Align([]byte(path)); ok {
		t.Errorf("a match before the last 4096 bytes has score %d, want none", score)
	}
}
