package scan

import (
	"io/fs"
	"iter"
	"time"
)

// Kind is what a directory entry is, as the kernel's d_type tells it
// (getdents64(2)). The zero value means that nobody has asked yet.
type Kind uint8

// The kinds of directory entries.
const (
	KindUnknown Kind = iota
	KindFile
	KindDir
	KindSymlink
	KindSocket
	KindPipe
	KindBlock
	KindChar
)

var kindNames = [...]string{"unknown", "file", "directory", "symlink", "socket", "pipe", "block-device", "char-device"}

// String returns the kind's name in lower case, as --json prints it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[KindUnknown]
}

// Kinds is a set of kinds. The zero value is empty.
type Kinds uint8

// KindsOf returns the set of the kinds given.
func KindsOf(kinds ...Kind) Kinds {
	var set Kinds
	for _, k := range kinds {
		set |= 1 << k
	}
	return set
}

// Has reports whether k is in the set.
func (s Kinds) Has(k Kind) bool { return s&(1<<k) != 0 }

// Info is what statx(2) says of a path, without following a symlink.
type Info struct {
	// Size in bytes; of a symlink, the length of its target. A sparse file has the
	// size of the blocks that it takes up, where that is less than its length:
	// holes cannot be lost. On ZFS it has its length unless it was changed more
	// than two minutes ago and is 64 times as long as its blocks, because a file
	// that is new or compressed has few blocks there too.
	Size int64
	// ModTime is the time of the last change of the contents.
	ModTime time.Time
	// Mode holds the type, the permission bits and setuid, setgid and sticky.
	Mode fs.FileMode
	// UID and GID are the owner's numbers.
	UID, GID uint32
}

// Dir is one directory that has been read, with the candidates that lie
// directly in it. It is valid only during the call that hands it over.
type Dir struct {
	// ID numbers the directories of one walk without large gaps, and Parent is
	// the ID of the directory that holds this one. A parent is always handed
	// over before its children, and has the lower number. The root of the file
	// system is number 0, and is its own parent.
	ID, Parent uint32
	// Name is the directory's own name, any bytes but NUL and '/'; it is "/"
	// for number 0.
	Name []byte
	// Tagged says that the directory, or one above it, has a valid
	// CACHEDIR.TAG, where [Options] asked for that.
	Tagged bool

	records []byte
}

// Candidates yields the name and the kind of each candidate directly in the
// directory, sorted bytewise. A name is valid only until the next one.
func (d *Dir) Candidates() iter.Seq2[[]byte, Kind] {
	return func(yield func([]byte, Kind) bool) {
		for rest := d.records; len(rest) > 0; {
			var r record
			r, rest = nextRecord(rest)
			if !r.descend() && !r.refused() && !yield(r.name, r.kind()) {
				return
			}
		}
	}
}

// DirEntry is what a walk says of a name in a directory.
type DirEntry struct {
	Kind Kind
	// Refused says that it is no candidate: excluded, persisted, mounted, storage or
	// system.
	Refused bool
}

// Entries is Candidates, with what is refused where [Options] asked for that.
func (d *Dir) Entries() iter.Seq2[[]byte, DirEntry] {
	return func(yield func([]byte, DirEntry) bool) {
		for rest := d.records; len(rest) > 0; {
			var r record
			r, rest = nextRecord(rest)
			if !r.descend() && !yield(r.name, DirEntry{r.kind(), r.refused()}) {
				return
			}
		}
	}
}
