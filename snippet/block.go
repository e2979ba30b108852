package snippet

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/octal"
)

// A block is a binding of a module: an attribute path with up to two lists and nested blocks.
type block struct {
	path  []Attr
	owner string // of a home; "" for the host
	base  string // the home directory to which the elements are relative, or ""
	lists []list
	inner []block
}

// A list is a list of paths, or of sets whose first binding is a path.
type list struct {
	// name is the attribute of the list, key the attribute of the path in a set.
	name, key string
	items     []Item
	entry     func(*Item) entry
}

// An entry is an element of a list: a path, or a set whose first binding is the path.
type entry struct {
	path string
	// bindings are the bindings of the set after the path.
	bindings []binding
	// notes are written above the entry as comments.
	notes []Note
	// comment is written above the notes, unless it is empty.
	comment string
}

// listsOf returns the lists of a place. directory and file build the entries of the dialect.
func listsOf(p *place, directory, file func(*Item) entry) []list {
	return []list{{"directories", "directory", p.dirs, directory}, {"files", "file", p.files, file}}
}

// filled returns the number of lists in a block that have elements.
func (b *block) filled() (count int) {
	for i := range b.lists {
		if len(b.lists[i].items) > 0 {
			count++
		}
	}
	return count
}

// empty reports whether a block has no elements, nested blocks included.
func (b *block) empty() bool {
	for i := range b.inner {
		if !b.inner[i].empty() {
			return false
		}
	}
	return b.filled() == 0
}

// userBlocks returns the block users.<name> of each user, with the given lists.
func userBlocks(s *selection, lists func(*place) []list) []block {
	var blocks []block
	for i := range s.places[1:] {
		p := &s.places[1+i]
		path := append(fixed("users"), Attr{p.user.Name, RoleUser})
		blocks = append(blocks, block{path: path, base: p.user.Home, lists: lists(p)})
	}
	return blocks
}

// attr returns the attribute path of a block in Nix syntax.
func (b *block) attr() string {
	parts := make([]string, len(b.path))
	for i, attr := range b.path {
		parts[i] = attribute(attr.Name)
	}
	return strings.Join(parts, ".")
}

// at returns the attribute path of the storage path in an option: option."/persist".
func (o *Options) at(option ...string) []Attr {
	return append(fixed(option...), Attr{cmp.Or(o.Storage, DefaultStorage), RoleStore})
}

// unlikely is a name that no group can have.
const unlikely = "\x00"

// An ownership is the mode and owner to write. An empty field is not written.
type ownership struct{ mode, user, group string }

// differing returns the parts of a path's mode and owner that differ from the module's defaults,
// and notes about names that cannot be written. An unknown default ("") counts as equal, except the
// group if the path belongs to a different user than the default one.
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
			nameless = "the name of its " + what + " is not UTF-8; not written"
			return ""
		case strings.Trim(name, "0123456789") == "" && nameless == "":
			nameless = what + " " + name + " has no name on this machine; number written"
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

// bindings returns the bindings of an ownership. Each name has the prefix. order gives the order by
// letters: m(ode), u(ser), g(roup).
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

// byRoot is the default of the modules outside of homes.
var byRoot = ownership{"0755", "root", "root"}

// byUser returns the default of the modules in the home of u.
func (u User) byUser() ownership { return ownership{"0755", u.Name, u.Group} }

// newEntry returns the entry of an item with the notes that apply to all Nix dialects.
func (s *selection) newEntry(p *place, item *Item) entry {
	e := entry{path: item.Path[p.skip():], comment: item.Comment}
	for _, reason := range troubles(item) {
		e.warn(item, reason, s.parentOf(item.Path))
	}
	return e
}

// warn adds a note on an item.
func (e *entry) warn(item *Item, reason, instead string) {
	e.notes = append(e.notes, Note{item.Path, reason, instead})
}
