package snippet

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSortItemsMatchesWholeComparison sorts paths with common prefixes, lengths near a multiple of
// eight bytes, and duplicates.
func TestSortItemsMatchesWholeComparison(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		items := make([]Item, r.IntN(200))
		for i := range items {
			switch {
			case i > 0 && r.IntN(5) == 0:
				items[i].Path = items[r.IntN(i)].Path
			case i > 0 && r.IntN(3) == 0:
				items[i].Path = items[r.IntN(i)].Path + string("a/\xff\x01"[r.IntN(4)])
			default:
				items[i].Path = "/" + strings.Repeat("abcdefg/", r.IntN(4)) + strings.Repeat("x", r.IntN(10))
			}
			items[i].Dir, items[i].Access = r.IntN(2) == 0, access(r)
		}
		want := slices.Clone(items)
		slices.SortFunc(want, func(a, b Item) int { return a.compare(&b) })
		if diff := cmp.Diff(want, sortItems(items)); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	}
}
