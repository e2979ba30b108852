package snippet

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// impermanenceBlocks returns the block of the NixOS module.
func impermanenceBlocks(s *selection, opts *Options) []block {
	b := block{path: opts.at("environment", "persistence"), lists: hostLists(s, &s.places[0], "ugm")}
	b.inner = userBlocks(s, func(p *place) []list { return homeLists(s, p) })
	return []block{b}
}

// homeBlocks returns the block of the Home Manager module, with the same lists as users.<name>. A
// storage path that ends in the home itself is used with version 1 of the module, which accepts
// only names; version 2 rejects such a path.
func homeBlocks(s *selection, opts *Options) []block {
	var blocks []block
	for i := range s.places[1:] {
		p := &s.places[1+i]
		lists := homeLists
		if strings.HasSuffix(opts.Storage, p.user.Home) {
			lists = nameLists
		}
		blocks = append(blocks, block{path: opts.at("home", "persistence"), owner: p.user.Name, base: p.user.Home, lists: lists(s, p)})
	}
	return blocks
}

// homeLists returns the lists of a home. The module sets the owner of all entries to the user and
// its primary group. An entry with a different owner must not be written, because the module
// assumes that the home belongs to the owner of each entry. It creates the home with that owner and
// mode 0700, and looks up the group in users.users (homeDirs in its nixos.nix).
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

// ofUser returns the ownership to write for a path in a home, which is only the mode, because the
// module sets the owner. It adds a note if the path belongs to a different user or group. prefix
// describes the path if it is not the item itself.
func (s *selection) ofUser(e *entry, p *place, item *Item, a *Access, prefix string) ownership {
	if a == nil {
		return ownership{}
	}
	usual := p.user.byUser()
	switch {
	case usual.user == "" || a.User == "":
	case a.User != usual.user:
		e.warn(item, prefix+"owned by "+printableOwner(a.User, a.Group)+", will be owned by "+printable.Name(usual.user), "")
	case usual.group != "" && a.Group != "" && a.Group != usual.group:
		e.warn(item, prefix+"owned by group "+printable.Name(a.Group)+", will be owned by group "+printable.Name(usual.group), "")
	}
	if mode := octal.Mode(a.Mode); mode != usual.mode {
		return ownership{mode: mode}
	}
	return ownership{}
}

// inHomeItself reports whether a path is directly in the home of a place.
func (s *selection) inHomeItself(p *place, path string) bool {
	return p.user.Home != "" && !strings.Contains(path[p.skip():], "/")
}
