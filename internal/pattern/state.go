package pattern

import "sync/atomic"

// state is what a set of positions says about the next name. It does not change,
// but for the states that its edges remember.
type state struct {
	// always is the verdict on every name: inside of "d/**".
	always verdict
	// other is where names lead that nothing else is said about.
	other edge
	// literals are names that rules have in this place, globs the components
	// that are not literals.
	literals map[string]*edge
	globs    []globEdge
	// lengths has a bit for the length of each literal, the last for all from
	// 63 up; heads are their first bytes. They spare most names the map:
	// BenchmarkMatch has 6 ns where they do and 13 where most names are in it.
	lengths uint64
	heads   class
}

// edge is what a name is to a state.
type edge struct {
	verdict verdict
	// next are the positions that the name leads to, besides those that every
	// name does.
	next []uint32
	// state is the State of all these positions plus one, or 0 until somebody
	// goes there.
	state atomic.Uint32
}

// globEdge is what the names that match a component are to a state.
type globEdge struct {
	component *component
	verdict   verdict // if last
	next      uint32  // if not
	last      bool
}

// build makes the state of a pruned set of positions.
func (p *paths) build(set []uint32) *state {
	st := &state{always: acquitted(), literals: map[string]*edge{}}
	for _, i := range set {
		if p.positions[i].kind == tree {
			st.other.next = append(st.other.next, i)
			i++ // a tree may be no directory at all
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

// addLiteral adds a position at a literal, after which comes next.
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
