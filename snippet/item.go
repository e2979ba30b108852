package snippet

import (
	"cmp"
	"io/fs"
	"strings"
)

// Item is a path that was selected.
type Item struct {
	// Path is absolute, any bytes.
	Path string
	// Dir says that it is a directory, and stands for all below it.
	Dir bool
	// Replaced says of a file that programs save it by renaming another onto it.
	Replaced bool
	// Access is nil if it is not known.
	Access *Access
	// Parent is that of the directory it lies in; nil if it is not known.
	Parent *Access
	// Kept says what persists it already, as a clause: "persistedDirs[3] of …". Empty
	// if nothing does.
	Kept string
}

// Access is who owns a file or directory, and who may enter it.
type Access struct {
	// Mode holds the permissions; the type's bits mean nothing.
	Mode fs.FileMode
	// User and Group are names, or numbers where there is no name. Empty means
	// not known.
	User, Group string
}

// secret reports whether it is known that nobody but the owner may enter.
func (a *Access) secret() bool { return a != nil && a.Mode&0o077 == 0 }

// compare orders by path. Of two items for one path, that comes first which
// says more.
func (i *Item) compare(other *Item) int {
	if c := strings.Compare(i.Path, other.Path); c != 0 {
		return c
	}
	if i.Dir != other.Dir {
		if i.Dir {
			return -1
		}
		return 1
	}
	replaced := 0
	if i.Replaced != other.Replaced {
		if replaced = 1; i.Replaced {
			replaced = -1
		}
	}
	return cmp.Or(
		i.Access.compare(other.Access), i.Parent.compare(other.Parent), replaced, strings.Compare(other.Kept, i.Kept))
}

// compare orders by what is known first.
func (a *Access) compare(b *Access) int {
	switch {
	case a == b:
		return 0
	case b == nil:
		return -1
	case a == nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a.Mode, b.Mode), strings.Compare(a.User, b.User), strings.Compare(a.Group, b.Group))
}
