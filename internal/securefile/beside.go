package securefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// mostBeside is how many names Beside tries.
const mostBeside = 100

// Beside creates another file in the directory of f, with the same permissions, that is visible at
// once: its name is that of the target with a suffix, and with a number if that name exists. It
// returns nil if f is written in place, because then the directory is not one for new files.
func (f *File) Beside(suffix string) (b *Visible, err error) {
	if f.temp == nil {
		return nil, nil
	}
	err = f.opts.As.do(func() error {
		dir, err := unix.FcntlInt(uintptr(f.place.dir), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return err
		}
		b = &Visible{as: f.opts.As, dir: dir}
		for n := 1; n <= mostBeside; n++ {
			if b.name = f.place.name + suffix; n > 1 {
				b.name += "-" + strconv.Itoa(n)
			}
			path := filepath.Join(filepath.Dir(f.path), b.name)
			fd, err := unix.Openat(dir, b.name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
			if err == nil {
				b.File = os.NewFile(uintptr(fd), path)
				return nil
			}
			if !errors.Is(err, unix.EEXIST) {
				unix.Close(dir)
				return &fs.PathError{Op: "create", Path: path, Err: err}
			}
			b.Existing = append(b.Existing, path)
		}
		unix.Close(dir)
		return &fs.PathError{Op: "create", Path: f.path + suffix, Err: fs.ErrExist}
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Visible is a file that Beside has created.
type Visible struct {
	*os.File
	// Existing are the names that could not be used, because files with them exist.
	Existing []string

	as   *User
	dir  int
	name string
}

// Close closes the file, which stays.
func (b *Visible) Close() error {
	unix.Close(b.dir)
	return b.File.Close()
}

// Remove removes the file, and closes it.
func (b *Visible) Remove() {
	_ = b.as.do(func() error { return unix.Unlinkat(b.dir, b.name, 0) }) // if it fails, the file stays
	_ = b.Close()                                                        // its content does not matter any more
}
