package pattern

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
)

// paths are the rules that are about more than the last component of a path, as
// an automaton that reads a path name by name. A position is a component of a
// rule that the next name may match; a state is a set of positions. States are
// numbered as they are first needed and never forgotten: a walk meets few.
type paths struct {
	positions []position

	// states only grows, under mu. Whoever has a State has seen a slice that
	// holds it, so that reading takes no lock.
	states atomic.Pointer[[]*state]
	mu     sync.RWMutex
	ids    map[string]State // by positions, see key
}

// position is a component of a rule. Those of a rule follow each other.
type position struct {
	component
	rule int // what the positions of a rule have in common
	// last says that a name which matches here ends the path: verdict is on it.
	last    bool
	verdict verdict
}

// add takes a rule, on which v is the verdict.
func (p *paths) add(r rule, v verdict) {
	id := len(p.positions)
	for i, c := range r {
		last := i == len(r)-1
		p.positions = append(p.positions, position{component: c, rule: id, last: last, verdict: v})
	}
}

// start makes the states that have a number from the outset, after all rules
// have been added. It reports whether the resting state has positions.
func (p *paths) start() bool {
	var all, floating []uint32
	for i := range p.positions {
		if p.positions[i].rule != i {
			continue
		}
		all = append(all, uint32(i))
		if p.positions[i].kind == tree {
			floating = append(floating, uint32(i))
		}
	}
	states := make([]*state, 2, 16)
	states[Start], states[resting] = p.build(all), p.build(floating)
	p.states.Store(&states)
	// If all rules float, both are the same set, and resting is what a walk
	// comes back to.
	p.ids = map[string]State{}
	p.ids[key(all)] = Start
	p.ids[key(floating)] = resting
	return len(floating) > 0
}

// state returns a state by its number.
func (p *paths) state(at State) *state { return (*p.states.Load())[at] }

// enter returns the state of the directory called name in one in state at. Only
// the first to take an edge waits for a lock, and whoever matches a glob that
// is not the last component.
func (p *paths) enter(at State, name []byte) State {
	st := p.state(at)
	e := st.literal(name)
	if e == nil {
		e = &st.other
	}
	var buffer [16]uint32
	next := buffer[:0]
	for _, g := range st.globs {
		if !g.last && g.component.matches(name) {
			next = append(next, g.next)
		}
	}
	lone := len(next) == 0 // nothing but e decides
	if known := e.state.Load(); lone && known != 0 {
		return State(known - 1)
	}
	next = append(next, st.other.next...)
	if e != &st.other {
		next = append(next, e.next...)
	}
	id := p.id(next)
	if lone {
		e.state.Store(uint32(id) + 1)
	}
	return id
}

// id returns the number of the state that has positions, which it may reorder.
func (p *paths) id(positions []uint32) State {
	positions = p.prune(positions)
	k := key(positions)
	p.mu.RLock()
	id, ok := p.ids[k]
	p.mu.RUnlock()
	if ok {
		return id
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if id, ok = p.ids[k]; ok {
		return id
	}
	states := *p.states.Load()
	id = State(len(states))
	states = append(states, p.build(positions))
	p.states.Store(&states)
	p.ids[k] = id
	return id
}

// prune sorts positions and removes what makes no difference: duplicates, and
// what lies before a tree in the same rule, for what follows that tree can then
// follow anywhere.
func (p *paths) prune(positions []uint32) []uint32 {
	slices.Sort(positions)
	positions = slices.Compact(positions)
	keep := len(positions)
	settled := -1 // the rule in which a tree has been seen
	for i := len(positions) - 1; i >= 0; i-- {
		at := &p.positions[positions[i]]
		if at.rule == settled {
			continue
		}
		if at.kind == tree {
			settled = at.rule
		}
		keep--
		positions[keep] = positions[i]
	}
	return positions[keep:]
}

// key returns positions as a string.
func key(positions []uint32) string {
	b := make([]byte, 0, 4*len(positions))
	for _, p := range positions {
		b = binary.LittleEndian.AppendUint32(b, p)
	}
	return string(b)
}
