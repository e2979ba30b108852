package snippet

import (
	"path"

	"github.com/DaRacci/list-ephemeral/internal/octal"
)

// The attribute paths of the plain dialect.
const (
	defaultHomeAttr = "user.persistence"
	defaultHostAttr = "host.persistence"
)

// plainBlocks returns the blocks of the plain dialect, in order.
func plainBlocks(s *selection, opts *Options) []block {
	var blocks []block
	for i := range s.places[1:] {
		p := &s.places[1+i]
		blocks = append(blocks, block{path: opts.HomeAttr.or(defaultHomeAttr).attrs(), owner: p.user.Name, base: p.user.Home, lists: nameLists(s, p)})
	}
	host := &s.places[0]
	return append(blocks, block{
		path:  opts.HostAttr.or(defaultHostAttr).attrs(),
		lists: hostLists(s, host, "mug"),
	})
}

// nameLists returns the lists of a home for modules that accept only names.
func nameLists(s *selection, p *place) []list {
	file := func(item *Item) entry {
		e := s.newEntry(p, item)
		s.warnParents(&e, p, item, false)
		return e
	}
	directory := func(item *Item) entry {
		e := s.newEntry(p, item)
		// The module creates the directory with its default mode, which gives access to others.
		// Smaller differences of the mode do not get a comment.
		if item.Access.secret() {
			e.warn(item, "mode "+octal.Mode(item.Access.Mode)+" cannot be written in this dialect", "")
		}
		s.warnParents(&e, p, item, false)
		return e
	}
	return listsOf(p, directory, file)
}

// hostLists returns the lists of the host for modules that accept the mode and owner of a
// directory, and for a file those of its directory. order is the order of the bindings.
func hostLists(s *selection, p *place, order string) []list {
	directory := func(item *Item) entry { return s.hostDirectory(p, item, order) }
	file := func(item *Item) entry { return s.hostFile(p, item, order) }
	return listsOf(p, directory, file)
}

// hostDirectory returns the entry of a directory with its mode and owner.
func (s *selection) hostDirectory(p *place, item *Item, order string) entry {
	e := s.newEntry(p, item)
	o, reasons := item.Access.differing(byRoot)
	if item.Path == privateState {
		o.mode = "0700"
	}
	e.bindings = o.bindings("", order)
	for _, reason := range reasons {
		e.warn(item, reason, "")
	}
	e.warnPrivate(item, false)
	s.warnParents(&e, p, item, false)
	return e
}

// hostFile returns the entry of a file with the mode and owner of its directory, unless the boot
// creates the directory.
func (s *selection) hostFile(p *place, item *Item, order string) entry {
	e := s.newEntry(p, item)
	if !s.ofTheBoot(path.Dir(item.Path)) {
		o, reasons := item.Parent.differing(byRoot)
		if private(item.Path) {
			o.mode = "0700"
		}
		e.bindings = o.bindings("parentDirectory.", order)
		for _, reason := range reasons {
			e.warn(item, reason+" (of its directory)", "")
		}
	}
	e.warnPrivate(item, true)
	s.warnParents(&e, p, item, true)
	return e
}
