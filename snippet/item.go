package snippet

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"
)

// Item is a path that was selected.
type Item struct {
	// Path is absolute, any bytes.
	Path string
	// Dir says that it is a directory, and stands for all below it.
	Dir bool
	// Kind is what it is apart from that; where it is not Ordinary, Nix does not
	// name it.
	Kind Kind
	// Target is where a symlink points, absolute; "" if it is not known.
	Target string
	// Replaced says of a file that programs save it by renaming another onto it.
	Replaced bool
	// Access is nil if it is not known. Of a symlink it means nothing.
	Access *Access
	// Parent is that of the directory it lies in; nil if it is not known.
	Parent *Access
	// Above are those of the directories above that one, nearest first, without "/".
	// It may be shorter than the path, and an element nil, where they are not known.
	Above []*Access
	// Unread says why the path could not be read, as a clause: "no such file or
	// directory". Dir is an assumption then. Empty if it was read.
	Unread string
	// Kept says what persists it already, as a clause: "persistedDirs[3] of …". Empty
	// if nothing does.
	Kept string
}

// Kind is what a path is that cannot be persisted by naming it.
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

// String returns the kind as the JSON dialect writes it.
func (k Kind) String() string {
	return []string{"ordinary", "symlink", "pipe", "socket", "device", "swap"}[k]
}

// reason says why Nix does not name an item of its kind; "" if it does.
func (i *Item) reason() string {
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
		return "it is a socket, which its program creates again"
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

// Access is who owns a file or directory, and who may enter it.
type Access struct {
	// Mode holds the permissions; the type's bits mean nothing.
	Mode fs.FileMode
	// User and Group are names, or numbers where there is no name. Empty means
	// not known.
	User, Group string
}

// secret reports whether it is known that only the owner may enter.
func (a *Access) secret() bool { return a != nil && a.Mode&0o077 == 0 }

// compare orders by path. Of two items for one path, that comes first which
// says more.
func (i *Item) compare(other *Item) int {
	if c := strings.Compare(i.Path, other.Path); c != 0 {
		return c
	}
	return cmp.Or(
		first(i.Dir, other.Dir), cmp.Compare(other.Kind, i.Kind), strings.Compare(other.Target, i.Target),
		i.Access.compare(other.Access), i.Parent.compare(other.Parent), slices.CompareFunc(other.Above, i.Above, compareAccess),
		first(i.Replaced, other.Replaced), strings.Compare(other.Kept, i.Kept),
		strings.Compare(other.Unread, i.Unread))
}

// first orders what is true before what is not.
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
