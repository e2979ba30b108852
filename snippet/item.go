package snippet

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"
)

// Item is a selected path.
type Item struct {
	// Path is absolute and may contain any bytes.
	Path string
	// Dir is set for a directory, which includes everything below it.
	Dir bool
	// Kind is the kind of file. Nix snippets list only Ordinary ones.
	Kind Kind
	// Target is the absolute target of a symlink; "" if unknown.
	Target string
	// Replaced is set for a file that programs save by renaming another file over it.
	Replaced bool
	// StoreLink is the name of a symlink into the Nix store that a directory contains, such as those that
	// Home Manager makes beside the files of a program; "" if there is none. It may contain any bytes.
	StoreLink string
	// Access is nil if unknown. It is meaningless for a symlink.
	Access *Access
	// Parent is the access of the directory that contains the path; nil if unknown.
	Parent *Access
	// Above is the access of the directories above that one, nearest first, without "/". What is
	// unknown is missing at the end, or nil.
	Above []*Access
	// Unread is the reason why the path could not be read, as a clause: "no such file or
	// directory". Dir is then an assumption. It is empty if the path was read.
	Unread string
	// Kept is what already persists the path, as a clause: "persistedDirs[3] of …". It is empty if
	// the path is not persisted.
	Kept string
	// ShownFrom is the path of which a bind mount shows this one, if the next reboot wipes that, or "".
	ShownFrom string
	// Comment is written above the entry in Nix: "bluetooth.service". It may contain any bytes, and is
	// empty if there is none.
	Comment string
}

// Kind is the kind of a file. Only ordinary files can be persisted by listing them.
type Kind uint8

// The kinds. The zero value is Ordinary: a directory or a regular file.
const (
	Ordinary Kind = iota
	Symlink
	Pipe
	Socket
	Device
	// Swap is a swap file, or a directory that contains one.
	Swap
)

// String returns the name of the kind in the JSON dialect.
func (k Kind) String() string {
	return []string{"ordinary", "symlink", "pipe", "socket", "device", "swap"}[k]
}

// reason returns why Nix snippets do not list an item; "" if they do.
func (i *Item) reason() string {
	if i.ShownFrom != "" {
		return "it is a bind mount of " + inQuotes(i.ShownFrom) + ", which the next reboot wipes"
	}
	switch i.Kind {
	case Ordinary:
	case Symlink:
		if i.Target == "" {
			return "it is a symlink"
		}
		return "it is a symlink to " + inQuotes(i.Target)
	case Pipe:
		return "it is a FIFO, which contains no data"
	case Socket:
		return "it is a socket, which its program recreates"
	case Device:
		return "it is a device, which contains no data"
	case Swap:
		if i.Dir {
			return "it contains a swap file, which must not be copied or bind-mounted: give it a subvolume or file system of its own"
		}
		return "it is a swap file, which must not be copied or bind-mounted: give it a subvolume or file system of its own"
	}
	return ""
}

// Access is the mode and owner of a file or directory.
type Access struct {
	// Mode contains the permissions; the type bits are ignored.
	Mode fs.FileMode
	// User and Group are names, or numbers if there is no name. They are empty if unknown.
	User, Group string
}

// secret reports whether the access is known and only the owner has permissions.
func (a *Access) secret() bool { return a != nil && a.Mode&0o077 == 0 }

// compare orders by path. Of two items with the same path, the one with more information comes
// first.
func (i *Item) compare(other *Item) int {
	if c := strings.Compare(i.Path, other.Path); c != 0 {
		return c
	}
	return cmp.Or(
		first(i.Dir, other.Dir), cmp.Compare(other.Kind, i.Kind), strings.Compare(other.Target, i.Target),
		i.Access.compare(other.Access), i.Parent.compare(other.Parent), slices.CompareFunc(other.Above, i.Above, compareAccess),
		first(i.Replaced, other.Replaced), strings.Compare(other.StoreLink, i.StoreLink), strings.Compare(other.Kept, i.Kept),
		strings.Compare(other.ShownFrom, i.ShownFrom), strings.Compare(other.Comment, i.Comment),
		strings.Compare(other.Unread, i.Unread))
}

// first orders true before false.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func compareAccess(a, b *Access) int { return b.compare(a) }

// compare orders known access before nil.
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
