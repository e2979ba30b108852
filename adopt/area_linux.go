package adopt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/owned"
)

// areaName is the directory in which copies are made, at the top of a storage path, and of
// each mount and btrfs subvolume in it. Only we may enter it, so the owner of the directory
// that a copy is for cannot replace anything in it.
const areaName = ".list-ephemeral-adopt"

// IsLeftover reports whether a path is the directory that a killed run leaves behind. The
// next run in the same storage removes it.
func IsLeftover(name string) bool { return path.Base(name) == areaName }

// AreaError says why copies cannot be made at Path, which is where they are made before they
// are put in place.
type AreaError struct {
	Path string
	Err  error
}

func (e *AreaError) Error() string { return "make copies in " + e.Path + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *AreaError) Unwrap() error { return e.Err }

// stagingDir is such a directory, open.
type stagingDir struct {
	dir
	above dir
	rel   string // of the storage path, with a slash in front
	inode inode
}

// reach is the set of directories that rename(2) moves something between: those of one mount
// (which may show the same file system as another one), and of one btrfs subvolume in it.
type reach struct{ mount, dev uint64 }

// reachOf returns where what is open at a descriptor can be renamed to.
func reachOf(fd int) (reach, error) {
	st, err := fstat(fd)
	if err != nil {
		return reach{}, err
	}
	mount, err := mountID(fd)
	return reach{mount, st.Dev}, err
}

// mountID returns the number of the mount that a descriptor is open on: by statx(2), and
// before Linux 5.8 from proc_pid_fdinfo(5).
func mountID(fd int) (uint64, error) {
	var st unix.Statx_t
	err := retried(func() error { return unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &st) })
	if err == nil && st.Mask&unix.STATX_MNT_ID != 0 {
		return st.Mnt_id, nil
	}
	return mountIDOfInfo(fd)
}

func mountIDOfInfo(fd int) (id uint64, err error) {
	text, err := os.ReadFile("/proc/self/fdinfo/" + itoa(fd))
	if err != nil {
		return 0, err
	}
	_, after, _ := bytes.Cut(text, []byte("\nmnt_id:"))
	if _, err := fmt.Sscan(string(after), &id); err != nil {
		return 0, fmt.Errorf("read mnt_id in /proc/self/fdinfo: %w", err)
	}
	return id, nil
}

// areaOf returns the area that a directory of storage, which stands for a source or is its top
// (nil), can be reached from by rename(2). The first directory of its reach on the way down is
// where a new one is made.
func (r *run) areaOf(d dir, at *pathname) (*stagingDir, error) {
	reach, err := reachOf(d.fd)
	if err != nil {
		return nil, err
	}
	if a := r.areas[reach]; a != nil {
		return a, nil
	}
	rel := ""
	if at != nil {
		rel = at.String()
	}
	if err := r.checkInner(d, rel); err != nil {
		return nil, err
	}
	a, err := r.openArea(d, rel)
	if err != nil {
		return nil, &AreaError{path.Join(r.path, rel, areaName), err}
	}
	r.areas[reach] = a
	return a, nil
}

// ErrInnerMount is the error of a target on a mount within storage that keeps nothing, or
// that a user may serve.
var ErrInnerMount = errors.New("a file system is mounted there that does not keep files safely")

// checkInner refuses a mount within storage that is in memory, which a reboot wipes, or that
// a FUSE daemon serves: what it says of owners and modes is a claim of the user who runs it. The
// top of storage is for the caller to judge, and what is in memory may be in it if that is.
func (r *run) checkInner(d dir, rel string) error {
	var fs unix.Statfs_t
	if err := retried(func() error { return unix.Fstatfs(d.fd, &fs) }); err != nil {
		return fmt.Errorf("statfs %s: %w", path.Join(r.path, rel), err)
	}
	kind := fs.Type
	if rel == "" {
		r.topKind = kind
		return nil
	}
	switch kind {
	case r.topKind:
		return nil
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC, unix.FUSE_SUPER_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC:
		return fmt.Errorf("%s: %w", path.Join(r.path, rel), ErrInnerMount)
	}
	return nil
}

// openArea makes the area of a directory, or opens the one that a killed run has left, and
// removes what is in it.
func (r *run) openArea(top dir, rel string) (*stagingDir, error) {
	above, err := top.dir(".", beneath)
	if err != nil {
		return nil, err
	}
	made, err := above.private(areaName)
	if err != nil {
		above.close()
		return nil, err
	}
	a := &stagingDir{dir: made, above: above, rel: strings.TrimSuffix(rel, "/") + "/" + areaName}
	if err := r.prepareArea(a); err != nil {
		a.dir.close()
		above.close()
		return nil, err
	}
	a.own = true
	return a, nil
}

// prepareArea locks an area and empties it. Another mount may show one that this run uses
// already, which is neither locked nor emptied again.
func (r *run) prepareArea(a *stagingDir) error {
	st, err := fstat(a.fd)
	if err != nil {
		return err
	}
	a.inode = inodeOf(&st)
	for _, other := range r.areas {
		if other.inode == a.inode {
			return nil
		}
	}
	if err := retried(func() error { return unix.Flock(a.fd, unix.LOCK_EX|unix.LOCK_NB) }); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = ErrBusy
		}
		return err
	}
	// The run that held the lock until now has removed the directory.
	if st, err := a.above.stat(areaName); err != nil || inodeOf(&st) != a.inode {
		return ErrBusy
	}
	// It may be another directory of the user who runs us, which is to stay as it is: nothing
	// of it is changed before clear has checked it.
	if err := a.clear(); err != nil {
		return err
	}
	if err := owned.Claim(a.fd); err != nil {
		return err
	}
	return dropInherited(a.fd)
}

// private opens a directory that only we may enter, which is made unless it is there, and
// returns an error for anything else of the name.
func (d dir) private(name string) (dir, error) {
	fd, err := owned.Make(d.fd, name)
	return dir{fd: fd}, err
}

// clear removes what a killed run has left in an area. Nothing is removed before all names
// have been checked, nor from a directory that a user may have renamed to this name: one
// that lacks our mark, in a directory where others may rename things.
func (a *stagingDir) clear() error {
	names, err := a.names()
	if err != nil || len(names) == 0 {
		return err
	}
	if err := owned.Check(a.above.fd, a.fd); err != nil {
		return err
	}
	for _, name := range names {
		if strings.Trim(name, "0123456789") != "" {
			return fmt.Errorf("it contains %q, which adopt did not make", name)
		}
	}
	for _, name := range names {
		if err := a.remove(name); err != nil {
			return fmt.Errorf("remove %s, which an earlier run has left: %w", name, err)
		}
	}
	return nil
}

// close removes the area, which is empty unless something could not be removed.
func (a *stagingDir) close() error {
	a.dir.close()
	defer a.above.close()
	if err := retried(func() error { return unix.Unlinkat(a.above.fd, areaName, unix.AT_REMOVEDIR) }); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("remove %s in storage, which the next run will remove: %w", a.rel, err)
	}
	return nil
}

// dropAreas removes all areas.
func (r *run) dropAreas() (err error) {
	for _, a := range r.areas {
		err = errors.Join(err, a.close())
	}
	return err
}
