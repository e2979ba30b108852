package snippet

import "strings"

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

// homeLists returns the lists of a home. By itself the module gives what is in it to
// the user and his primary group.
func homeLists(s *selection, p *place) []list {
	usual := p.user.byUser()
	directory := func(item *Item) entry { return s.directoryEntry(p, item, usual, "ugm") }
	file := func(item *Item) entry { return s.fileEntry(p, item, usual, "ugm") }
	return listsOf(p, directory, file)
}

// inHomeItself reports whether a path lies in the home of a place, and not deeper.
func (s *selection) inHomeItself(p *place, path string) bool {
	return p.user.Home != "" && !strings.Contains(path[p.skip():], "/")
}
