package snippet

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// The options of impermanence.
const (
	impermanenceAttr   = "environment.persistence"
	impermanenceHMAttr = "home.persistence"
)

// impermanenceBlocks returns the block of the NixOS module.
func impermanenceBlocks(s *selection, opts *Options) []block {
	b := block{attr: opts.at(impermanenceAttr), lists: hostLists(s, &s.places[0], "ugm")}
	b.inner = userBlocks(s, func(p *place) []list { return homeLists(s, p) })
	return []block{b}
}

// homeBlocks returns the block of the Home Manager module, whose lists are those of
// users.<name>. A storage path that ends in the home itself is that of its version 1,
// which takes names alone; version 2 refuses such a path.
func homeBlocks(s *selection, opts *Options) []block {
	var blocks []block
	for i := range s.places[1:] {
		p := &s.places[1+i]
		lists := homeLists
		if strings.HasSuffix(opts.Storage, p.user.Home) {
			lists = nameLists
		}
		blocks = append(blocks, block{attr: opts.at(impermanenceHMAttr), lists: lists(s, p)})
	}
	return blocks
}

// homeLists returns the lists of a home. The module gives all that is in them to the user
// and his primary group. An entry with another owner must not be written: the module
// takes the home itself to belong to the owner of each entry, creates it so, with mode
// 0700, and looks his group up in users.users (its nixos.nix, homeDirs).
func homeLists(s *selection, p *place) []list {
	directory := func(item *Item) entry {
		e := s.newEntry(p, item)
		e.bindings = s.ofUser(&e, p, item, item.Access, "").bindings("", "m")
		s.warnParents(&e, p, item, false)
		return e
	}
	file := func(item *Item) entry {
		e := s.newEntry(p, item)
		if !s.inHomeItself(p, item.Path) {
			e.bindings = s.ofUser(&e, p, item, item.Parent, "its directory is ").bindings("parentDirectory.", "m")
		}
		s.warnParents(&e, p, item, true)
		return e
	}
	return listsOf(p, directory, file)
}

// ofUser returns what of mode and owner is to be written for what the module gives to the
// user of a home, which is the mode, and adds a note if it belongs to another user or
// group. prefix names it unless it is the item.
func (s *selection) ofUser(e *entry, p *place, item *Item, a *Access, prefix string) ownership {
	if a == nil {
		return ownership{}
	}
	usual := p.user.byUser()
	switch {
	case usual.user == "" || a.User == "":
	case a.User != usual.user:
		e.warn(item, prefix+"owned by "+printableOwner(a.User, a.Group)+", and will be "+printable.Name(usual.user)+"'s", "")
	case usual.group != "" && a.Group != "" && a.Group != usual.group:
		e.warn(item, prefix+"owned by group "+printable.Name(a.Group)+", and will be of group "+printable.Name(usual.group), "")
	}
	if mode := octal.Mode(a.Mode); mode != usual.mode {
		return ownership{mode: mode}
	}
	return ownership{}
}

// inHomeItself reports whether a path lies in the home of a place, and not deeper.
func (s *selection) inHomeItself(p *place, path string) bool {
	return p.user.Home != "" && !strings.Contains(path[p.skip():], "/")
}
