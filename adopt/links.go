package adopt

import (
	"errors"

	"golang.org/x/sys/unix"
)

// links contains the copies of files with several names, in all units.
type links struct {
	storage dir
	made    map[inode]*copyWithNames // by the inode of the source
}

// copyWithNames is a copy that gets more names. It records one location for each unit, because a
// unit that is copied again loses its names.
type copyWithNames struct {
	at   []location
	copy inode
}

// location is the location of a copy: in a unit, which is renamed when it is put in place, or at a
// fixed path.
type location struct {
	of  *staged
	rel string // with a leading slash; below of if that is set, "" for of itself
}

// path returns the location relative to the storage path.
func (l location) path() string {
	if l.of == nil {
		return l.rel[1:]
	}
	if !l.of.placed {
		return (l.of.at.staging.rel + "/" + l.of.stage)[1:] + l.rel
	}
	return l.of.path()[1:] + l.rel
}

// add records a copy that has just been made in a directory.
func (l *links) add(n *node, in dir, at location) {
	if st, err := in.stat(n.name); err == nil {
		l.remember(&n.st, &st, at)
	}
}

func (l *links) remember(source, copied *unix.Stat_t, at location) {
	l.made[inodeOf(source)] = &copyWithNames{[]location{at}, inodeOf(copied)}
}

// link links the copy of a file to another name, at the given location, and reports whether it did.
// It returns false if there is no copy (any more), if the copy is on another file system, and if
// the file system allows no more links or no longer path.
//
// The copy is opened by its path and used only if it has the inode of the copy that was made,
// because another process may have replaced it, for example in a home directory.
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

// linkTo links to the file at a location if it is the copy.
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

// unlessUnlinkable returns err, or nil if err means that the file cannot be linked and has to be
// copied.
func unlessUnlinkable(err error) error {
	for _, natural := range []error{unix.ENOENT, unix.ENOTDIR, unix.EXDEV, unix.EMLINK, unix.ENAMETOOLONG} {
		if errors.Is(err, natural) {
			return nil
		}
	}
	return err
}
