package nixedit

import "slices"

// A plan collects what is inserted at each place of one file, so that the changes of one place are made
// together.
type plan struct {
	lists  []listPlan
	sets   []setPlan
	owners owners
}

// owners contain for each computed user, by the text of the attribute, a list of the home that it stands for.
type owners map[string]*List

// take notes that a computed user stands for the home of a list. It returns a list of the other home that the
// user already stands for, or nil.
func (o owners) take(user string, l *List) *List {
	if of, ok := o[user]; ok && of.Base != l.Base {
		return of
	}
	if user != "" {
		o[user] = l
	}
	return nil
}

// listPlan are the items to insert into a list.
type listPlan struct {
	list  Node
	of    *List // the first of the lists that the items belong to
	items []string
}

// setPlan are the lists to add to a set after one of its bindings, or at its end if after is the zero
// Node. The lists of a group have the same block.
type setPlan struct {
	set, after Node
	groups     []group
}

type group struct {
	spot  *newSpot
	lists []newList
}

// other returns the list of another home that uses the list at a target or its computed user, or nil.
func (p *plan) other(t *target, l *List) *List {
	for _, planned := range p.lists {
		if !t.list.IsZero() && planned.list == t.list && planned.of.Base != l.Base {
			return planned.of
		}
	}
	return p.owners.take(t.owner, l)
}

// add adds the items of a list at a target.
func (p *plan) add(t *target, l newList) {
	if !t.list.IsZero() {
		for i := range p.lists {
			if p.lists[i].list == t.list {
				p.lists[i].items = append(p.lists[i].items, l.items...)
				return
			}
		}
		p.lists = append(p.lists, listPlan{t.list, l.list, l.items})
		return
	}
	spot := &t.spot
	after := spot.after
	if !after.IsZero() {
		if line, next := spot.set.file.lineAfter(after.End()); line == 0 && next == spot.set.End()-1 {
			after = Node{} // it is the last binding, on the line of the bracket
		}
	}
	i := slices.IndexFunc(p.sets, func(s setPlan) bool { return s.set == spot.set && s.after == after })
	if i < 0 {
		i = len(p.sets)
		p.sets = append(p.sets, setPlan{set: spot.set, after: after})
	}
	p.sets[i].add(spot, l)
}

// add adds a list to the group of its block.
func (s *setPlan) add(spot *newSpot, l newList) {
	for i := range s.groups {
		g := &s.groups[i]
		first := g.lists[0].list
		if g.spot.depth == spot.depth && g.spot.after == spot.after && g.spot.shared == spot.shared && l.list.block() == first.block() &&
			slices.Equal(l.list.Path[:l.list.block()], first.Path[:first.block()]) {
			g.lists = append(g.lists, l)
			return
		}
	}
	s.groups = append(s.groups, group{spot, []newList{l}})
}

// changes returns the changes of all places, in order.
func (p *plan) changes() (changes []Change) {
	for _, l := range p.lists {
		changes = append(changes, l.list.insert(l.items)...)
	}
	// What belongs to a binding comes before what is at the end of the set, if both are at one place.
	slices.SortStableFunc(p.sets, func(a, b setPlan) int {
		switch {
		case a.after.IsZero() == b.after.IsZero():
			return 0
		case a.after.IsZero():
			return 1
		}
		return -1
	})
	for _, s := range p.sets {
		changes = append(changes, s.change())
	}
	return inOrder(changes)
}

// change returns the change that adds the lists.
func (s *setPlan) change() Change {
	// What shares most attributes with the binding before is next to it.
	slices.SortStableFunc(s.groups, func(a, b group) int { return b.spot.shared - a.spot.shared })
	var lines []string
	spaced := !s.set.first().IsZero() && !s.set.isFlat()
	for _, g := range s.groups {
		if g.spot.after.IsZero() && spaced && g.spot.depth < g.lists[0].list.block() {
			lines = append(lines, "")
		}
		lines = append(lines, g.spot.bindingLines(g.lists)...)
		spaced = true
	}
	if s.after.IsZero() {
		return s.set.atEnd(lines)
	}
	return s.set.after(s.after, lines)
}
