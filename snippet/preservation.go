package snippet

import "path"

// preservationBlocks returns the block of preservation. preservation passes modes and owners to
// systemd-tmpfiles, which sets them at every boot. All that differ from the defaults must be
// written, also those of files.
func preservationBlocks(s *selection, opts *Options) []block {
	b := block{path: opts.at("preservation", "preserveAt")}
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

// preserved returns the entry of a path.
func (s *selection) preserved(p *place, item *Item, usual ownership) entry {
	e := s.newEntry(p, item)
	o, reasons := item.Access.differing(usual)
	if o.user != "" {
		// The default group is that of the owner written here, which is unknown.
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

// preservedParent returns the bindings for the directory that contains a path. By default
// preservation sets its owner to root and its mode to 0755. In a home, preservation generates its
// own rule with the user as owner, and a second rule would conflict with it. Directories that the
// boot creates are not configured.
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

// specials are the special settings of paths that are needed early in the boot, or that must not be
// mount points.
type specials struct{ symlink, initrd bool }

// specialsOf returns the settings of a path in preservation's own examples. The random seed is read
// in the initrd and replaced at shutdown. sshd creates missing host keys, which a mount point would
// prevent.
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
