package nixedit

import "slices"

// visitor gets the sets and bindings of the modules in a file.
//
//	let x = { not = visited; }; in         but where x is used as a module
//	{ lib, ... }: {                            set, path []
//	  options.y = { also = "not"; };
//	  config = lib.mkIf c {                    set, path config
//	    a.b = { c = [ ]; } // { d = [ ]; };    binding; two sets, path config.a.b; two bindings
//	  };
//	}
type visitor struct {
	set     func(s scope, set *setScope)
	binding func(s scope, binding Node) // s is the scope of the value
	// heads are the first attributes of lists, aliases those that replace a name.
	heads, aliases []string
	// read describes the last set.
	read setScope
	// followed are the values of names that were walked through.
	followed []Node
}

// merging are functions whose last argument is the value, under a condition or with a priority, and
// the number of their arguments.
var merging = map[string]int{
	"mkIf": 2, "mkMerge": 1, "mkForce": 1, "mkBefore": 1, "mkAfter": 1, "mkDefault": 1, "mkVMOverride": 1, "mkImageMediaOverride": 1,
	"mkOverride": 2, "mkOrder": 2, "optionalAttrs": 2, "optionals": 2,
}

// priorities are the functions that give all definitions in a set a priority.
var priorities = map[string]bool{"mkForce": true, "mkOverride": true, "mkDefault": true, "mkVMOverride": true, "mkImageMediaOverride": true}

// function returns the name of the function of a call, without the set from which it is selected,
// and its last argument if it has the number of arguments in merging.
func (n Node) function() (name string, last Node) {
	callee := n.first()
	switch callee.Kind() {
	case NodeSelect:
		callee = callee.first().following().last()
		fallthrough
	case NodeName:
		name = callee.Text()
	default:
	}
	count := -1
	for range n.Children() {
		count++
	}
	if merging[name] == count {
		last = n.last()
	}
	return name, last
}

// usualPath is the number of attributes on the way to a node for which paths are made.
const usualPath = 32

// walk visits a whole file.
func (v *visitor) walk(f *File) {
	v.visit(scope{path: make([]step, 0, usualPath)}, f.Root())
}

// uses makes the visitor note the attributes of lists.
func (v *visitor) uses(lists []List) {
	for i := range lists {
		if head := lists[i].Path[0].Name; !slices.Contains(v.heads, head) {
			v.heads = append(v.heads, head)
		}
		for _, attr := range lists[i].Path {
			if attr.Alias != "" && !slices.Contains(v.aliases, attr.Alias) {
				v.aliases = append(v.aliases, attr.Alias)
			}
		}
	}
}

// A setScope describes the bindings of a set. It is valid until the callback of the visitor returns.
type setScope struct {
	Node
	// heads are the bindings, also those of inherit, whose first attribute is that of a list.
	heads []Node
	// accepts is what acceptsOptions returns, once it was called.
	accepts, asked bool
	// top is the last place for a new binding that was found in the set.
	top topTarget
}

// readSet reads the first attributes of the bindings of a set. The path of the scope gets its aliases.
func (v *visitor) readSet(s *scope, set Node) *setScope {
	read := &v.read
	*read = setScope{Node: set, heads: read.heads[:0]}
	var aliases map[string]Node
	for b := range set.Children() {
		if b.Kind() == NodeInherit {
			read.heads = append(read.heads, b)
			continue
		}
		attr := b.first().first()
		name, ok := attr.attrName()
		if !ok {
			continue
		}
		if slices.Contains(v.heads, name) {
			read.heads = append(read.heads, b)
		}
		if slices.Contains(v.aliases, name) && attr.following().IsZero() {
			if aliases == nil {
				aliases = map[string]Node{}
			}
			aliases[name] = b.first().following()
		}
	}
	if last := len(s.path) - 1; last >= 0 && aliases != nil {
		at := s.path[last]
		at.aliases = aliases
		s.path = slices.Concat(s.path[:last], []step{at})
	}
	return read
}

// visit walks down from an expression that is a module, or the value of an option.
func (v *visitor) visit(s scope, n Node) {
	switch n.Kind() {
	case NodeParen:
		v.visit(s, n.first())
	case NodeWith, NodeAssert:
		v.visit(s, n.last())
	case NodeLet:
		v.visit(s.with(n), n.last())
	case NodeLambda:
		s.module = len(s.path)
		v.visit(s.with(n), n.last())
	case NodeIf:
		s = s.needing(Conditional, "the place is in a branch of if")
		v.visit(s, n.first().following())
		v.visit(s, n.last())
	case NodeSet, NodeRecSet:
		v.visitSet(s, n)
	case NodeOperators:
		if n.operator() == update {
			v.visitUpdate(s, n)
		}
	case NodeApply:
		v.visitCall(s, n)
	case NodeName:
		v.visitName(s, n)
	default:
	}
}

// visitName walks through the value of a name that a let binds, at the first use of the name.
// Places there can only be chosen, because the name may be used more than once.
func (v *visitor) visitName(s scope, n Node) {
	value, outside := definition(s.names, n.Text())
	if value.IsZero() || slices.Contains(v.followed, value) {
		return
	}
	v.followed = append(v.followed, value)
	s.names = outside
	v.visit(s.needing(InLet, "the place is bound to the name "+quote(n.Text())+" by let"), value)
}

// operator returns the first operator of a chain.
func (n Node) operator() (kind TokenKind) {
	for t := range n.file.tokensFrom(n.first().End()) {
		if kind = t.Kind; !kind.Trivia() {
			break
		}
	}
	return kind
}

// visitUpdate walks through the sides of //. A later side replaces attributes of the ones before.
func (v *visitor) visitUpdate(s scope, n Node) {
	var sides []Node
	for side := range n.Children() {
		sides = append(sides, side)
	}
	for i, side := range sides {
		inner := s
		inner.replaced = slices.Concat(s.replaced, []replacement{{len(s.path), sides[i+1:]}})
		v.visit(inner, side)
	}
}

// visitCall walks through the last argument of the functions for modules. Places in the arguments of
// other functions can only be chosen.
func (v *visitor) visitCall(s scope, n Node) {
	name, last := n.function()
	switch {
	case name == "mkMerge" && !last.IsZero():
		v.visitElements(s, last)
	case !last.IsZero() && priorities[name]:
		v.visit(s.needing(Priority, "the place is in the function "+quote(n.first().Text())+", which gives it another priority"), last)
	case !last.IsZero() && name == "optionalAttrs":
		s.maybe = true
		v.visit(s, last)
	case !last.IsZero():
		v.visit(s, last)
	default:
		s = s.needing(InFunction, "the place is in an argument of the function "+quote(n.first().Text()))
		for argument := n.first().following(); !argument.IsZero(); argument = argument.following() {
			v.visit(s, argument)
		}
	}
}

// visitElements walks through the elements of a list of modules.
func (v *visitor) visitElements(s scope, n Node) {
	switch n.Kind() {
	case NodeParen:
		v.visitElements(s, n.first())
	case NodeList:
		for element := range n.Children() {
			v.visit(s, element)
		}
	case NodeOperators:
		if n.operator() == concat {
			for operand := range n.Children() {
				v.visitElements(s, operand)
			}
		}
	case NodeWith, NodeAssert:
		v.visitElements(s, n.last())
	case NodeLet:
		v.visitElements(s.with(n), n.last())
	case NodeIf:
		s = s.needing(Conditional, "the place is in a branch of if")
		v.visitElements(s, n.first().following())
		v.visitElements(s, n.last())
	case NodeApply:
		if name, last := n.function(); name == "optionals" && !last.IsZero() {
			v.visitElements(s.needing(Conditional, "the place is used only if "+quote(n.first().following().Text())), last)
		}
	default:
	}
}

// visitSet walks through the bindings of a set.
func (v *visitor) visitSet(s scope, set Node) {
	if set.Kind() == NodeRecSet {
		s = s.with(set)
	}
	read := v.readSet(&s, set)
	if v.set != nil {
		v.set(s, read)
	}
	for b := range set.Children() {
		if b.Kind() != NodeBinding {
			continue
		}
		inner := s
		inner.path = b.appendSteps(s.path)
		for i := len(s.path); i < len(inner.path) && !inner.listed; i++ {
			inner.listed = slices.Contains(v.heads, inner.path[i].name)
		}
		inner.enterModule()
		if v.binding != nil {
			v.binding(inner, b)
		}
		value := b.first().following()
		switch at := inner.path[len(inner.path)-1]; {
		case inner.module < len(inner.path) && inner.path[inner.module].name == "options":
		case value.Kind() == NodeList && !at.computed && (at.name == "imports" || at.name == "modules"):
			if inner.mayBeReplaced(inner.path) {
				inner = inner.needing(Overridden, "the right side of // may replace the "+at.name)
			}
			inner.replaced = nil // they are about options of the module around these
			// The rest of s.path is in use.
			inner.path, inner.module = append(make([]step, 0, s.module+usualPath), s.path[:s.module]...), s.module
			inner.listed = slices.ContainsFunc(inner.path, func(at step) bool { return slices.Contains(v.heads, at.name) })
			v.visitElements(inner, value)
		default:
			v.visit(inner, value)
		}
	}
}

// appendSteps appends the attributes of a binding to a path.
func (n Node) appendSteps(path []step) []step {
	for attr := range n.first().Children() {
		path = append(path, attr.step())
	}
	return path
}

// step returns an attribute as a step.
func (n Node) step() step {
	name, ok := n.attrName()
	return step{name: name, computed: !ok, attr: n}
}
