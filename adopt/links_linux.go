package adopt

import (
	"errors"

	"golang.org/x/sys/unix"
)

// links knows the copies of files with several names, in all units.
type links struct {
	storage dir
	made    map[inode]*copyWithNames // by the inode of the source
}

// copyWithNames is a copy that gets other names: one that it has in each unit, since a
// unit that is made once more has lost its own.
type copyWithNames struct {
	at   []location
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
	if !l.of.placed {
		return (l.of.at.area.rel + "/" + l.of.stage)[1:] + l.rel
	}
	return l.of.path()[1:] + l.rel
}

// add remembers a copy that has just been made in a directory.
func (l *links) add(n *node, in dir, at location) {
	if st, err := in.stat(n.name); err == nil {
		l.remember(&n.st, &st, at)
	}
}

func (l *links) remember(source, copied *unix.Stat_t, at location) {
	l.made[inodeOf(source)] = &copyWithNames{[]location{at}, inodeOf(copied)}
}

// link makes another name for the copy of a file, which is then at a location too, and
// reports whether it could. It
// cannot where there is no copy, or none any more, on another file system, and where a file
// has all the names or the path all the length that the file system allows.
//
// The copy is looked for by its path, and taken only if it is the very file that has
// been made: in a home, somebody else might have put something in its place.
func (l *links) link(to dir, name string, st *unix.Stat_t, at location) (linked bool, err error) {
	known := l.made[inodeOf(st)]
	if known == nil {
		return false, nil
	}
	inUnit := false
	for _, first := range known.at {
		inUnit = inUnit || first.of == at.of
		if !linked && err == nil {
			linked, err = l.linkTo(to, name, first, known.copy)
		}
	}
	if linked && !inUnit {
		known.at = append(known.at, at)
	}
	return linked, err
}

// linkTo links to what is at a location, if it is that copy.
func (l *links) linkTo(to dir, name string, at location, copied inode) (linked bool, err error) {
	if at.of != nil && !at.of.at.path.openable() {
		return false, nil
	}
	fd, err := l.storage.open(at.path(), unix.O_PATH, 0, beneath)
	if err != nil {
		return false, unlessUnlinkable(err)
	}
	defer func() { _ = unix.Close(fd) }()
	if found, err := fstat(fd); err != nil || inodeOf(&found) != copied {
		return false, err
	}
	err = retried(func() error {
		return unix.Linkat(unix.AT_FDCWD, procPath(fd), to.fd, name, unix.AT_SYMLINK_FOLLOW)
	})
	return err == nil, unlessUnlinkable(err)
}

// unlessUnlinkable returns an error unless it says that a file has to be copied because
// it cannot have another name.
func unlessUnlinkable(err error) error {
	for _, natural := range []error{unix.ENOENT, unix.ENOTDIR, unix.EXDEV, unix.EMLINK, unix.ENAMETOOLONG} {
		if errors.Is(err, natural) {
			return nil
		}
	}
	return err
}
