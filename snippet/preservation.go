package snippet

import "path"

const preservationAttr = "preservation.preserveAt"

// preservationBlocks returns the block of preservation. It gives modes and owners
// to systemd-tmpfiles, which sets them at every boot; so all that differ from its
// defaults have to be written, of files too.
func preservationBlocks(s *selection, opts *Options) []block {
	b := block{attr: opts.at(preservationAttr)}
	b.lists = preservedLists(s, &s.places[0], byRoot)
	b.inner = userBlocks(s, func(p *place) []list { return preservedLists(s, p, p.user.byUser()) })
	return []block{b}
}

func preservedLists(s *selection, p *place, usual ownership) []list {
	directory := func(item *Item) entry { return s.preserved(p, item, usual) }
	ofFile := usual
	ofFile.mode = "0644"
	file := func(item *Item) entry { return s.preserved(p, item, ofFile) }
	return listsOf(p, directory, file)
}

// preserved is the entry of a path.
func (s *selection) preserved(p *place, item *Item, usual ownership) entry {
	e := s.newEntry(p, item)
	o, reasons := item.Access.differing(usual)
	if o.user != "" {
		// The group's default is that of the owner which is written here, and not
		// known.
		usual.group = unlikely
		o, reasons = item.Access.differing(usual)
	}
	if item.Path == privateState {
		o.mode = "0700"
	}
	for _, reason := range reasons {
		e.warn(item, reason, "")
	}
	special := specialsOf(item.Path)
	if special.symlink {
		e.bindings = append(e.bindings, binding{"how", quoted("symlink")})
	}
	e.bindings = append(e.bindings, o.bindings("", "ugm")...)
	parent := s.preservedParent(&e, p, item)
	s.warnParents(&e, p, item, p.user.Home == "")
	if special.symlink || parent != nil {
		e.bindings = append(e.bindings, binding{"configureParent", "true"})
	}
	e.bindings = append(e.bindings, parent...)
	if special.initrd {
		e.bindings = append(e.bindings, binding{"inInitrd", "true"})
	}
	return e
}

// preservedParent returns the bindings for the directory that a path lies in. By
// itself preservation gives it to root with mode 0755. In a home it gives it to the
// user, with a rule that would contradict another one. What the boot creates is not
// configured.
func (s *selection) preservedParent(e *entry, p *place, item *Item) []binding {
	if p.user.Home != "" || s.ofTheBoot(path.Dir(item.Path)) {
		return nil
	}
	e.warnPrivate(item, true)
	o, reasons := item.Parent.differing(byRoot)
	if private(item.Path) {
		o.mode = "0700"
	}
	for _, reason := range reasons {
		e.warn(item, reason+" (of its directory)", "")
	}
	return o.bindings("parent.", "ugm")
}

// specials are what paths need that the boot needs early, or that must not be
// mounts.
type specials struct{ symlink, initrd bool }

// specialsOf returns what preservation's own examples give a path. The random seed
// is read in the initrd and replaced at shutdown; sshd's keys are made where there
// are none, which a mount point would prevent.
func specialsOf(p string) specials {
	switch {
	case p == "/etc/machine-id", p == "/var/lib/nixos":
		return specials{initrd: true}
	case p == "/var/lib/systemd/random-seed":
		return specials{symlink: true, initrd: true}
	case hostKey(p):
		return specials{symlink: true}
	}
	return specials{}
}
