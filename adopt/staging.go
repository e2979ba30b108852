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

// stagingName is the name of the staging directories in which copies are made: at the top of a
// storage path, and of each mount and btrfs subvolume in it. Only the user of this process may enter
// them, so the owner of the target's parent directory cannot replace anything in them.
const stagingName = ".list-ephemeral-adopt"

// IsLeftover reports whether a path is a staging directory, which a killed run leaves behind. The
// next run in the same storage removes it.
func IsLeftover(name string) bool { return path.Base(name) == stagingName }

// StagingError reports that the staging directory at Path cannot be used, and why.
type StagingError struct {
	Path string
	Err  error
}

func (e *StagingError) Error() string {
	return "prepare staging directory " + e.Path + ": " + e.Err.Error()
}

// Unwrap returns the reason.
func (e *StagingError) Unwrap() error { return e.Err }

// stagingDir is an open staging directory.
type stagingDir struct {
	dir
	above dir
	rel   string // path relative to storage, with a leading slash
	inode inode
}

// reach identifies a set of directories between which rename(2) can move entries: those of one
// mount (although another mount may show the same file system) and one btrfs subvolume in it.
type reach struct{ mount, dev uint64 }

// reachOf returns the reach of an open directory.
func reachOf(fd int) (reach, error) {
	st, err := fstat(fd)
	if err != nil {
		return reach{}, err
	}
	mount, err := mountID(fd)
	return reach{mount, st.Dev}, err
}

// mountID returns the ID of a descriptor's mount, from statx(2), or before Linux 5.8 from
// proc_pid_fdinfo(5).
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

// stagingOf returns the staging directory from which rename(2) can move entries into a directory of
// storage. at is the source of that directory, or nil for the top of storage. A new staging
// directory is made in the first directory of each reach on the way down.
func (r *run) stagingOf(d dir, at *pathname) (*stagingDir, error) {
	reach, err := reachOf(d.fd)
	if err != nil {
		return nil, err
	}
	if a := r.stagingDirs[reach]; a != nil {
		return a, nil
	}
	rel := ""
	if at != nil {
		rel = at.String()
	}
	if err := r.checkInner(d, rel); err != nil {
		return nil, err
	}
	a, err := r.openStaging(d, rel)
	if err != nil {
		return nil, &StagingError{path.Join(r.path, rel, stagingName), err}
	}
	r.stagingDirs[reach] = a
	return a, nil
}

// ErrInnerMount is the error of a target on a mount within storage that is not persistent or may be
// served by a user's process.
var ErrInnerMount = errors.New("the file system mounted there does not store files safely")

// checkInner refuses certain mounts within storage: those in memory, because a reboot wipes them,
// and those served by a FUSE daemon, because it can report any owner and mode. The caller decides
// about the top of storage. A mount of the same type as the top is always allowed.
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
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC:
		if r.path == "/" { // a path that is restored in place may be on an ephemeral file system
			return nil
		}
		fallthrough
	case unix.FUSE_SUPER_MAGIC, unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC:
		return fmt.Errorf("%s: %w", path.Join(r.path, rel), ErrInnerMount)
	}
	return nil
}

// openStaging makes the staging directory in top, or opens one left by a killed run and empties it.
func (r *run) openStaging(top dir, rel string) (*stagingDir, error) {
	above, err := top.dir(".", beneath)
	if err != nil {
		return nil, err
	}
	made, err := above.private(stagingName)
	if err != nil {
		above.close()
		return nil, err
	}
	a := &stagingDir{dir: made, above: above, rel: strings.TrimSuffix(rel, "/") + "/" + stagingName}
	if err := r.prepareStaging(a); err != nil {
		a.dir.close()
		above.close()
		return nil, err
	}
	a.own = true
	return a, nil
}

// prepareStaging locks a staging directory and empties it. It skips both if the directory is one that
// this run already uses through another mount.
func (r *run) prepareStaging(a *stagingDir) error {
	st, err := fstat(a.fd)
	if err != nil {
		return err
	}
	a.inode = inodeOf(&st)
	for _, other := range r.stagingDirs {
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
	// Another run held the lock until now and has removed the directory.
	if st, err := a.above.stat(stagingName); err != nil || inodeOf(&st) != a.inode {
		return ErrBusy
	}
	// The name may belong to an unrelated directory of the current user. Nothing in it is changed
	// before clear has checked it.
	if err := a.clear(); err != nil {
		return err
	}
	if err := owned.Claim(a.fd); err != nil {
		return err
	}
	return dropInherited(a.fd)
}

// private opens a directory that only the current user may enter. It makes the directory if it does
// not exist, and returns an error if the name is anything else.
func (d dir) private(name string) (dir, error) {
	fd, err := owned.Make(d.fd, name)
	return dir{fd: fd}, err
}

// clear removes what a killed run has left in a staging directory. It checks all names before it
// removes anything. It refuses a directory that another user may have renamed to this name: one
// without our mark, in a directory where other users may rename entries.
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
			return fmt.Errorf("remove %s, left by an earlier run: %w", name, err)
		}
	}
	return nil
}

// close removes the staging directory. It is empty unless an entry could not be removed.
func (a *stagingDir) close() error {
	a.dir.close()
	defer a.above.close()
	if err := retried(func() error { return unix.Unlinkat(a.above.fd, stagingName, unix.AT_REMOVEDIR) }); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("remove %s in storage (the next run will try again): %w", a.rel, err)
	}
	return nil
}

// dropStaging removes all staging directories.
func (r *run) dropStaging() (err error) {
	for _, a := range r.stagingDirs {
		err = errors.Join(err, a.close())
	}
	return err
}
