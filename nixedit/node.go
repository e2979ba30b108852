package nixedit

import (
	"fmt"
	"iter"
)

// NodeKind is the kind of a node of the syntax tree.
type NodeKind uint8

// The kinds of nodes, with their children. The zero value means unknown; no node of a tree has it.
const (
	_ NodeKind = iota // also of values that are not kept: see parser.drops
	// NodeName is an identifier.
	NodeName
	// NodeNumber is an integer or a float.
	NodeNumber
	// NodeString and NodeIndented are strings. Children: NodeDynamic, for each interpolation.
	NodeString
	NodeIndented
	// NodePath is a path, a search path or a URI. Children: NodeDynamic.
	NodePath
	// NodeList is [ … ]. Children: the elements.
	NodeList
	// NodeSet is { … }, NodeRecSet is rec { … }, NodeLetSet is let { … }. Children: NodeBinding, NodeInherit.
	NodeSet
	NodeRecSet
	NodeLetSet
	// NodeBinding is PATH = VALUE; Children: NodeAttrPath, the value.
	NodeBinding
	// NodeInherit is inherit … ; Children: NodeParen if there is a source; NodeName, NodeString, NodeDynamic.
	NodeInherit
	// NodeAttrPath is a.b.c. Children: NodeName, NodeString, NodeDynamic.
	NodeAttrPath
	// NodeDynamic is ${ … }. Children: the expression.
	NodeDynamic
	// NodeLambda is ARGUMENT: BODY. Children: NodeName, NodeFormals or both; the body.
	NodeLambda
	// NodeFormals is { a, b ? c, ... }. Children: NodeFormal.
	NodeFormals
	// NodeFormal is a or a ? b. Children: NodeName, the default if there is one.
	NodeFormal
	// NodeLet is let … in BODY. Children: NodeBinding, NodeInherit; the body.
	NodeLet
	// NodeWith is with SCOPE; BODY. NodeAssert is assert CONDITION; BODY. Children: both.
	NodeWith
	NodeAssert
	// NodeIf is if … then … else … Children: all three.
	NodeIf
	// Operators is a chain of binary operators of one precedence: a + b - c. Children: the operands.
	NodeOperators
	// NodeUnary is ! or - and an expression. Children: the expression.
	NodeUnary
	// NodeHasAttr is EXPRESSION ? PATH. Children: the expression, NodeAttrPath.
	NodeHasAttr
	// Apply is a function and its arguments. Children: all of them.
	NodeApply
	// NodeSelect is EXPRESSION.PATH or DEFAULT. Children: the expression, NodeAttrPath, the default if there
	// is one.
	NodeSelect
	// NodeParen is ( … ). Children: the expression.
	NodeParen
)

var nodeNames = [...]string{
	"unknown", "name", "number", "string", "indented string", "path", "list", "set", "recursive set", "let set", "binding", "inherit",
	"attribute path", "dynamic attribute", "function", "arguments", "argument", "let", "with", "assert", "if", "operators", "unary operator",
	"has-attribute", "call", "selection", "parentheses",
}

// String returns the kind in a few words.
func (k NodeKind) String() string {
	if int(k) < len(nodeNames) {
		return nodeNames[k]
	}
	return fmt.Sprintf("node %d", uint8(k))
}

// node is a node of a file. Nodes refer to each other by their index, so a tree is one allocation
// without pointers. Index 0 means "not there".
type node struct {
	// head is the offset of the first byte, and the kind in the bits above.
	head        uint32
	end         uint32
	child, next uint32
}

// The offsets of a file have up to 27 bits (MaxSize), so 5 are left for the kind.
const (
	offsetBits = 27
	offsetMask = 1<<offsetBits - 1
)

func (n *node) kind() NodeKind { return NodeKind(n.head >> offsetBits) }
func (n *node) start() int     { return int(n.head & offsetMask) }

func (n *node) setStart(offset uint32) { n.head = n.head&^offsetMask | offset }

// nodes are all nodes of a file by their index. They are in chunks, because a slice that grows by
// append leaves several times its size as garbage.
type nodes struct {
	full [][]node // of chunk nodes each
	last []node
	// spare is an empty chunk, or nil.
	spare []node
}

const (
	chunkBits = 12
	chunk     = 1 << chunkBits
)

func (n *nodes) at(i uint32) *node {
	if c := int(i >> chunkBits); c < len(n.full) {
		return &n.full[c][i%chunk]
	}
	return &n.last[i%chunk]
}

// count returns the number of nodes, which is the index of the next one.
func (n *nodes) count() uint32 { return uint32(len(n.full)*chunk + len(n.last)) }

// add adds a node and returns its index.
func (n *nodes) add(one node) uint32 {
	if len(n.last) == chunk {
		n.full = append(n.full, n.last)
		n.last, n.spare = n.spare, nil
		if n.last == nil {
			n.last = make([]node, 0, chunk)
		}
	}
	n.last = append(n.last, one)
	return n.count() - 1
}

// cut removes the nodes from an index on.
func (n *nodes) cut(index uint32) {
	for full := int(index >> chunkBits); len(n.full) > full; {
		n.spare = n.last[:0]
		n.last = n.full[len(n.full)-1]
		n.full = n.full[:len(n.full)-1]
	}
	n.last = n.last[:index%chunk]
}

// A Node is a node of the syntax tree of a file. The zero value is not a node.
type Node struct {
	file  *File
	index uint32
}

// Root returns the expression that the file consists of.
func (f *File) Root() Node { return Node{f, f.root} }

func (n Node) data() *node { return n.file.nodes.at(n.index) }

// IsZero reports whether n is not a node.
func (n Node) IsZero() bool { return n.index == 0 }

// Kind returns the kind of a node, and the zero value for the zero Node.
func (n Node) Kind() NodeKind {
	if n.IsZero() {
		return 0
	}
	return n.data().kind()
}

// Start returns the offset of the first byte of a node.
func (n Node) Start() int { return n.data().start() }

// End returns the offset after the last byte of a node.
func (n Node) End() int { return int(n.data().end) }

// Text returns the text of a node, with the comments inside it.
func (n Node) Text() string {
	data := n.data()
	return n.file.text[data.start():data.end]
}

// Children returns the children of a node in order.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for c := n.first(); !c.IsZero(); c = c.following() {
			if !yield(c) {
				return
			}
		}
	}
}

// first returns the first child of a node.
func (n Node) first() Node { return Node{n.file, n.data().child} }

// following returns the next child of the same parent.
func (n Node) following() Node { return Node{n.file, n.data().next} }

// last returns the last child of a node.
func (n Node) last() (last Node) {
	for c := range n.Children() {
		last = c
	}
	return last
}
