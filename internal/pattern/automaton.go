package pattern

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
)

// paths contains the rules about more than the last component of a path. They form an automaton
// that reads a path name by name. A position is a component of a rule that the next name may match;
// a state is a set of positions. States are numbered when they are first needed and are kept
// forever, because a walk needs only a few.
type paths struct {
	positions []position

	// states only grows, under mu. Reading takes no lock: a goroutine that has a State has already
	// loaded a slice that contains it.
	states atomic.Pointer[[]*state]
	mu     sync.RWMutex
	ids    map[string]State // by positions (see key)
}

// position is a component of a rule. The positions of a rule are consecutive.
type position struct {
	component
	rule int // identifies the rule: its first position
	// last reports that this is the last component of the rule. verdict is the verdict on a path
	// that matches up to here.
	last    bool
	verdict verdict
}

// add adds a rule with verdict v.
func (p *paths) add(r rule, v verdict) {
	id := len(p.positions)
	for i, c := range r {
		last := i == len(r)-1
		p.positions = append(p.positions, position{component: c, rule: id, last: last, verdict: v})
	}
}

// start makes the states with fixed numbers. It must be called after all rules have been added. It
// reports whether the resting state has positions.
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
	// If all rules float, both sets are equal, and a walk returns to resting.
	p.ids = map[string]State{}
	p.ids[key(all)] = Start
	p.ids[key(floating)] = resting
	return len(floating) > 0
}

// state returns a state by its number.
func (p *paths) state(at State) *state { return (*p.states.Load())[at] }

// enter returns the state of the directory called name in a directory with state at. It takes a
// lock only if the edge has not been followed before, or if the name matches a glob that is not the
// last component of its rule.
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
	lone := len(next) == 0 // only e decides
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

// id returns the number of the state with these positions. It may reorder them.
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

// prune sorts positions and removes those that make no difference: duplicates, and positions before
// a tree of the same rule, because everything after the tree can then match anywhere.
func (p *paths) prune(positions []uint32) []uint32 {
	slices.Sort(positions)
	positions = slices.Compact(positions)
	keep := len(positions)
	decided := -1 // the rule whose last tree has been found
	for i := len(positions) - 1; i >= 0; i-- {
		at := &p.positions[positions[i]]
		if at.rule == decided {
			continue
		}
		if at.kind == tree {
			decided = at.rule
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
