package adopt

import (
	"slices"
	"strings"
)

// mostChanged is how many changes are looked for: one is enough to know.
const mostChanged = 8

// verify returns what of a source is not any more as it was when it was copied.
func verify(from dir, path string, n *node) []Problem {
	var changed []Problem
	look(from, path, n, func(path string, err error) bool {
		changed = append(changed, Problem{path, err})
		return len(changed) < mostChanged
	})
	return changed
}

// look compares an entry with what it was, and tells what differs; it ends when tell
// does not want to know more.
func look(from dir, path string, n *node, tell func(path string, err error) bool) bool {
	st, err := from.stat(n.name)
	switch {
	case n.mount:
		return true
	case err != nil:
		return tell(path, err)
	case !unchanged(&st, &n.st):
		return tell(path, errChanging)
	case !isDir(&st):
		return true
	}
	d, err := from.sourceDir(n.name)
	if err != nil {
		return tell(path, err)
	}
	defer d.close()
	names, err := d.names()
	if err != nil {
		return tell(path, err)
	}
	slices.Sort(names)
	slices.SortFunc(n.kids, func(a, b *node) int { return strings.Compare(a.name, b.name) })
	if !slices.EqualFunc(names, n.kids, func(name string, kid *node) bool { return name == kid.name }) {
		return tell(path, errChanging)
	}
	for _, kid := range n.kids {
		if !look(d, join(path, kid.name), kid, tell) {
			return false
		}
	}
	return true
}
