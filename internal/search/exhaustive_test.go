package search_test

import (
	"testing"

	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/internal/search"
)

// alphabet has one byte of each class that scores distinguish: small letter, capital, slash,
// another separator, digit.
const alphabet = "aA/.1"

// eachText calls visit with all texts over the alphabet of 1 to longest bytes.
func eachText(longest int, visit func(text string)) {
	text := make([]byte, 0, longest)
	var grow func()
	grow = func() {
		for i := range len(alphabet) {
			text = append(text, alphabet[i])
			visit(string(text))
			if len(text) < longest {
				grow()
			}
			text = text[:len(text)-1]
		}
	}
	grow()
}

// All queries of at most 3 bytes in all paths of at most 6: 155 × 19,530 pairs.
func TestAlignmentsOfAllShortTextsEqualTheDefinition(t *testing.T) {
	longest := 6
	if testing.Short() {
		longest = 4
	}
	matching := 0
	eachText(longest, func(path string) {
		eachText(3, func(query string) { matching += checkAlignment(t, query, path) })
	})
	t.Logf("%d pairs match", matching)
}

func TestScoresOfAllShortTextsEqualTheLibrary(t *testing.T) {
	longest := 6
	if testing.Short() {
		longest = 4
	}
	var paths []string
	eachText(longest-1, func(path string) { paths = append(paths, "/"+path) })
	eachText(3, func(query string) {
		scores := make([]int, len(paths))
		found := make([]bool, len(paths))
		for _, match := range fuzzy.FindNoSort(query, paths) {
			scores[match.Index], found[match.Index] = match.Score, true
		}
		exact := query != lowerASCII(query)
		for i, path := range paths {
			points, matches, known := search.Score(query, []byte(path))
			switch {
			case !known:
				t.Fatalf("%q in %q has no score", query, path)
			case exact && matches != containsInOrder(path, query):
				t.Fatalf("%q in %q: %t", query, path, matches)
			case !exact && (matches != found[i] || matches && points != scores[i]):
				t.Fatalf("%q in %q: %d %t, the library has %d %t", query, path, points, matches, scores[i], found[i])
			}
		}
	})
}
