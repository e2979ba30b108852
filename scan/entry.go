package scan

import (
	"io/fs"
	"iter"
	"time"
)

// Kind is the type of a directory entry, from the kernel's d_type (getdents64(2)). The zero value
// means that the type is not known yet.
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
	// KindWhiteout is a name that the upper directory of an overlay deletes. Only walks of an
	// [Overlay] report it.
	KindWhiteout
)

var kindNames = [...]string{"unknown", "file", "directory", "symlink", "socket", "pipe", "block-device", "char-device", "whiteout"}

// String returns the kind's name in lower case, as --json prints it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[KindUnknown]
}

// Kinds is a set of kinds. The zero value is empty.
type Kinds uint16

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

// Info is the metadata of a path from statx(2), without following a symlink.
type Info struct {
	// Size is in bytes. For a symlink, it is the length of the target. For a sparse file, it is the
	// size of the allocated blocks if that is less than the length, because holes cannot be lost.
	// On ZFS, it is the length, unless the file was changed more than two minutes ago and is 64
	// times as long as its blocks, because new and compressed files also have few blocks there.
	Size int64
	// ModTime is the time of the last change of the contents.
	ModTime time.Time
	// Mode contains the type, the permission bits, and the setuid, setgid and sticky bits.
	Mode fs.FileMode
	// UID and GID are the numeric owner and group.
	UID, GID uint32
}

// Dir is one directory that has been read, with the candidates directly in it. It is valid only
// during the call to which it is passed.
type Dir struct {
	// ID numbers the directories of one walk without large gaps. Parent is the ID of the parent
	// directory. A parent is always reported before its children and has the lower number. The root
	// of the file system is number 0 and its own parent.
	ID, Parent uint32
	// Name is the directory's own name: any bytes except NUL and '/'. It is "/" for number 0.
	Name []byte
	// Tagged reports that the directory, or one above it, has a valid CACHEDIR.TAG. It is only set
	// if [Options] requests it.
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
			if !r.descend() && !r.nonCandidate() && !yield(r.name, r.kind()) {
				return
			}
		}
	}
}

// DirEntry describes one name in a directory.
type DirEntry struct {
	Kind Kind
	// NonCandidate reports that the entry is not a candidate: it is excluded, persisted, mounted,
	// storage or system.
	NonCandidate bool
}

// Entries is like Candidates, but includes non-candidates if [Options] requests them.
func (d *Dir) Entries() iter.Seq2[[]byte, DirEntry] {
	return func(yield func([]byte, DirEntry) bool) {
		for rest := d.records; len(rest) > 0; {
			var r record
			r, rest = nextRecord(rest)
			if !r.descend() && !yield(r.name, DirEntry{r.kind(), r.nonCandidate()}) {
				return
			}
		}
	}
}
