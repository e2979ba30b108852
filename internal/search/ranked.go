package search

import (
	"cmp"
	"slices"
)

// ranked is a match. A higher score is better; with equal scores, the earlier row is better. That
// is the order of the library, whose sort is stable.
type ranked struct {
	score int
	row   int
	node  uint32
}

func compareRanked(a, b ranked) int {
	switch {
	case a.score != b.score:
		return cmp.Compare(b.score, a.score)
	case a.row != b.row:
		return cmp.Compare(a.row, b.row)
	}
	return cmp.Compare(a.node, b.node)
}

// top keeps the best matches, unsorted.
type top struct {
	most    int
	matches []ranked // at most twice as many as most
	full    bool     // cut was called: a match must be better than worst
	worst   ranked
}

// add keeps a match if it can be among the best.
func (t *top) add(r ranked) {
	if t.full && compareRanked(r, t.worst) > 0 {
		return
	}
	t.matches = append(t.matches, r)
	if len(t.matches) == 2*t.most {
		t.cut()
	}
}

// cut keeps the t.most best matches.
func (t *top) cut() {
	if len(t.matches) <= t.most {
		return
	}
	t.worst = selectBest(t.matches, t.most)
	t.matches, t.full = t.matches[:t.most], true
}

// merge adds the matches of o.
func (t *top) merge(o *top) {
	t.matches = append(t.matches, o.matches...)
	t.cut()
}

// selectBest moves the best k matches to the front, unsorted, and returns the worst of them.
// There must be more than k. The algorithm is Hoare's quickselect (1961) with the median of
// three.
func selectBest(matches []ranked, k int) ranked {
	low, high := 0, len(matches)-1
	for low < high {
		pivot := medianOf(matches[low], matches[low+(high-low)/2], matches[high])
		i, j := low, high
		for i <= j {
			for compareRanked(matches[i], pivot) < 0 {
				i++
			}
			for compareRanked(matches[j], pivot) > 0 {
				j--
			}
			if i <= j {
				matches[i], matches[j] = matches[j], matches[i]
				i++
				j--
			}
		}
		switch {
		case k-1 <= j:
			high = j
		case k-1 >= i:
			low = i
		default:
			return matches[k-1]
		}
	}
	return matches[k-1]
}

func medianOf(a, b, c ranked) ranked {
	three := [...]ranked{a, b, c}
	slices.SortFunc(three[:], compareRanked)
	return three[1]
}
