package adopt

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// pathname is the path of a directory on the way down a tree. It shares the part above with the
// directories there, and becomes a string only for messages: in deep trees, making a string for
// each directory would take time and memory that grow with the square of the depth.
type pathname struct {
	above *pathname
	name  string // absolute, without above
	long  int    // how long the string is; of "/", 0
}

// absolute returns the pathname of an absolute path.
func absolute(name string) *pathname {
	return &pathname{name: name, long: len(strings.TrimSuffix(name, "/"))}
}

// child returns the pathname of an entry.
func (p *pathname) child(name string) *pathname {
	return &pathname{above: p, name: name, long: p.long + 1 + len(name)}
}

// is reports whether it is a path, in constant time for most others.
func (p *pathname) is(name string) bool { return p.long == len(name) && p.String() == name }

// openable reports whether open(2) takes a path as long as this.
func (p *pathname) openable() bool { return p.long < unix.PathMax }

// String returns the path.
func (p *pathname) String() string {
	var names []string
	for ; p.above != nil; p = p.above {
		names = append(names, p.name)
	}
	if len(names) == 0 {
		return p.name
	}
	slices.Reverse(names)
	return join(p.name, strings.Join(names, "/"))
}
