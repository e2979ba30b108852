package securefile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Open opens a regular file for reading. With a User, the file must belong to that user or to root.
func Open(path string, as *User) (file *os.File, err error) {
	err = as.do(func() error {
		p, err := find(path, as, true)
		if err != nil {
			return err
		}
		defer p.close()
		if err := p.readable(as); err != nil {
			return &fs.PathError{Op: "open", Path: path, Err: err}
		}
		fd, err := p.reopen(unix.O_RDONLY)
		if err != nil {
			return &fs.PathError{Op: "open", Path: path, Err: err}
		}
		file = os.NewFile(uintptr(fd), path)
		return nil
	})
	return file, err
}

func (p *place) readable(as *User) error {
	switch {
	case p.file < 0:
		return unix.ENOENT
	case p.stat.Mode&unix.S_IFMT != unix.S_IFREG:
		return errNotRegular
	case as != nil && p.stat.Uid != as.UID && p.stat.Uid != 0:
		return fmt.Errorf("it belongs to user %d", p.stat.Uid)
	}
	return nil
}

var errNotRegular = errors.New("it is not a regular file")

// Options are the options of Create.
type Options struct {
	// As is the user whose permissions are used; nil means those of the process.
	As *User
	// New makes Create fail with fs.ErrExist if the path exists, even if it is a symlink.
	New bool
	// Regular makes Create fail if the path is a device, pipe or socket.
	Regular bool
	// Atomic makes Create fail with ErrInPlace if the target could only be written in place. Commit
	// then also syncs the directory, so a crash leaves the old or the new file.
	Atomic bool
	// Replaces, if not nil, is the file to replace, as Open(path).Stat returned it. Create and Commit
	// fail with ErrChanged if the path is another file, or if its size or times differ.
	Replaces fs.FileInfo
}

// ErrInPlace is the error for a file that cannot be replaced as a whole: a mount point, or a file
// whose owner cannot be kept.
var ErrInPlace = errors.New("it could only be overwritten in place: it is a mount point, or a new file cannot have its owner")

// ErrChanged is the error for a file that is not the one to replace any more.
var ErrChanged = errors.New("it has changed since it was read")

// File is a file that is being written. The target does not change before Commit.
type File struct {
	path  string
	opts  Options
	place *place
	temp  *os.File // nil means that Commit writes the target in place
	name  string   // of temp
	text  []byte   // the content if temp is nil
}

// Create begins to write the file at path. If the file cannot be written, Create fails, so the
// caller knows before producing any content.
func Create(path string, opts Options) (f *File, err error) {
	err = opts.As.do(func() error {
		p, err := find(path, opts.As, !opts.New)
		if err != nil {
			return err
		}
		f = &File{path: path, opts: opts, place: p}
		if err := f.begin(); err != nil {
			f.discard()
			return &fs.PathError{Op: "create", Path: path, Err: err}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (f *File) begin() error {
	p := f.place
	kind := p.stat.Mode & unix.S_IFMT
	if f.opts.Replaces != nil && (p.file < 0 || !isSame(&p.stat, f.opts.Replaces)) {
		return ErrChanged
	}
	switch {
	case p.file < 0:
		return f.beside(0o666)
	case f.opts.New:
		return fs.ErrExist
	case kind != unix.S_IFREG && f.opts.Regular:
		return errNotRegular
	case kind == unix.S_IFDIR:
		return unix.EISDIR
	case f.opts.Atomic && (p.mounted || p.name == ""):
		return ErrInPlace
	case kind != unix.S_IFREG || p.mounted || p.name == "":
		return f.inPlace()
	}
	err := f.beside(0o600)
	if err == nil {
		err = f.inherit()
	}
	switch {
	case err == nil:
		return nil
	case f.opts.Atomic && f.temp != nil:
		err = fmt.Errorf("%w (%w)", ErrInPlace, err)
	case f.opts.Atomic:
	default:
		f.drop()
		return f.inPlace()
	}
	f.drop()
	return err
}

// isSame reports whether a file has the identity, the size and the times of another one.
func isSame(st *unix.Stat_t, other fs.FileInfo) bool {
	was, ok := other.Sys().(*syscall.Stat_t)
	return ok && st.Dev == was.Dev && st.Ino == was.Ino && st.Size == was.Size &&
		st.Mtim.Nano() == was.Mtim.Nano() && st.Ctim.Nano() == was.Ctim.Nano()
}

// inPlace checks that the target can be written in place.
func (f *File) inPlace() error {
	if f.place.stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return unix.Faccessat(unix.AT_FDCWD, self(f.place.file), unix.W_OK, unix.AT_EACCESS)
	}
	fd, err := f.place.reopen(unix.O_WRONLY)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

// beside makes the temporary file that will be renamed.
func (f *File) beside(mode uint32) error {
	name := "." + f.place.name[:min(len(f.place.name), 200)] + "." + rand.Text()[:8]
	fd, err := unix.Openat(f.place.dir, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, mode)
	if err != nil {
		return err
	}
	f.name, f.temp = name, os.NewFile(uintptr(fd), f.path)
	return nil
}

// inherit copies owner, mode, ACL and user attributes from the target to the temporary file.
func (f *File) inherit() error {
	st, fd := &f.place.stat, int(f.temp.Fd())
	if err := unix.Fchown(fd, int(st.Uid), int(st.Gid)); err != nil {
		return err
	}
	old := self(f.place.file)
	names := attributes(old)
	if !slices.Contains(names, aclName) { // it may have inherited one from the directory
		if err := unix.Fremovexattr(fd, aclName); err != nil && !errors.Is(err, unix.ENODATA) && !errors.Is(err, unix.ENOTSUP) {
			return err
		}
	}
	if err := unix.Fchmod(fd, st.Mode&0o777); err != nil {
		return err
	}
	for _, name := range names {
		value := make([]byte, maxAttribute)
		n, err := unix.Getxattr(old, name, value)
		if err != nil {
			return err
		}
		if err := unix.Fsetxattr(fd, name, value[:n], 0); err != nil {
			return err
		}
	}
	return nil
}

const (
	aclName      = "system.posix_acl_access"
	maxAttribute = 64 << 10 // XATTR_SIZE_MAX
)

// attributes returns the names of the ACL and the user attributes of a file.
func attributes(path string) []string {
	list := make([]byte, maxAttribute)
	n, err := unix.Listxattr(path, list)
	if err != nil {
		return nil // the file system does not support attributes
	}
	return slices.DeleteFunc(strings.Split(string(list[:n]), "\x00"), func(name string) bool {
		return name != aclName && !strings.HasPrefix(name, "user.")
	})
}

// Write implements io.Writer.
func (f *File) Write(text []byte) (int, error) {
	if f.temp == nil {
		f.text = append(f.text, text...)
		return len(text), nil
	}
	return f.temp.Write(text)
}

// Commit puts the written content in place and closes the file.
func (f *File) Commit() error {
	defer f.Discard()
	err := f.opts.As.do(func() error {
		if f.temp == nil {
			return f.overwrite()
		}
		if err := f.temp.Sync(); err != nil {
			return err
		}
		if err := f.rename(); err != nil {
			return err
		}
		f.name = ""
		if f.opts.Atomic {
			return syncDir(f.place.dir)
		}
		return nil
	})
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	if err != nil {
		return &fs.PathError{Op: "write", Path: f.path, Err: err}
	}
	return nil
}

// syncDir makes the names in a directory durable. A directory that may not be read is not synced.
func syncDir(dir int) error {
	fd, err := unix.Openat(dir, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil // the file is complete, with either name
	}
	defer unix.Close(fd)
	if err := unix.Fsync(fd); err != nil && !errors.Is(err, unix.EINVAL) { // EINVAL: the file system has no such call
		return err
	}
	return nil
}

func (f *File) rename() error {
	dir, name := f.place.dir, f.place.name
	if f.opts.Replaces != nil {
		var now unix.Stat_t
		if err := unix.Fstatat(dir, name, &now, unix.AT_SYMLINK_NOFOLLOW); err != nil || !isSame(&now, f.opts.Replaces) {
			return ErrChanged
		}
	}
	if !f.opts.New {
		return unix.Renameat(dir, f.name, dir, name)
	}
	err := unix.Renameat2(dir, f.name, dir, name, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) { // the file system does not support RENAME_NOREPLACE
		if err = unix.Linkat(dir, f.name, dir, name, 0); err == nil {
			err = unix.Unlinkat(dir, f.name, 0)
		}
	}
	return err
}

// overwrite writes the target in place.
func (f *File) overwrite() error {
	flags := unix.O_WRONLY
	if f.place.stat.Mode&unix.S_IFMT == unix.S_IFREG {
		flags |= unix.O_TRUNC
	}
	fd, err := f.place.reopen(flags)
	if err != nil {
		return err
	}
	to := os.NewFile(uintptr(fd), f.path)
	_, err = to.Write(f.text)
	return errors.Join(err, to.Close())
}

// Discard removes uncommitted content. After Commit, it does nothing.
func (f *File) Discard() {
	_ = f.opts.As.do(func() error { // if the removal fails, the temporary file stays; its name starts with a dot
		f.discard()
		return nil
	})
}

func (f *File) discard() {
	f.drop()
	f.place.close()
}

func (f *File) drop() {
	if f.temp == nil {
		return
	}
	f.temp.Close()
	f.temp = nil
	if f.name != "" {
		_ = unix.Unlinkat(f.place.dir, f.name, 0)
	}
}
