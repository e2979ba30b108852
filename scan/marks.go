package scan

import (
	"maps"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// ruleNode contains the rules for one path: whether it is persisted, a mount point, a root or an
// include. The nodes form a tree of path components. A walk keeps the node of the current
// directory. Almost every directory has no node, and then its entries need no lookup.
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
	target string        // of a layer: the mount point of its overlay
	// overlay is set at the mount point of an overlay of which the upper directory is read.
	overlay overlayNumber
	// layer reports that the mount is one that a container engine makes inside its own storage. It
	// does not prevent keeping the storage as a whole ([known.ContainerLayer]).
	layer bool
	root  bool // a reboot wipes everything below
	keep  bool // the path itself is always a candidate
	// declared reports that the path is declared persistent but not kept: it is not a boundary, but
	// a unit of its own.
	declared bool
	only     bool // the work is limited to this path and others
	// below reports that a node farther down has root, keep or only set, so the walk has to pass
	// through this directory even if nothing else in it matters.
	below bool
	// divides reports that a boundary or a root is here or farther down, or an include farther
	// down. Such a directory cannot be kept as one unit.
	divides bool
}

// at returns the node for a clean absolute path. It creates missing nodes.
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

// child returns the node for an entry of m's directory, or nil. m may be nil.
func (m *ruleNode) child(name []byte) *ruleNode {
	if m == nil {
		return nil
	}
	return m.children[string(name)]
}

// divider returns the first node at or below a node that makes it divide, and its path. path is that
// of the node, which must divide.
func (m *ruleNode) divider(path string) (*ruleNode, string) {
	if m.class != ClassUnknown && !m.layer || m.root {
		return m, path
	}
	for _, name := range slices.Sorted(maps.Keys(m.children)) {
		c := m.children[name]
		at := strings.TrimSuffix(path, "/") + "/" + name
		switch {
		case c.divides:
			return c.divider(at)
		case c.keep, c.declared:
			return c, at
		}
	}
	return m, path
}

// seal sets below and divides, from the leaves up. It reports whether a walk has to reach m or a
// node below it.
func (m *ruleNode) seal() bool {
	m.divides = m.class != ClassUnknown && !m.layer || m.root
	for _, c := range m.children {
		if c.seal() {
			m.below = true
		}
		m.divides = m.divides || c.divides || c.keep || c.declared
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

// components yields the components of a clean absolute path. "/" has no components.
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
