package nixedit

import (
	"path"
	"slices"
)

// pending returns the entries of each list that are not in the file, and adds the others to a result.
func (s *Survey) pending(edit *Edit, users owners, result *Result) [][]int {
	known := s.presentEntries(edit, users)
	pending := make([][]int, len(edit.Lists))
	items := map[string]bool{}
	for i := range edit.Entries {
		e := &edit.Entries[i]
		key := e.Path + "\x00" + e.Item
		if d, ok := known.find(i); ok {
			result.Present = append(result.Present, Present{i, d})
		} else if !items[key] {
			pending[e.List] = append(pending[e.List], i)
		}
		items[key] = true
	}
	return pending
}

// presentEntries finds the entries of an edit in a file.
type presentEntries struct {
	edit  *Edit
	users owners
	// named are the declarations of lists without a computed user, computed those of each computed user.
	named    Index
	computed []userIndex
	// elements are those of each list that cannot be read.
	elements []*wantedEntries
}

// A userIndex contains the declarations of one computed user.
type userIndex struct {
	owner string
	Index
}

func (s *Survey) presentEntries(edit *Edit, users owners) *presentEntries {
	p := &presentEntries{edit: edit, users: users, elements: make([]*wantedEntries, len(edit.Lists))}
	p.declared(slices.DeleteFunc(s.declared(covering(edit.Entries)), func(d Declaration) bool {
		// As in choose, a computed attribute matches only if nothing else does.
		return d.Computed && (s.found[d.List].match == exactMatch || d.owner != "" && s.found[d.List].named())
	}))
	indexes := make([][]int, len(edit.Lists))
	for i := range edit.Entries {
		list := edit.Entries[i].List
		indexes[list] = append(indexes[list], i)
	}
	for i := range p.elements {
		p.elements[i] = want(&edit.Lists[i], edit.Entries, indexes[i])
		if len(p.elements[i].byText) > 0 {
			s.elements(i, max(s.found[i].match, computedMatch), func(v *value, _ *spot, element Node) { p.elements[i].look(element, v.owner) })
		}
	}
	return p
}

// declared makes the indexes of declarations.
func (p *presentEntries) declared(all []Declaration) {
	var users []string
	of := map[string][]Declaration{}
	for _, d := range all {
		if _, ok := of[d.owner]; !ok && d.owner != "" {
			users = append(users, d.owner)
		}
		of[d.owner] = append(of[d.owner], d)
	}
	p.named = NewIndex(of[""])
	for _, user := range users {
		p.computed = append(p.computed, userIndex{user, NewIndex(of[user])})
	}
}

// find returns what the file has of an entry. A computed user whose list has it stands for the home of that
// list from then on.
func (p *presentEntries) find(entry int) (Declaration, bool) {
	e := &p.edit.Entries[entry]
	if d, ok := p.named.Covering(e.Path); ok {
		return d, true
	}
	for _, user := range p.computed {
		if d, ok := user.Covering(e.Path); ok && p.users.take(user.owner, &p.edit.Lists[d.List]) == nil {
			return d, true
		}
	}
	d, ok := p.elements[e.List].found[entry]
	if !ok || p.users.take(d.owner, &p.edit.Lists[e.List]) != nil {
		return Declaration{}, false
	}
	d.Path, d.List = path.Clean(e.Path), e.List
	return d, true
}
