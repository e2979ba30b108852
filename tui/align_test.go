package tui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// naiveAlign is the definition: the best alignment of the first i+1 letters that
// ends at each place, from that of the letter before in all places before it.
func naiveAlign(query, path string, name int) (int, bool) {
	p, _ := newPattern(query)
	type end struct{ score, run int }
	above := map[int]end{}
	for i, q := range p.text {
		row := map[int]end{}
		for j := range len(path) {
			if p.fold[path[j]] != q {
				continue
			}
			before := byte('/')
			if j > 0 {
				before = path[j-1]
			}
			bonus, worth := int(placeBonus(before, path[j])), alignMatch
			if j >= name {
				worth += alignName
			}
			if i == 0 {
				row[j] = end{worth + alignFirst*bonus, bonus}
				continue
			}
			best, found := end{}, false
			for k := range j - 1 {
				if e, ok := above[k]; ok {
					score := e.score + alignGapStart + alignGap*(j-k-2) + worth + bonus
					if !found || score > best.score {
						best, found = end{score, bonus}, true
					}
				}
			}
			if e, ok := above[j-1]; ok {
				run := max(e.run, bonus)
				if score := e.score + worth + max(alignConsecutive, run); !found || score > best.score {
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
	return best, found
}

func TestAlignmentsEqualTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	matching := 0
	for range 20_000 {
		path, query := randomText(r, 1+r.IntN(24)), randomText(r, 1+r.IntN(5))
		if !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
		checkAlignment(t, query, path, &matching)
	}
	for range 500 {
		path := string(realisticPath(r))
		checkAlignment(t, randomQuery(r, []string{path}), path, &matching)
	}
	if matching < 5000 {
		t.Errorf("only %d match", matching)
	}
}

func checkAlignment(t *testing.T, query, path string, matching *int) {
	t.Helper()
	a := newAligner(query)
	if a == nil {
		return
	}
	name := lastName([]byte(path))
	want, matches := naiveAlign(query, path, name)
	got, ok := a.align([]byte(path), name)
	if ok != matches || ok && got != want+a.whole([]byte(path)[name:]) {
		t.Fatalf("%q in %q: %d %t, the definition says %d %t", query, path, got, ok, want, matches)
	}
	if !ok {
		return
	}
	*matching++
	last := -1
	for i, at := range a.positions() {
		if at <= last || a.fold[path[at]] != a.query[i] {
			t.Fatalf("%q in %q is said to be at %v", query, path, a.positions())
		}
		last = at
	}
}

// randomText is of few letters, so that there are many ways to align.
func randomText(r *rand.Rand, n int) string {
	const letters = "aabA/.b-1"
	var b strings.Builder
	for range n {
		b.WriteByte(letters[r.IntN(len(letters))])
	}
	return b.String()
}

func TestAlignmentOfALongPathIsThatOfItsEnd(t *testing.T) {
	path := "/x" + strings.Repeat("/aaaaaaaaaaaaaaa", 5000) + "/name"
	a := newAligner("name")
	if _, ok := a.align([]byte(path), lastName([]byte(path))); !ok {
		t.Fatal("the name does not match")
	}
	n := len(path)
	equal(t, "places", fmt.Sprint(a.positions()), fmt.Sprint([]int{n - 4, n - 3, n - 2, n - 1}))
	if score, ok := newAligner("x").align([]byte(path), lastName([]byte(path))); ok || score != impossible {
		t.Errorf("what is beyond is worth %d", score)
	}
}
