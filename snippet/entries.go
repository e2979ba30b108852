package snippet

import (
	"path"
	"slices"
	"strings"
)

// Role says what an attribute of the path of a list means.
type Role uint8

// The roles. The zero value means unknown.
const (
	RoleUnknown Role = iota
	// RoleFixed is the name of an option.
	RoleFixed
	// RoleStore is a storage path.
	RoleStore
	// RoleUser is the name of a user.
	RoleUser
)

// String returns the role in one word.
func (r Role) String() string {
	switch r {
	case RoleFixed:
		return "fixed"
	case RoleStore:
		return "store"
	case RoleUser:
		return "user"
	case RoleUnknown:
	}
	return "unknown"
}

// Attr is one attribute of the path of a list.
type Attr struct {
	// Name is the value, without quotes and escapes.
	Name string
	Role Role
}

func fixed(names ...string) []Attr {
	attrs := make([]Attr, len(names))
	for i, name := range names {
		attrs[i] = Attr{name, RoleFixed}
	}
	return attrs
}

// List is a list of a dialect's module.
type List struct {
	// Path is the attribute path: environment, persistence, /persist, directories.
	Path []Attr
	// Block is the number of leading attributes that Render writes before the first set.
	Block int
	// Base is the home directory to which the elements are relative; "" for absolute elements.
	Base string
	// Owner is the name of the user whose Home Manager configuration has the list; "" for a list of
	// NixOS, or if the name is unknown.
	Owner string
	// Key is the attribute that contains the path, if an element is a set.
	Key string
	// Directories is set if the elements are directories.
	Directories bool
}

// Entry is an element of a list.
type Entry struct {
	// List is the index of the list in Elements.Lists.
	List int
	// Text is the element in Nix, below its comments, without a newline at its end. Further lines of
	// a set are indented by two spaces.
	Text string
	// Path is the absolute path that the element means.
	Path string
}

// Elements are the elements of a snippet as data. LeftOut, Kept, Unread and Warnings are those of
// the Snippet.
type Elements struct {
	// Lists are all lists of the dialect, in the order of Render, also those without entries.
	Lists []List
	// Entries are the elements, in the order of Render.
	Entries                         []Entry
	LeftOut, Kept, Unread, Warnings []Note
}

// Entries returns the elements of the snippet that Render would write for a selection. It does not
// change items. Dialects that are not Nix have neither lists nor entries.
func Entries(items []Item, opts Options) Elements {
	d := &dialects[min(int(opts.Dialect), len(dialects)-1)]
	if d.blocks == nil {
		return Elements{}
	}
	chosen := choose(items, &opts, d.users(&opts))
	all := Elements{LeftOut: chosen.leftOut, Kept: chosen.kept, Unread: chosen.unread}
	blocks := d.blocks(chosen, &opts)
	for i := range blocks {
		all.add(&blocks[i], nil, len(blocks[i].path))
	}
	slices.SortFunc(all.Warnings, compareNotes)
	return all
}

// add adds the lists of a block that is nested in others, whose path is above.
func (e *Elements) add(b *block, above []Attr, set int) {
	attrs := slices.Concat(above, b.path)
	for i := range b.lists {
		l := &b.lists[i]
		e.Lists = append(e.Lists, List{
			Path: append(slices.Clone(attrs), Attr{l.name, RoleFixed}), Block: set, Base: b.base, Owner: b.owner,
			Key: l.key, Directories: l.key == "directory",
		})
		e.addEntries(l, b.base)
	}
	for i := range b.inner {
		e.add(&b.inner[i], attrs, set)
	}
}

// addEntries adds the elements of the last list.
func (e *Elements) addEntries(l *list, base string) {
	l.each(func(one entry) {
		var w writer
		w.entry(l.key, one)
		abs := one.path
		if base != "" {
			abs = path.Join(base, one.path)
		}
		e.Entries = append(e.Entries, Entry{List: len(e.Lists) - 1, Text: strings.TrimSuffix(w.String(), "\n"), Path: abs})
		e.Warnings = append(e.Warnings, w.notes...)
	})
}
