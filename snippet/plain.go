package snippet

import "unicode/utf8"

// The attribute paths of the plain dialect.
const (
	defaultHomeAttr = "user.persistence"
	defaultHostAttr = "host.persistence"
)

// A block is the binding of one module: an attribute path with up to two lists.
type block struct {
	attr string
	// skip is how many bytes of each path the lists leave out.
	skip int
	// hasAccess says that a directory can carry mode, user and group.
	hasAccess          bool
	directories, files []Item
}

// plainBlocks returns the blocks of the plain dialect, in their order.
func plainBlocks(s *selection, opts Options) []block {
	return []block{
		{
			attr: opts.HomeAttr.or(defaultHomeAttr), skip: len(s.home) + len("/"),
			directories: s.homeDirs, files: s.homeFiles,
		},
		{
			attr: opts.HostAttr.or(defaultHostAttr), hasAccess: true,
			directories: s.hostDirs, files: s.hostFiles,
		},
	}
}

// An entry is an element of a list: a path, or a set that begins with it.
type entry struct {
	path string
	// bindings are what the set holds beside the path.
	bindings []binding
	// comment goes above the entry.
	comment string
}

// directory returns the entry of a directory.
func (b *block) directory(item *Item) entry {
	e := entry{path: item.Path[b.skip:]}
	a := item.Access
	switch {
	case a == nil:
	case b.hasAccess:
		e.bindings, e.comment = a.bindings()
	case a.secret():
		// The module makes it with its default, which others may enter. Modes
		// that lose less are not worth a comment each.
		e.comment = "mode " + a.octal() + " cannot be written here"
	}
	return e
}

// bindings returns what differs from what a module takes by itself, which is
// 0755 root root, and what to say about names that Nix cannot carry.
func (a *Access) bindings() (set []binding, comment string) {
	if mode := a.octal(); mode != "0755" {
		set = append(set, binding{"mode", mode})
	}
	for _, owner := range []binding{{"user", a.User}, {"group", a.Group}} {
		switch {
		case owner.value == "", owner.value == "root":
		case !utf8.ValidString(owner.value):
			comment = "the name of its owner is not UTF-8, and not written"
		default:
			set = append(set, owner)
		}
	}
	return set, comment
}
