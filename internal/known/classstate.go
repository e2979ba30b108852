package known

import (
	"slices"
	"sync"
	"sync/atomic"
)

// classState is what a list of nodes and covers says about the next name. It does not change,
// except for its caches: which names match a glob, and the states of its edges.
type classState struct {
	ids   []uint32 // sorted
	prune bool     // all that is below is hidden
	// literals are the names that patterns have in this place, globs the nodes with a '*',
	// and other is what all remaining names are.
	literals map[string]*classEdge
	globs    []uint32
	other    *classEdge
	// lengths has a bit for each length of a literal; the last bit is for 63 bytes and more. heads
	// are the first bytes of the literals. They spare most names the map.
	lengths uint64
	heads   [4]uint64

	mu     sync.RWMutex // guards mixed
	mixed  map[classMix]*classEdge
	manyOf bool // more globs than a mask has bits: nothing is remembered
}

// classMix is a name of a state that matches globs: the edge that it has without them, and
// which they are.
type classMix struct {
	plain *classEdge
	globs uint64
}

// classEdge is what a name is to a state.
type classEdge struct {
	steps [fileKinds]ClassStep // by the kind of the file
	links []int32              // rows that may apply to a symlink, in order
	nodes []uint32             // that the name matches
	ids   []uint32             // of the state to which the name leads
	state atomic.Uint32        // that state plus one, or 0 until a walk goes there
}

// build makes the state of a sorted list.
func (c *Classes) build(ids []uint32) *classState {
	st := &classState{ids: ids, prune: c.hidesAll(ids), literals: map[string]*classEdge{}}
	names := map[string][]uint32{}
	for _, id := range ids {
		if id >= uint32(len(c.nodes)) {
			continue
		}
		switch n := &c.nodes[id]; {
		case n.tree:
		case n.glob():
			st.globs = append(st.globs, id)
		default:
			names[n.part] = append(names[n.part], id)
		}
	}
	for name, nodes := range names {
		st.literals[name] = c.newEdge(ids, nodes)
		st.lengths |= 1 << min(len(name), 63)
		st.heads[name[0]>>6] |= 1 << (name[0] & 63)
	}
	st.other = c.newEdge(ids, nil)
	st.manyOf = len(st.globs) > 64
	return st
}

// hidesAll reports whether everything below a directory is hidden: a row that hides covers it,
// and no row that shows and comes before that one can match there.
func (c *Classes) hidesAll(ids []uint32) bool {
	cover := int32(noRow)
	for _, id := range ids[len(ids)-c.covers(ids):] {
		if row := c.rowOf(id); c.rows[row].Class.Hidden() && !c.rows[row].onUntaggedFile() {
			cover = row
			break // covers are sorted
		}
	}
	if cover == noRow {
		return false
	}
	for _, id := range ids {
		switch row := c.rowOf(id); {
		case row == noRow: // below a home the rows of an outer home do not apply
			if c.rows[cover].home || int32(c.shows) < cover {
				return false
			}
		case row < cover && !c.rows[row].Class.Hidden():
			return false
		}
	}
	return true
}

// covers returns how many of a sorted list are covers, which are at its end.
func (c *Classes) covers(ids []uint32) int {
	first, _ := slices.BinarySearch(ids, uint32(len(c.nodes)))
	return len(ids) - first
}

// onUntaggedFile reports whether a row has a condition on the file besides the tag, which is
// known where the row is among the covers.
func (r *classRow) onUntaggedFile() bool {
	return slices.ContainsFunc(r.terms, func(t term) bool { return t.onFile() && t.kind != termTagged })
}

// newEdge makes the edge of the names that match these nodes of a state with these ids.
func (c *Classes) newEdge(ids, nodes []uint32) *classEdge {
	e := &classEdge{nodes: nodes}
	begins := slices.ContainsFunc(nodes, func(id uint32) bool { return c.nodes[id].last && c.nodes[id].row == noRow })
	outer := func(id uint32) bool { row := c.rowOf(id); return begins && row != noRow && c.rows[row].home }
	var every, dirs []int32 // rows that match the name, and those that do so for a directory
	for _, id := range ids {
		switch {
		case outer(id):
		case id >= uint32(len(c.nodes)):
			every = append(every, c.rowOf(id))
			e.ids = append(e.ids, id)
		case c.nodes[id].tree:
			e.ids = c.from(e.ids, id)
		}
	}
	for _, id := range nodes {
		n := &c.nodes[id]
		switch {
		case outer(id) || n.row == noRow && n.last:
		case !n.last:
			e.ids = c.from(e.ids, id+1)
		case c.rows[n.row].whole:
			dirs = append(dirs, n.row)
			e.ids = append(e.ids, uint32(len(c.nodes))+uint32(n.row))
		case c.rows[n.row].below:
			e.ids = append(e.ids, uint32(len(c.nodes))+uint32(n.row))
		default:
			every = append(every, n.row)
		}
	}
	if begins {
		e.ids = append(e.ids, c.starts...)
	}
	c.decide(e, every, dirs)
	return e
}

// decide sets what an edge says of files of each kind.
func (c *Classes) decide(e *classEdge, every, dirs []int32) {
	for kind := range fileKinds {
		rows := slices.Clone(every)
		if kind == FileDirectory {
			rows = append(rows, dirs...)
		}
		slices.Sort(rows)
		rows = slices.DeleteFunc(rows, func(row int32) bool {
			return slices.ContainsFunc(c.rows[row].terms, func(t term) bool { return !t.admits(kind) })
		})
		if len(rows) == 0 {
			continue
		}
		e.steps[kind] = c.stepOf(rows[0])
		if c.rows[rows[0]].has(termTarget) { // of symlinks only
			e.steps[kind] = ClassStep{NeedsTarget: true}
		}
		if kind == FileSymlink {
			e.links = rows
		}
	}
}

func (c *Classes) stepOf(row int32) ClassStep {
	return ClassStep{Class: c.rows[row].Class, row: row + 1}
}

// edge returns the edge of a name.
func (c *Classes) edge(st *classState, name []byte) *classEdge {
	e := st.other
	if len(name) > 0 && st.lengths>>min(len(name), 63)&1 != 0 && st.heads[name[0]>>6]>>(name[0]&63)&1 != 0 {
		if literal := st.literals[string(name)]; literal != nil {
			e = literal
		}
	}
	if len(st.globs) == 0 {
		return e
	}
	return c.mixed(st, e, name)
}

// mixed returns the edge of a name in a state with globs, where plain is its edge without them.
func (c *Classes) mixed(st *classState, plain *classEdge, name []byte) *classEdge {
	mix := classMix{plain: plain}
	matched := 0
	for i, id := range st.globs {
		if matchPart(c.nodes[id].part, name) {
			mix.globs |= 1 << (i & 63)
			matched++
		}
	}
	if matched == 0 {
		return plain
	}
	st.mu.RLock()
	e := st.mixed[mix]
	st.mu.RUnlock()
	if e != nil && !st.manyOf {
		return e
	}
	nodes := slices.Clone(plain.nodes)
	for _, id := range st.globs {
		if matchPart(c.nodes[id].part, name) {
			nodes = append(nodes, id)
		}
	}
	e = c.newEdge(st.ids, nodes)
	if st.manyOf {
		return e
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if first := st.mixed[mix]; first != nil {
		return first
	}
	if st.mixed == nil {
		st.mixed = map[classMix]*classEdge{}
	}
	st.mixed[mix] = e
	return e
}
