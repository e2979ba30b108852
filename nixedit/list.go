package nixedit

import (
	"fmt"
	"path"
)

// Role says how an attribute of a path is compared with a file.
type Role uint8

// The roles. The zero value means unknown and is treated as RoleFixed.
const (
	_ Role = iota
	// RoleFixed is an attribute that the file must write as a name or a plain string.
	RoleFixed
	// RoleStore is a storage path. A computed attribute may match, if nothing else does. A list of
	// another storage path is never used without a choice. The name "" means every storage path.
	RoleStore
	// RoleUser is the name of a user. A computed attribute may match, if nothing else does. The name
	// "" means every user.
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
	}
	return "unknown"
}

// An Attr is one attribute of the path of a list.
type Attr struct {
	// Name is the value of the attribute, without quotes and escapes.
	Name string
	Role Role
	// Alias is an attribute of the set at this path that replaces the name if it is there, such as
	// persistentStoragePath.
	Alias string
}

// A List is a list of paths to which a module gives a meaning, such as
// environment.persistence."/persist".directories.
type List struct {
	// Path is the attribute path of the list. The file may have other attributes before it.
	Path []Attr
	// Block is the number of leading attributes that get a set of their own if they are written for
	// the first time. 0 means all but the last one.
	Block int
	// Base is the directory to which the elements are relative; "" means that they are absolute.
	Base string
	// Owner is the name of the user to whom a list of Home Manager belongs. In a file of NixOS, such a
	// list is below home-manager.users.NAME, and NAME is compared as for RoleUser. "" means every user.
	Owner string
	// Key is the attribute of an element that contains the path, if the element is a set.
	Key string
	// Directories is set if the elements are directories. They cover all paths below them.
	Directories bool
}

// block returns the number of leading attributes that get a set.
func (l *List) block() int {
	if l.Block > 0 && l.Block < len(l.Path) {
		return l.Block
	}
	return len(l.Path) - 1
}

// store returns the index of the first attribute that is a storage path, or -1.
func (l *List) store() int {
	for i := range l.Path {
		if l.Path[i].Role == RoleStore {
			return i
		}
	}
	return -1
}

// parent returns the path without the last attribute.
func (l *List) parent() []Attr { return l.Path[:len(l.Path)-1] }

// name returns the last attribute.
func (l *List) name() string { return l.Path[len(l.Path)-1].Name }

// An Entry is a path to add to a list.
type Entry struct {
	// List is the index of its list in Edit.Lists.
	List int
	// Item is the element in Nix, on one or more lines, without indentation of the first one, with two
	// spaces for each level. Lines with comments may be before it.
	Item string
	// Path is the absolute path that the element means. It is compared with the elements of the file.
	Path string
}

// At chooses one of several places. The zero value chooses nothing.
type At struct {
	// Line is a line of the binding or the list, from 1.
	Line int
	// Attr is an attribute path as the file writes it, or the end of one. For a list that a let
	// binds to a name, it may be that name.
	Attr string
}

// An Edit says what to add to a file.
type Edit struct {
	Lists   []List
	Entries []Entry
	// At are the choices among several places: at most one for a list is used, the first one that is
	// for it.
	At []At
}

// check refuses an edit that cannot be carried out in any file.
func (e *Edit) check() *RefusalError {
	for i := range e.Lists {
		if len(e.Lists[i].Path) < 2 {
			return badEntry(i, "the attribute path of a list needs two attributes")
		}
		if role := e.Lists[i].Path[0].Role; role == RoleStore || role == RoleUser {
			return badEntry(i, "the attribute path of a list must begin with a name")
		}
		for _, attr := range e.Lists[i].Path {
			if attr.Role != RoleStore && attr.Role != RoleUser && attr.Name == "" {
				return badEntry(i, "the attribute path of a list has an empty name")
			}
			if _, ok := attribute(attr.Name); !ok {
				return badEntry(i, fmt.Sprintf("the attribute %q cannot be written", attr.Name))
			}
		}
	}
	for i := range e.Entries {
		entry := &e.Entries[i]
		if entry.List < 0 || entry.List >= len(e.Lists) {
			return badEntry(-1, fmt.Sprintf("entry %d has no list", i))
		}
		if detail := e.Lists[entry.List].checkItem(entry); detail != "" {
			return badEntry(entry.List, fmt.Sprintf("the entry for %q %s", entry.Path, detail))
		}
	}
	return nil
}

func badEntry(list int, detail string) *RefusalError {
	return &RefusalError{Reason: BadEntry, List: list, Detail: detail}
}

// checkItem returns why the item of an entry is not one element of a list with the path of the entry;
// "" if it is.
func (l *List) checkItem(e *Entry) string {
	if _, err := Parse(e.Item, Options{}); err != nil {
		return "is not Nix: " + err.Error()
	}
	f, err := Parse("[\n"+e.Item+"\n]", Options{})
	if err != nil {
		return "is not an element of a list: " + err.Error()
	}
	list := f.Root()
	if list.Kind() != NodeList || list.first().IsZero() || !list.first().following().IsZero() {
		return "is not one element of a list"
	}
	if value, _, ok := l.element(list.first()); ok && l.absolute(value) != path.Clean(e.Path) {
		return fmt.Sprintf("means %q", l.absolute(value))
	}
	return ""
}
