package known

import (
	"encoding/binary"
	"slices"
)

// A WalkState is what [Classes] know of a directory: which rows cover it, and which may match
// below it. States belong to the Classes that gave them.
type WalkState uint32

// WalkStart is the state of "/".
const WalkStart WalkState = 0

// ClassStep is the answer about an entry of a directory.
type ClassStep struct {
	Class Class
	// Prune says that a walk need not enter the entry: it is a directory whose class is hidden, and
	// so is the class of everything that can be below it. Prune is false if a row of a shown class
	// may match below, or if a home may be there.
	Prune bool
	// NeedsTarget says that the entry is a symlink whose class depends on what it points to:
	// [Classes.Link] answers. Class is unknown until then.
	NeedsTarget bool
	row         int32 // the row that decides plus one, or 0
}

// Step returns the class of the entry called name of a directory in state at, as [Classes.Of]
// does, and for a directory the state of that directory.
func (c *Classes) Step(at WalkState, name []byte, kind FileKind) (ClassStep, WalkState) {
	e := c.edge(c.state(at), name)
	step := e.steps[min(kind, fileKinds-1)]
	if kind != FileDirectory {
		return step, at
	}
	in := c.enter(e)
	step.Prune = step.Class.Hidden() && c.state(in).prune
	return step, in
}

// Link returns the class of a symlink called name in a directory in state at, which points to
// target ([File.Target]).
func (c *Classes) Link(at WalkState, name []byte, target string) ClassStep {
	file := File{Kind: FileSymlink, Target: target, Tagged: true}
	for _, row := range c.edge(c.state(at), name).links {
		if c.applies(c.rows[row], file) {
			return c.stepOf(row)
		}
	}
	return ClassStep{}
}

// Tag returns the state of a directory in state at that has a valid CACHEDIR.TAG ([Tagged]).
func (c *Classes) Tag(at WalkState) WalkState {
	return c.id(slices.Concat(c.state(at).ids, c.tags))
}

// Uncover returns state at without the rows that cover the directory: as for /tmp/x, if the user
// says that its files are worth keeping. Rows about the file itself stay, such as those on sockets
// and on the targets of symlinks.
func (c *Classes) Uncover(at WalkState) WalkState {
	return c.id(slices.DeleteFunc(slices.Clone(c.state(at).ids), func(id uint32) bool {
		return id >= uint32(len(c.nodes)) && !c.rows[c.rowOf(id)].onItself()
	}))
}

// onItself reports whether a row depends on what a file itself is.
func (r *classRow) onItself() bool {
	return r.has(termKindIs) || r.has(termKindIsNot) || r.has(termTarget)
}

// Finding returns what decides a step.
func (c *Classes) Finding(step ClassStep) Finding {
	if step.row == 0 {
		return Finding{}
	}
	return c.rows[step.row-1].Finding
}

// classNode is a component of a row's pattern, or of a home's path. Those of one follow each
// other. A node is written as its index; what is greater is len(nodes) plus the index of a row
// that covers a directory. A list of both is what a state knows.
type classNode struct {
	row    int32 // noRow for a home
	part   string
	quoted bool // '*' is nothing special
	tree   bool // "**": any number of components
	last   bool
}

const noRow = -1

func (n *classNode) glob() bool { return !n.quoted && slices.Contains([]byte(n.part), '*') }

// compile makes the nodes of all rows and homes, and the state of "/".
func (c *Classes) compile() {
	c.shows = len(c.rows)
	var starts [][]uint32 // by row
	for i, row := range c.rows {
		if row.home && !row.Class.Hidden() {
			c.shows = min(c.shows, i)
		}
		starts = append(starts, c.addNodes(row.parts, int32(i), row.quoted))
	}
	ids := slices.Concat(c.addNodes([]string{"root"}, noRow, true), c.addNodes([]string{"home", "*"}, noRow, false))
	begins := false
	for _, home := range c.homes.given {
		if home == "/" {
			begins = true
			continue
		}
		ids = append(ids, c.addNodes(splitPath(home), noRow, true)...)
	}
	for i, start := range starts {
		if len(start) == 0 { // the row covers what it begins at
			start = []uint32{uint32(len(c.nodes) + i)}
		}
		switch row := c.rows[i]; {
		case row.has(termTagged):
			c.tags = append(c.tags, start...)
		case row.home:
			c.starts = append(c.starts, start...)
		default:
			ids = append(ids, start...)
		}
	}
	if begins {
		ids = append(ids, c.starts...)
	}
	c.ids = map[string]WalkState{}
	c.states.Store(&[]*classState{})
	c.id(ids)
}

// addNodes adds the components of a pattern, and returns the nodes to begin with.
func (c *Classes) addNodes(parts []string, row int32, quoted bool) []uint32 {
	first := uint32(len(c.nodes))
	for i, part := range parts {
		c.nodes = append(c.nodes, classNode{
			row: row, part: part, quoted: quoted, tree: !quoted && part == "**", last: i == len(parts)-1,
		})
	}
	if len(parts) == 0 {
		return nil
	}
	return c.from(nil, first)
}

// from appends a node, and the one after it where the node may stand for no component.
func (c *Classes) from(ids []uint32, node uint32) []uint32 {
	ids = append(ids, node)
	if c.nodes[node].tree {
		ids = append(ids, node+1)
	}
	return ids
}

// rowOf returns the index of the row that a node or a cover belongs to, or noRow.
func (c *Classes) rowOf(id uint32) int32 {
	if n := uint32(len(c.nodes)); id >= n {
		return int32(id - n)
	}
	return c.nodes[id].row
}

func (c *Classes) state(at WalkState) *classState { return (*c.states.Load())[at] }

// enter returns the state to which an edge leads.
func (c *Classes) enter(e *classEdge) WalkState {
	if known := e.state.Load(); known != 0 {
		return WalkState(known - 1)
	}
	id := c.id(e.ids)
	e.state.Store(uint32(id) + 1)
	return id
}

// id returns the number of the state that knows ids, which it does not keep.
func (c *Classes) id(ids []uint32) WalkState {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	key := make([]byte, 0, 4*len(ids))
	for _, id := range ids {
		key = binary.LittleEndian.AppendUint32(key, id)
	}
	c.mu.RLock()
	at, ok := c.ids[string(key)]
	c.mu.RUnlock()
	if ok {
		return at
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok = c.ids[string(key)]; ok {
		return at
	}
	states := *c.states.Load()
	at = WalkState(len(states))
	states = append(states, c.build(ids))
	c.states.Store(&states)
	c.ids[string(key)] = at
	return at
}
