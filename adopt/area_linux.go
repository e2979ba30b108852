package adopt

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// areaName is the directory in which things are made, at the top of a storage path and
// of each file system in it: nobody but us may look into it, so that nobody can put
// something in the place of what we make, whoever owns the directory that it is for.
const areaName = ".list-ephemeral-adopt"

// area is such a directory, open.
type area struct {
	dir
	above dir
	rel   string // of the storage path, with a slash in front
	dev   uint64
}

// openArea opens the area of a directory of storage, making it if need be, and removes
// what a killed run has left there. Nobody else is at work: we hold the lock.
func openArea(top dir, rel string, dev uint64) (*area, error) {
	above, err := top.dir(".", beneath)
	if err != nil {
		return nil, err
	}
	err = retried(func() error { return unix.Mkdirat(above.fd, areaName, 0o700) })
	var made dir
	if err == nil || errors.Is(err, unix.EEXIST) {
		made, err = above.ownArea()
	}
	if err != nil {
		above.close()
		return nil, fmt.Errorf("make %s in storage: %w", rel+"/"+areaName, err)
	}
	made.own = true
	return &area{dir: made, above: above, rel: rel + "/" + areaName, dev: dev}, nil
}

// ownArea opens an area that is there. It has to be what we make: who may rename things in
// the directory could have put something else there, which we must not clear.
func (d dir) ownArea() (dir, error) {
	found, err := d.dir(areaName, sameMount)
	if err != nil {
		return dir{}, err
	}
	st, err := fstat(found.fd)
	if err == nil && (int(st.Uid) != os.Geteuid() || st.Mode&permissions != 0o700) {
		err = errors.New("there is something else of that name")
	}
	if err == nil {
		err = dropInherited(found.fd)
	}
	if err == nil {
		err = found.clear()
	}
	if err != nil {
		found.close()
		return dir{}, err
	}
	return found, nil
}

// clear removes what a killed run has left in an area: all that has a number for a name.
func (d dir) clear() error {
	names, err := d.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.Trim(name, "0123456789") != "" {
			return fmt.Errorf("there is something else in it, %q", name)
		}
		if err := d.remove(name); err != nil {
			return fmt.Errorf("remove %s, which an earlier run has left: %w", name, err)
		}
	}
	return nil
}

// close removes the area, which is empty unless something could not be removed.
func (a *area) close() error {
	a.dir.close()
	defer a.above.close()
	if err := retried(func() error { return unix.Unlinkat(a.above.fd, areaName, unix.AT_REMOVEDIR) }); err != nil {
		return fmt.Errorf("remove %s in storage, which the next run will remove: %w", a.rel, err)
	}
	return nil
}

// areaOf returns the area on the file system that a directory of storage is on. Where
// that is another one than above it, it is its topmost directory there.
func (r *run) areaOf(d dir, rel string) (*area, error) {
	st, err := fstat(d.fd)
	if err != nil {
		return nil, err
	}
	if a := r.areas[st.Dev]; a != nil {
		return a, nil
	}
	a, err := openArea(d, rel, st.Dev)
	if err == nil {
		r.areas[st.Dev] = a
	}
	return a, err
}

// dropAreas removes all areas.
func (r *run) dropAreas() (err error) {
	for _, a := range r.areas {
		err = errors.Join(err, a.close())
	}
	return err
}
