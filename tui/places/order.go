package places

import (
	"cmp"
	"slices"
	"time"
)

// Order is an order of places.
type Order uint8

// The orders. In each, places that are equal stay in the order that they had.
const (
	OrderMatters Order = iota // what is most likely worth keeping
	OrderSize                 // the largest first
	OrderAge                  // the newest first
	OrderKept                 // the one that most configurations keep first
	OrderProgram              // by the name of the owner; places without one last
	OrderPath                 // unchanged
)

var orderNames = [...]string{"matters", "size", "age", "kept", "program", "path"}

// String returns one word.
func (o Order) String() string {
	if int(o) < len(orderNames) {
		return orderNames[o]
	}
	return orderNames[OrderMatters]
}

// recent is the age up to which a place counts as in use.
const recent = 7 * 24 * time.Hour

// Sort sorts places. Within OrderMatters, secrets come first, then places by the level of the share of
// configurations that keep them, places whose program is known, places that changed in the last 7
// days, and the largest. Only level, from 0 to 5, counts of a share: a difference of a few
// configurations says less than the size.
func Sort(all []Place, by Order, level func(kept int) int, now time.Time) {
	since := now.Add(-recent).Unix()
	var compare func(a, b *Place) int
	switch by {
	case OrderMatters:
		compare = func(a, b *Place) int { return compareWorth(a, b, level, since) }
	case OrderSize:
		compare = func(a, b *Place) int { return cmp.Compare(b.Stat.Size, a.Stat.Size) }
	case OrderAge:
		compare = func(a, b *Place) int { return cmp.Compare(b.Stat.ModTime, a.Stat.ModTime) }
	case OrderKept:
		compare = func(a, b *Place) int { return cmp.Compare(b.Kept, a.Kept) }
	case OrderProgram:
		compare = func(a, b *Place) int {
			return cmp.Or(first(a.Owner.Name != "", b.Owner.Name != ""), cmp.Compare(a.Owner.Name, b.Owner.Name))
		}
	case OrderPath:
		return
	default:
		return
	}
	slices.SortStableFunc(all, func(a, b Place) int { return compare(&a, &b) })
}

func compareWorth(a, b *Place, level func(kept int) int, since int64) int {
	return cmp.Or(
		first(a.Coming == ComingRemoved, b.Coming == ComingRemoved),
		first(a.Secret, b.Secret),
		cmp.Compare(level(b.Kept), level(a.Kept)),
		first(a.Owner.Type != "user" && a.Owner.Name != "", b.Owner.Type != "user" && b.Owner.Name != ""),
		first(a.Stat.ModTime >= since, b.Stat.ModTime >= since),
		cmp.Compare(b.Stat.Size, a.Stat.Size),
	)
}

// first compares two places of which the one that has a property comes first.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
