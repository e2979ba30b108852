package snippet

import (
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/octal"
)

// A block is a binding of a module: an attribute path with up to two lists, and
// blocks within.
type block struct {
	attr  string
	lists []list
	inner []block
}

// A list is a list of paths, or of sets that begin with one.
type list struct {
	// name is the list's attribute, key that of the path in a set.
	name, key string
	items     []Item
	entry     func(*Item) entry
}

// An entry is an element of a list: a path, or a set that begins with it.
type entry struct {
	path string
	// bindings are what the set holds beside the path.
	bindings []binding
	// notes go above the entry, as comments.
	notes []Note
}

// listsOf returns the lists of a place, as its dialect makes entries of
// directories and files.
func listsOf(p *place, directory, file func(*Item) entry) []list {
	return []list{{"directories", "directory", p.dirs, directory}, {"files", "file", p.files, file}}
}

// filled counts the lists of a block that have elements.
func (b *block) filled() (count int) {
	for i := range b.lists {
		if len(b.lists[i].items) > 0 {
			count++
		}
	}
	return count
}

// empty reports whether there is nothing in a block.
func (b *block) empty() bool {
	for i := range b.inner {
		if !b.inner[i].empty() {
			return false
		}
	}
	return b.filled() == 0
}

// userBlocks returns the block users.<name> of each user, as make lays out a place.
func userBlocks(s *selection, lists func(*place) []list) []block {
	var blocks []block
	for i := range s.places[1:] {
		p := &s.places[1+i]
		blocks = append(blocks, block{attr: "users." + attribute(p.user.Name), lists: lists(p)})
	}
	return blocks
}

// at is the attribute path of a storage path in an option: option."/persist".
func (o *Options) at(option string) string {
	storage := o.Storage
	if storage == "" {
		storage = DefaultStorage
	}
	return option + "." + quoted(storage)
}

// unlikely is the name of no group.
const unlikely = "\x00"

// An ownership is what of mode and owner is to be written; "" means nothing.
type ownership struct{ mode, user, group string }

// differing returns what of a path's mode and owner differs from what a module
// gives it by itself, and what to say about names that Nix cannot carry. A default
// that is not known, "", is taken to be what is there, unless it is the group of a user to
// whom the path does not belong.
func (a *Access) differing(from ownership) (o ownership, reasons []string) {
	if a == nil {
		return ownership{}, nil
	}
	if mode := octal.Mode(a.Mode); mode != from.mode {
		o.mode = mode
	}
	nameless := ""
	differs := func(what, name, usual string) string {
		switch {
		case name == "", usual == "", name == usual:
			return ""
		case !utf8.ValidString(name):
			nameless = "the name of its " + what + " is not UTF-8, and not written"
			return ""
		case strings.Trim(name, "0123456789") == "" && nameless == "":
			nameless = what + " " + name + " has no name here; number written"
		}
		return name
	}
	if o.user = differs("user", a.User, from.user); o.user != "" && from.group == "" {
		from.group = unlikely
	}
	o.group = differs("group", a.Group, from.group)
	if nameless != "" {
		reasons = append(reasons, nameless)
	}
	return o, reasons
}

// bindings returns the bindings of what is to be written, each after a prefix, in
// the order that their letters give: m(ode), u(ser), g(roup).
func (o ownership) bindings(prefix, order string) (set []binding) {
	for _, letter := range order {
		name, value := "mode", o.mode
		switch letter {
		case 'u':
			name, value = "user", o.user
		case 'g':
			name, value = "group", o.group
		}
		if value != "" {
			set = append(set, binding{prefix + name, quoted(value)})
		}
	}
	return set
}

// byRoot is what modules give what belongs to nobody in particular.
var byRoot = ownership{"0755", "root", "root"}

// byUser is what they give what lies in a home.
func (u User) byUser() ownership { return ownership{"0755", u.Name, u.Group} }

// newEntry begins the entry of an item, with all that is to be said of it in any
// dialect that writes Nix.
func (s *selection) newEntry(p *place, item *Item) entry {
	e := entry{path: item.Path[p.skip():]}
	for _, reason := range troubles(item) {
		e.warn(item, reason, s.parentOf(item.Path))
	}
	return e
}

// warn adds a note on an item.
func (e *entry) warn(item *Item, reason, instead string) {
	e.notes = append(e.notes, Note{item.Path, reason, instead})
}
