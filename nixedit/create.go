package nixedit

import "slices"

// A newSpot is a place for a new binding.
//
//	environment.persistence = {          the set has depth 2
//	  "/persist".files = [ "/etc/x" ];   after this binding, of which 1 attribute is shared
//	  "/persist".directories = [ … ];    the new binding
//	};
type newSpot struct {
	set    Node
	before int       // attributes of the path of the set before those of the list
	match  exactness // of the path of the set
	depth  int       // leading attributes of the list that the path of the set consists of
	after  Node
	shared int
	most   int // the largest number of attributes that a binding of the set shares with the list
}

// contains reports whether the set of another spot is a part of this one with the same options. Nix
// merges the two, so a new binding means the same in both.
func (p *newSpot) contains(other *newSpot) bool {
	return p.before == other.before && p.set.Start() < other.set.Start() && other.set.End() < p.set.End()
}

// covered returns the number of leading attributes of the list that are there.
func (p *newSpot) covered() int { return p.depth + p.shared }

// set keeps a set to which the list can be added.
func (f *finder) set(s scope, set *setScope) {
	l := f.list
	for depth := min(len(s.path), len(l.Path)-1); depth >= 0; depth-- {
		atTop := len(s.path)-depth == s.module
		if depth > 0 && !s.listed || depth == 0 && !atTop && len(set.heads) == 0 {
			continue
		}
		match := l.compareEnd(s.path, depth)
		if match <= otherStore {
			continue
		}
		if f.addTo(s, set, depth, match, atTop) {
			return
		}
	}
}

// addTo keeps a place in a set whose path ends with depth attributes of the list. atTop says that
// these are all options of the module around the set.
func (f *finder) addTo(s scope, set *setScope, depth int, match exactness, atTop bool) bool {
	l := f.list
	if depth == 0 && atTop && set.top.isOf(l) {
		f.added = append(f.added, set.top.target)
		return true
	}
	t := &target{match: match, at: set.Node, why: s.why, detail: s.detail, choosable: true, spot: newSpot{set: set.Node, match: match, before: len(s.path) - depth, depth: depth}}
	t.owner = l.computedOwner(s.path, depth)
	if depth > 0 {
		for b := range set.Children() {
			f.compareWith(s, t, b)
		}
	} else { // the first attribute of a list is fixed
		for _, b := range set.heads {
			f.compareWith(s, t, b)
		}
	}
	covered := t.spot.covered()
	if covered < l.block() && (!atTop || covered == 0 && !set.acceptsOptions(s)) {
		return false
	}
	if !l.canWrite(covered) {
		return false
	}
	if !t.spot.after.IsZero() {
		t.at = t.spot.after
	}
	if t.spot.repeatsComputed() {
		t.choosable = false
		t.needs(Defined, "Nix refuses a second binding of a computed attribute, after "+quote(t.spot.after.first().Text()))
	}
	if s.maybe {
		t.needs(Conditional, "the set is used only under a condition")
	}
	if len(s.replaced) > 0 && s.mayBeReplaced(slices.Concat(s.path, l.steps(depth))) {
		t.needs(Overridden, "the right side of // may replace the new binding")
	}
	if set.Kind() == NodeRecSet && set.mentions(l.Path[depth].Name) {
		t.choosable = false
		t.why, t.detail = Defined, "the new binding of a recursive set would change the meaning of the name "+quote(l.Path[depth].Name)
	}
	t.attr = attrText(s.path)
	f.added = append(f.added, t)
	if depth == 0 && atTop {
		set.top = topTarget{t, l}
	}
	return true
}

// canWrite reports whether the attributes of a list after the covered ones have names: if any name
// matches, none can be written.
func (l *List) canWrite(covered int) bool {
	return !slices.ContainsFunc(l.Path[covered:], func(a Attr) bool { return a.Name == "" })
}

// A topTarget is the place for a new binding of a list in a set at the top of a module. Lists that begin with
// the same two attributes share it: a file may have thousands of modules.
type topTarget struct {
	target *target
	list   *List
}

// isOf reports whether the place is also the one for another list.
func (t *topTarget) isOf(l *List) bool {
	const same = 2 // attributes, of which the set has at most the first one
	return t.target != nil && t.target.spot.most < same && l.canWrite(t.target.spot.most) &&
		slices.Equal(l.Path[:same], t.list.Path[:same]) && l.Owner == t.list.Owner
}

// compareWith compares a binding or an inherit of a set with the attributes that the new binding needs.
func (f *finder) compareWith(s scope, t *target, b Node) {
	if b.Kind() == NodeInherit {
		f.inherited(s, t, b)
		return
	}
	f.related(t, b)
}

// related compares a binding of a set with the attributes that the new binding needs. It becomes the
// sibling after which the new binding is added, or is in conflict with it.
func (f *finder) related(t *target, b Node) {
	rest := f.list.Path[t.spot.depth:]
	if len(rest) > 1 && rest[0].compare(b.first().first().step()) <= otherStore {
		return
	}
	f.steps = b.appendSteps(f.steps[:0])
	steps := f.steps
	shared := 0
	match := t.spot.match
	for shared < min(len(steps), len(rest)) {
		got := rest[shared].compare(steps[shared])
		if got <= otherStore {
			break
		}
		match = min(match, got)
		shared++
	}
	t.spot.most = max(t.spot.most, shared)
	value := b.first().following()
	switch {
	case shared == len(steps) && match == computedMatch && !steps[shared-1].computed && (steps[shared-1].name == "enable" || value.isScalar()):
		// Another option, such as hideMounts = true, and not the name of a storage path.
	case shared == len(steps) && shared < len(rest) && !value.isModuleValue(), shared == len(rest) && shared < len(steps):
		// The binding, or the list that it makes a set, cannot have another value.
		t.choosable = false
		t.why, t.detail = Defined, "the new binding would be in conflict with "+quote(b.first().Text()+" = …")
		t.spot.after, t.spot.shared = b, shared-1
	case shared == len(steps), !t.choosable:
	case shared > 0 && t.spot.improves(b, shared, t.match, match):
		t.spot.after, t.spot.shared, t.match = b, shared, match
	case shared > 0 && shared == t.spot.shared && match == computedMatch && t.match == match && !t.spot.sharesText(b):
		t.needs(SeveralPlaces, "several computed attributes may be the one of the list")
	case shared == 0 && t.spot.depth == len(f.list.Path)-1 && t.spot.shared == 0 && isList(steps):
		t.spot.after = b // directories and files belong together
	}
}

// isScalar reports whether an expression is a number, a string, a path, true, false or null.
func (n Node) isScalar() bool {
	switch n.Kind() {
	case NodeNumber, NodeString, NodeIndented, NodePath:
		return true
	case NodeName:
		return slices.Contains([]string{"true", "false", "null"}, n.Text())
	default:
	}
	return false
}

// improves reports whether a binding is a better sibling for the new one: it shares more attributes,
// or they match better, or it is itself a list of the same set.
func (p *newSpot) improves(b Node, shared int, old, match exactness) bool {
	switch {
	case shared != p.shared:
		return shared > p.shared
	case match != old:
		return match > old
	case !p.sharesText(b):
		return match == exactMatch
	}
	return b.attrCount() == shared+1 || p.after.attrCount() > shared+1
}

// repeatsComputed reports whether the new binding would begin with a computed attribute of its sibling. Nix
// does not merge such bindings: "dynamic attribute already defined".
func (p *newSpot) repeatsComputed() bool {
	return slices.ContainsFunc(firstOf(p.after, p.shared), func(attr Node) bool { return attr.step().computed })
}

// sharesText reports whether a binding begins with the same attributes as the sibling.
func (p *newSpot) sharesText(b Node) bool {
	return slices.EqualFunc(firstOf(p.after, p.shared), firstOf(b, p.shared), func(a, b Node) bool { return a.Text() == b.Text() })
}

// attrCount returns the number of attributes of a binding.
func (n Node) attrCount() (count int) {
	for range n.first().Children() {
		count++
	}
	return count
}

// isList reports whether a binding is one of the lists of a store or a user.
func isList(steps []step) bool {
	return len(steps) == 1 && (steps[0].name == "directories" || steps[0].name == "files")
}

// isModuleValue reports whether an expression is a set whose bindings are visited.
func (n Node) isModuleValue() bool {
	found := false
	v := visitor{set: func(scope, *setScope) { found = true }}
	v.visit(scope{}, n)
	return found
}

// inherited refuses a place whose set inherits the attribute that is needed.
func (f *finder) inherited(s scope, t *target, b Node) {
	l := f.list
	for attr := range b.Children() {
		name, ok := attr.attrName()
		if !ok || name != l.Path[t.spot.depth].Name {
			continue
		}
		t.choosable = false
		t.why, t.detail = Inherited, "the list is defined by inherit"
		if t.spot.depth == len(l.Path)-1 {
			f.targets = append(f.targets, &target{
				match: t.match, why: Inherited, detail: t.detail, at: attr, binding: b, attr: attrText(s.path) + "." + attr.Text(),
			})
		}
	}
}

// steps returns the attributes from an index on as steps of a path.
func (l *List) steps(first int) (steps []step) {
	for _, attr := range l.Path[first:] {
		steps = append(steps, step{name: attr.Name})
	}
	return steps
}

// acceptsOptions reports whether a set at the top of a module may get new options: it is not that of
// a flake, and it does not use config = ….
func acceptsOptions(s scope, set Node) bool {
	for _, before := range s.path[:s.module] {
		if before.name != "config" {
			return false
		}
	}
	for b := range set.Children() {
		attrs := b
		if b.Kind() == NodeBinding {
			attrs = b.first()
		}
		for attr := range attrs.Children() {
			switch name, _ := attr.attrName(); name {
			case "config", "options", "outputs", "inputs", "flake", "perSystem", "systems":
				return false
			}
			if b.Kind() == NodeBinding {
				break
			}
		}
	}
	return true
}

func (set *setScope) acceptsOptions(s scope) bool {
	if !set.asked {
		set.accepts, set.asked = acceptsOptions(s, set.Node), true
	}
	return set.accepts
}

// mentions reports whether a name occurs in a node.
func (n Node) mentions(name string) bool {
	f := n.file
	for t := range f.tokensFrom(n.Start()) {
		if t.Start >= n.End() {
			break
		}
		if t.Kind == TokenIdentifier && f.text[t.Start:t.End] == name {
			return true
		}
	}
	return false
}
