package adopt

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// pathname is the path of a directory in a tree. It shares its prefix with the directories above
// and is converted to a string only for messages. In deep trees, a string for each directory would
// take time and memory that grow with the square of the depth.
type pathname struct {
	above *pathname
	name  string // absolute, without above
	long  int    // the length of the string; 0 for "/"
}

// absolute returns the pathname of an absolute path.
func absolute(name string) *pathname {
	return &pathname{name: name, long: len(strings.TrimSuffix(name, "/"))}
}

// child returns the pathname of an entry.
func (p *pathname) child(name string) *pathname {
	return &pathname{above: p, name: name, long: p.long + 1 + len(name)}
}

// is reports whether p is the path name. For most other paths, it takes constant time.
func (p *pathname) is(name string) bool { return p.long == len(name) && p.String() == name }

// openable reports whether the path is short enough for open(2).
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
