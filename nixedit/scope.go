package nixedit

import "slices"

// A step is one attribute on the way to a node.
type step struct {
	name     string
	computed bool
	attr     Node
	// aliases are the bindings of the set at this path that can replace the name.
	aliases map[string]Node
}

// A scope describes a node of the walk.
type scope struct {
	// path are the attributes on the way to the node.
	//
	// The paths of siblings share memory, so a path is valid only until the callback of the visitor
	// returns.
	path []step
	// module is the number of leading steps that are before the options of the innermost module, such
	// as config, or flake.modules.nixos.NAME of a function.
	module int
	// why is set if a place below must be chosen; detail says why.
	why    Reason
	detail string
	// maybe is set in the set of optionalAttrs: a list that is there can be used, but a new binding needs a
	// choice.
	maybe bool
	// listed is set if one of the attributes is the first one of a list.
	listed bool
	// names are the let expressions, functions and recursive sets around the node.
	names []Node
	// replaced are the right sides of the operators // around the node, and the length of the path at
	// which they replace attributes.
	replaced []replacement
}

type replacement struct {
	level int
	by    []Node
}

// with returns a copy of a scope with one more node that binds names.
func (s scope) with(n Node) scope {
	s.names = slices.Concat(s.names, []Node{n})
	return s
}

// needing returns a copy of a scope whose places must be chosen.
func (s scope) needing(why Reason, detail string) scope {
	if s.why == 0 {
		s.why, s.detail = why, detail
	}
	return s
}

// submodules are the attribute paths, from the top of a module, below which another one begins. ""
// stands for any name.
var submodules = [][]string{
	{"config"},
	{"home-manager", "users", ""},
	{"specialisation", "", "configuration"},
	{"containers", "", "config"},
}

// enterModule moves the beginning of the module behind the attributes that lead to it.
func (s *scope) enterModule() {
	for again := true; again; {
		again = false
		for _, names := range submodules {
			if s.leads(names) {
				s.module += len(names)
				again = true
			}
		}
	}
}

func (s *scope) leads(names []string) bool {
	rest := s.path[s.module:]
	if len(rest) < len(names) {
		return false
	}
	for i, name := range names {
		if name != "" && (rest[i].computed || rest[i].name != name) {
			return false
		}
	}
	return true
}

// mayDefine reports whether an expression may define an attribute, if it is a set at all.
func mayDefine(n Node, attr step) bool {
	switch n.Kind() {
	case NodeParen:
		return mayDefine(n.first(), attr)
	case NodeApply:
		name, last := n.function()
		return name != "optionalAttrs" || last.IsZero() || mayDefine(last, attr)
	case NodeSet, NodeRecSet:
	default:
		return true
	}
	for b := range n.Children() {
		attrs := b
		if b.Kind() == NodeBinding {
			attrs = b.first()
		}
		for a := range attrs.Children() {
			if a.Kind() == NodeParen {
				continue // the source of inherit
			}
			name, ok := a.attrName()
			if !ok || attr.computed || name == attr.name {
				return true
			}
			if b.Kind() == NodeBinding {
				break
			}
		}
	}
	return false
}

// mayBeReplaced reports whether a // around a scope may replace the attribute at a path.
func (s *scope) mayBeReplaced(path []step) bool {
	for _, r := range s.replaced {
		for _, by := range r.by {
			if r.level < len(path) && mayDefine(by, path[r.level]) {
				return true
			}
		}
	}
	return false
}
