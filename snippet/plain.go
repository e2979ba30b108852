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

// plainBlocks returns the blocks of the plain dialect, in their order.
func plainBlocks(s *selection, opts *Options) []block {
	var blocks []block
	for i := range s.places[1:] {
		blocks = append(blocks, block{attr: opts.HomeAttr.or(defaultHomeAttr), lists: nameLists(s, &s.places[1+i])})
	}
	host := &s.places[0]
	return append(blocks, block{
		attr:  opts.HostAttr.or(defaultHostAttr),
		lists: hostLists(s, host, "mug"),
	})
}

// nameLists returns the lists of a home for modules that take nothing but names.
func nameLists(s *selection, p *place) []list {
	file := func(item *Item) entry {
		e := s.newEntry(p, item)
		s.warnParents(&e, p, item, false)
		return e
	}
	directory := func(item *Item) entry {
		e := s.newEntry(p, item)
		// The module makes it with its default, which others may enter. Modes that lose
		// less are not worth a comment each.
		if item.Access.secret() {
			e.warn(item, "mode "+octal.Mode(item.Access.Mode)+" cannot be written here", "")
		}
		s.warnParents(&e, p, item, false)
		return e
	}
	return listsOf(p, directory, file)
}

// hostLists returns the lists of the host for modules that take mode and owner of
// a directory, and of a file those of its directory, with the bindings in an order.
func hostLists(s *selection, p *place, order string) []list {
	directory := func(item *Item) entry { return s.hostDirectory(p, item, order) }
	file := func(item *Item) entry { return s.hostFile(p, item, order) }
	return listsOf(p, directory, file)
}

// hostDirectory is the entry of a directory with its mode and owner.
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

// hostFile is the entry of a file with mode and owner of its directory, unless the boot
// creates that.
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
