package adopt

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// node is an entry that has been copied, with its metadata at that time.
type node struct {
	name  string
	st    unix.Stat_t
	above *node
	kids  []*node
	// long is the length of its path, from the top of the tree.
	long int
	// omitted reports that the entry was not copied, because it is a mount point or a device on a
	// nodev mount.
	omitted bool
}

// add adds a node in a directory.
func (n *node) add(name string) *node {
	kid := &node{name: name, above: n, long: n.long + 1 + len(name)}
	n.kids = append(n.kids, kid)
	return kid
}

// rel returns the path below the top of the tree, with a leading slash. Paths are built only when
// needed, because in deep trees the paths of all directories would fill the memory.
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

// path returns the path, given the path of the top.
func (n *node) path(top string) string {
	if rel := n.rel(); rel != "" {
		return strings.TrimSuffix(top, "/") + rel
	}
	return top
}

// folder is a directory that is being copied. It is open while the walker or a job uses it. When
// the walker has finished it and no job is left, its attributes are set.
type folder struct {
	node     *node
	made     inode // of the copy
	mu       sync.Mutex
	from, to dir
	users    int
	whole    bool
}

// use adds a use of an open folder, which keeps it open.
func (f *folder) use() {
	f.mu.Lock()
	f.users++
	f.mu.Unlock()
}

// complete records that the walker has finished the folder.
func (f *folder) complete() {
	f.mu.Lock()
	f.whole = true
	f.mu.Unlock()
}

// release ends a use. It returns an error if setting the attributes fails.
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

// resume opens a folder again, as the parent of an open folder in it.
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
