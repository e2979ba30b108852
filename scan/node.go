package scan

import "sync/atomic"

// node is a directory of a walk: first a task, then its result. All children of a directory are
// allocated together in one block, and nodes never move.
type node struct {
	parent *node
	name   []byte // nil for "/"
	// records and children are the result. They may be read once ready is nodeReady. The children
	// are in the order of the records with tagDescend.
	records  []byte
	children []node
	at       place
	number   uint64 // in Base.Tree, or foreign, or 0 if it is not known
	id       uint32
	// fd is the directory's descriptor. It stays open until unopened, the number of children not
	// yet opened, is zero. It is -1 if it was not kept.
	fd       int32
	unopened atomic.Int32
	ready    atomic.Uint32
}

// The states of node.ready.
const (
	nodePending = iota
	nodeReady
	nodeAwaited // pending, and List waits for it
)

// crossable reports whether the directory may be on another mount than its parent, because it is a
// root or an ancestor of one.
func (n *node) crossable() bool {
	inside := n.at.region == regionInside || n.at.region == regionShown
	return !inside || n.at.mark != nil && n.at.mark.root
}

// includes reports whether an entry of the directory is included by the rules, whatever it is.
func (n *node) includes(name []byte) bool {
	m := n.at.mark.child(name)
	return m != nil && m.keep && (!n.at.limited || m.only)
}

// appendPath appends the directory's absolute path. Only the path of the root, "/", ends in a
// slash.
func (n *node) appendPath(dst []byte) []byte {
	if n.parent == nil {
		return append(dst, '/')
	}
	size := 0
	for at := n; at.parent != nil; at = at.parent {
		size += 1 + len(at.name)
	}
	start := len(dst)
	dst = append(dst, make([]byte, size)...)
	end := start + size
	for at := n; at.parent != nil; at = at.parent {
		end -= len(at.name)
		copy(dst[end:], at.name)
		end--
		dst[end] = '/'
	}
	return dst
}

// slab allocates memory for records and nodes in large pieces. This keeps them close together and
// reduces the garbage collector's work.
type slab struct {
	bytes []byte
	nodes []node
}

const (
	slabBytes = 256 << 10
	slabNodes = 2048
)

// reserve returns an empty run with a capacity of size bytes. giveBack returns the unused part.
func (s *slab) reserve(size int) []byte {
	if size > slabBytes/4 {
		return make([]byte, 0, size)
	}
	if size > cap(s.bytes)-len(s.bytes) {
		s.bytes = make([]byte, 0, slabBytes)
	}
	used := len(s.bytes)
	s.bytes = s.bytes[:used+size]
	return s.bytes[used : used : used+size]
}

// giveBack returns the unused part of the last reserved run to the slab.
func (s *slab) giveBack(run []byte) {
	if unused := cap(run) - len(run); cap(run) <= slabBytes/4 {
		s.bytes = s.bytes[:len(s.bytes)-unused]
	}
}

// children returns n new nodes next to each other.
func (s *slab) children(n int) []node {
	if n > slabNodes/4 {
		return make([]node, n)
	}
	if n > len(s.nodes) {
		s.nodes = make([]node, slabNodes)
	}
	block := s.nodes[:n:n]
	s.nodes = s.nodes[n:]
	return block
}
