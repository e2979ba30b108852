package scan

import (
	"maps"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// ruleNode is what is known of one path by its name: that it is persisted, a mount
// point, a root, an include. Marks form a tree of path components, of which a
// walk holds the one for the directory it is in; nearly every directory has
// none, and then a name costs nothing.
//
//	/ ── home ── alice ── .ssh        persisted
//	  │                └─ .cache ── x include
//	  ├─ nix                          system
//	  └─ boot                         mounted
type ruleNode struct {
	children map[string]*ruleNode

	class  Class         // a boundary, or ClassUnknown
	source string        // the declaration that made it one
	key    string        // of the declaration
	mount  *mounts.Mount // the mount that made it one
	root   bool          // a reboot wipes what lies below
	keep   bool          // always a candidate itself
	only   bool          // the work is limited to this and others
	// below says that a node farther down is a root, a keep or an only: that
	// the walk has to pass through here even where nothing else is of interest.
	below bool
	// divides says that a boundary or a root is here or farther down, or an
	// include farther down: that the directory cannot be kept as one.
	divides bool
}

// at returns the node for a clean absolute path, making it and those above it.
func (m *ruleNode) at(path string) *ruleNode {
	for name := range components(path) {
		next := m.children[name]
		if next == nil {
			if m.children == nil {
				m.children = make(map[string]*ruleNode)
			}
			next = new(ruleNode)
			m.children[name] = next
		}
		m = next
	}
	return m
}

// child returns the node for an entry of the directory that m stands for, or
// nil; m may be nil.
func (m *ruleNode) child(name []byte) *ruleNode {
	if m == nil {
		return nil
	}
	return m.children[string(name)]
}

// seal works out below and divides, from the leaves up, and reports whether there
// is anything at or below m that a walk has to reach.
func (m *ruleNode) seal() bool {
	m.divides = m.class != ClassUnknown || m.root
	for _, c := range m.children {
		if c.seal() {
			m.below = true
		}
		m.divides = m.divides || c.divides || c.keep
	}
	return m.below || m.needed()
}

func (m *ruleNode) needed() bool { return m.root || m.keep || m.only }

// reachable returns the names of the children that a walk has to reach, sorted.
func (m *ruleNode) reachable() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(m.children)) {
		if c := m.children[name]; c.below || c.needed() {
			names = append(names, name)
		}
	}
	return names
}

// components yields the parts of a clean absolute path: none for "/".
func components(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for rest := strings.TrimPrefix(path, "/"); rest != ""; {
			name, tail, _ := strings.Cut(rest, "/")
			if !yield(name) {
				return
			}
			rest = tail
		}
	}
}

// find returns the node for a clean absolute path, or nil.
func (m *ruleNode) find(path string) *ruleNode {
	for name := range components(path) {
		if m = m.children[name]; m == nil {
			return nil
		}
	}
	return m
}
