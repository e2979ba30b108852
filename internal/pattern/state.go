package pattern

import "sync/atomic"

// state contains the rules of a set of positions for the next name. It does not change, except for
// the states cached in its edges.
type state struct {
	// always is the verdict on every name, for example inside "d/**".
	always verdict
	// other is the edge for names without an edge of their own.
	other edge
	// literals are the edges for literal components, globs those for other components.
	literals map[string]*edge
	globs    []globEdge
	// lengths has a bit for the length of each literal; the last bit is for all lengths from 63 up.
	// heads contains their first bytes. They avoid the map lookup for most names: BenchmarkMatch
	// takes 6 ns without lookups, and 13 ns if most names are in the map.
	lengths uint64
	heads   class
}

// edge is the effect of a name in a state.
type edge struct {
	verdict verdict
	// next are the positions to which the name leads, in addition to those of every name.
	next []uint32
	// state is the State of all these positions plus one, or 0 if it is not cached yet.
	state atomic.Uint32
}

// globEdge is the edge for names that match a component.
type globEdge struct {
	component *component
	verdict   verdict // if last
	next      uint32  // if not
	last      bool
}

// build returns the state of a pruned set of positions.
func (p *paths) build(set []uint32) *state {
	st := &state{always: acquitted(), literals: map[string]*edge{}}
	for _, i := range set {
		if p.positions[i].kind == tree {
			st.other.next = append(st.other.next, i)
			i++ // a tree may match zero directories
		}
		at := &p.positions[i]
		switch {
		case at.kind == literal:
			st.addLiteral(at, i+1)
		case at.kind != anyName:
			g := globEdge{component: &at.component, verdict: acquitted(), next: i + 1, last: at.last}
			if at.last {
				g.verdict = at.verdict
			}
			st.globs = append(st.globs, g)
		case at.last:
			st.always = st.always.or(at.verdict)
		default:
			st.other.next = append(st.other.next, i+1)
		}
	}
	return st
}

// addLiteral adds a position with a literal. next is the position after it.
func (st *state) addLiteral(at *position, next uint32) {
	name := at.prefix
	e := st.literals[name]
	if e == nil {
		e = &edge{verdict: acquitted()}
		st.literals[name] = e
		st.lengths |= 1 << min(len(name), 63)
		st.heads.add(name[0])
	}
	if at.last {
		e.verdict = e.verdict.or(at.verdict)
	} else {
		e.next = append(e.next, next)
	}
}

// literal returns the edge of the literal name, or nil.
func (st *state) literal(name []byte) *edge {
	if st.lengths>>min(len(name), 63)&1 == 0 || !st.heads.has(name[0]) {
		return nil
	}
	return st.literals[string(name)]
}

// excludes reports whether a rule excludes the entry called name.
func (st *state) excludes(name []byte, isDir bool) bool {
	if st.always.excludes(isDir) {
		return true
	}
	if e := st.literal(name); e != nil && e.verdict.excludes(isDir) {
		return true
	}
	for i := range st.globs {
		if g := &st.globs[i]; g.verdict.excludes(isDir) && g.component.matches(name) {
			return true
		}
	}
	return false
}

// first returns the index of the first pattern that excludes an entry, or none.
func (st *state) first(name []byte, isDir bool) int32 {
	first := st.always.first(isDir)
	if e := st.literal(name); e != nil {
		first = min(first, e.verdict.first(isDir))
	}
	for _, g := range st.globs {
		if g.component.matches(name) {
			first = min(first, g.verdict.first(isDir))
		}
	}
	return first
}
