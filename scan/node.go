package scan

import "sync/atomic"

// node is a directory of a walk: first something to do, then what was found.
// Nodes are made in blocks, all children of one directory together, and stay
// where they are.
type node struct {
	parent *node
	name   []byte // nil for "/"
	// records and children are what was found; they may be read once ready is
	// nodeReady. The children stand in the order of the records that descend.
	records  []byte
	children []node
	at       place
	id       uint32
	// fd is the directory's descriptor while unopened, the number of children
	// not yet opened, is not zero; -1 where it was not kept.
	fd       int32
	unopened atomic.Int32
	ready    atomic.Uint32
}

// The states of node.ready.
const (
	nodePending = iota
	nodeReady
	nodeAwaited // pending, and somebody sleeps until it is ready
)

// crossable reports whether the directory may lie on another mount than its
// parent: it is a root, or stands on the way to one.
func (n *node) crossable() bool {
	inside := n.at.region == regionInside || n.at.region == regionShown
	return !inside || n.at.mark != nil && n.at.mark.root
}

// appendPath appends the directory's absolute path, which is "/" for the root
// and else has no slash at its end.
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

// slab hands out memory for records and nodes in large pieces, which keeps them
// close together and the collector idle.
type slab struct {
	bytes []byte
	nodes []node
}

const (
	slabBytes = 256 << 10
	slabNodes = 2048
)

// reserve returns an empty run with room for size bytes. What is not used of it
// goes back with giveBack.
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

// giveBack returns the unused end of the run that was reserved last.
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
