package generation

import (
	"maps"
	"slices"
)

// Change is a path that two generations treat differently.
type Change struct {
	Kind ChangeKind
	Path string
	// Now and Next are the entries that decide in the two generations; empty if there is none.
	Now, Next Entry
	// From and To are where the data is now and next: paths on the file system that has
	// it. "" where it is not kept.
	From, To string
}

// ChangeKind says what changes.
type ChangeKind uint8

// The kinds.
const (
	ChangeUnknown   ChangeKind = iota
	KeptFromNext               // not kept now, kept by the next generation
	NoLongerKept               // kept now; the next boot loses it, or hides it
	Moved                      // kept by both, in different places: the old data stays behind
	OtherFileSystem            // a file system mounted at the path has another device or subvolume in its place
)

// String returns a few words.
func (k ChangeKind) String() string {
	switch k {
	case KeptFromNext:
		return "kept from the next boot"
	case NoLongerKept:
		return "no longer kept"
	case Moved:
		return "moved to other storage"
	case OtherFileSystem:
		return "another file system"
	default:
		return "unknown"
	}
}

// Compare returns the paths of entries of two generations whose data is kept by one only, or in
// different places, sorted by path. A path that both keep in the same place is no change, whatever entry
// keeps it.
func Compare(now, next *Generation) []Change {
	all := make(map[string]bool, len(now.byPath)+len(next.byPath))
	for path := range now.byPath {
		all[path] = true
	}
	for path := range next.byPath {
		all[path] = true
	}
	var changes []Change
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if change, ok := compare(now, next, path); ok {
			changes = append(changes, change)
		}
	}
	return changes
}

func compare(now, next *Generation, path string) (Change, bool) {
	c := Change{Path: path}
	var keptNow, keptNext bool
	c.Now, keptNow = now.Keeps(path)
	c.Next, keptNext = next.Keeps(path)
	from, to := now.follow(path), next.follow(path)
	if keptNow {
		c.From = from.path
	}
	if keptNext {
		c.To = to.path
	}
	switch {
	case keptNow && !keptNext:
		c.Kind = NoLongerKept
	case !keptNow && keptNext:
		c.Kind = KeptFromNext
	case keptNow && c.From != c.To:
		c.Kind = Moved
	case keptNow && c.Now.Path == path && c.Next.Path == path && c.Now.How == OwnFileSystem && c.Next.How == OwnFileSystem && otherDevice(c.Now, c.Next):
		c.Kind = OtherFileSystem
	default:
		return Change{}, false
	}
	return c, true
}

// otherDevice compares what two file systems are mounted from. The same device may have two
// names, so it is a hint only.
func otherDevice(a, b Entry) bool {
	return a.Device != b.Device || optionValue(a.Options, "subvol") != optionValue(b.Options, "subvol") ||
		optionValue(a.Options, "subvolid") != optionValue(b.Options, "subvolid")
}
