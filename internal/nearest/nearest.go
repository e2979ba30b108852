// Package nearest finds the name that is closest to a misspelled one.
package nearest

import (
	"strings"
	"unicode/utf8"
)

// longestName is longer than any valid name. Longer input cannot be a misspelling and is not
// compared.
const longestName = 40

// Name returns the closest name if its distance is at most a third of the letters. Case is
// ignored.
func Name(given string, names []string) (string, bool) {
	if utf8.RuneCountInString(given) > longestName {
		return "", false
	}
	best, found := "", false
	least := 0
	for _, name := range names {
		d := distance(strings.ToLower(given), strings.ToLower(name))
		allowed := (max(utf8.RuneCountInString(given), len(name)) + 2) / 3
		if d <= allowed && (!found || d < least) {
			best, least, found = name, d, true
		}
	}
	return best, found
}

// distance returns the number of letters that must be changed, added, removed or swapped with
// their neighbour to turn a into b (optimal string alignment).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	// rows[i%3] contains the distances of the first i letters of a from prefixes of b.
	var rows [3][]int
	for i := range rows {
		rows[i] = make([]int, len(to)+1)
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(from); i++ {
		row, last, older := rows[i%3], rows[(i+2)%3], rows[(i+1)%3]
		row[0] = i
		for j := 1; j <= len(to); j++ {
			change := last[j-1]
			if from[i-1] != to[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
	}
	return rows[len(from)%3][len(to)]
}
