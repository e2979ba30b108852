package adopt

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// node is something that has been copied: its name, and what it was then.
type node struct {
	name  string
	st    unix.Stat_t
	above *node
	kids  []*node
	// long is how long its path is, from the top of the tree.
	long int
	// omitted says that it was not copied: something is mounted on it, or it is a device
	// that has no effect where it is.
	omitted bool
}

// add adds a node in a directory.
func (n *node) add(name string) *node {
	kid := &node{name: name, above: n, long: n.long + 1 + len(name)}
	n.kids = append(n.kids, kid)
	return kid
}

// rel returns the path below the top of the tree, with a slash in front. It is made when it
// is needed: in deep trees, the paths of all directories would fill the memory.
func (n *node) rel() string {
	var names []string
	for ; n.above != nil; n = n.above {
		names = append(names, n.name)
	}
	if len(names) == 0 {
		return ""
	}
	slices.Reverse(names)
	return "/" + strings.Join(names, "/")
}

// path returns the path, given that of the top.
func (n *node) path(top string) string {
	if rel := n.rel(); rel != "" {
		return strings.TrimSuffix(top, "/") + rel
	}
	return top
}

// folder is a directory that is being copied. It is open while the walker or a job uses it.
// When the walker is done with it and no job is left, it gets its attributes.
type folder struct {
	node     *node
	made     inode // of the copy
	mu       sync.Mutex
	from, to dir
	users    int
	whole    bool
}

// use keeps a folder open that is open.
func (f *folder) use() {
	f.mu.Lock()
	f.users++
	f.mu.Unlock()
}

// complete notes that the walker is done with it.
func (f *folder) complete() {
	f.mu.Lock()
	f.whole = true
	f.mu.Unlock()
}

// release ends a use. The error is that of setting the attributes.
func (f *folder) release() (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users--; f.users > 0 {
		return nil
	}
	if f.whole {
		err = attributes(f.to.fd, f.from.fd, &f.node.st, f.from.limits)
	}
	f.from.close()
	f.to.close()
	return err
}

// resume opens a folder again, from a directory in it that is open.
func (f *folder) resume(kid *folder) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.users > 0 {
		f.users++
		return nil
	}
	from, err := kid.from.parent(inodeOf(&f.node.st), unix.O_PATH)
	if err != nil {
		return err
	}
	to, err := kid.to.parent(f.made, unix.O_RDONLY)
	if err != nil {
		from.close()
		return err
	}
	f.from, f.to, f.users = from, to, 1
	return nil
}
