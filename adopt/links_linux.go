package adopt

import (
	"golang.org/x/sys/unix"
)

// links knows the copies of files with several names, in all units.
type links struct {
	storage dir
	made    map[inode]firstLink // by the inode of the source
}

// firstLink is a copy that others are linked to.
type firstLink struct {
	at   location
	copy inode
}

// location is where a copy is: in a unit, which gets another name when it is put in
// place, or at a path that stays.
type location struct {
	of  *staged
	rel string // with its slash in front; with of, below it, "" for itself
}

// path returns the location relative to the storage path.
func (l location) path() string {
	if l.of == nil {
		return l.rel[1:]
	}
	return join(l.of.at.path, l.of.now)[1:] + l.rel
}

// add remembers a copy that has just been made in a directory.
func (l *links) add(n *node, in dir, at location) {
	if st, err := in.stat(n.name); err == nil {
		l.remember(&n.st, &st, at)
	}
}

func (l *links) remember(source, copied *unix.Stat_t, at location) {
	l.made[inodeOf(source)] = firstLink{at, inodeOf(copied)}
}

// link makes another name for the copy of a file, and reports whether it could: there
// has to be one, on the same file system, with fewer names than that allows.
//
// The copy is looked for by its path, and taken only if it is the very file that has
// been made: in a home, somebody else might have put something in its place.
func (l *links) link(to dir, name string, st *unix.Stat_t) bool {
	first, known := l.made[inodeOf(st)]
	if !known {
		return false
	}
	fd, err := l.storage.open(first.at.path(), unix.O_PATH, 0, beneath)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	if found, err := fstat(fd); err != nil || inodeOf(&found) != first.copy {
		return false
	}
	return retried(func() error {
		return unix.Linkat(unix.AT_FDCWD, procPath(fd), to.fd, name, unix.AT_SYMLINK_FOLLOW)
	}) == nil
}
