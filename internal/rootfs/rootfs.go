package rootfs

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Errors that the kernel has no number for. They are wrapped in an [fs.PathError].
var (
	ErrNotRegular = errors.New("not a regular file")
	ErrTooLarge   = errors.New("larger than the limit")
	ErrTooMany    = errors.New("more entries than the limit")
)

// FS is a directory that is used as the root of paths. Paths are absolute; a relative one
// begins at that root too. An FS may be used by several goroutines.
type FS struct {
	dir *os.File
}

// Open opens the root directory of paths. "" is "/". The caller closes the result.
func Open(dir string) (*FS, error) {
	fd, err := unix.Open(cmp.Or(dir, "/"), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: err}
	}
	return &FS{os.NewFile(uintptr(fd), dir)}, nil
}

// Close releases the descriptor of the root directory.
func (f *FS) Close() error { return f.dir.Close() }

// Info is what stat(2) shows of a file.
type Info struct {
	Mode     fs.FileMode // the type only; 0 is a regular file
	Dev, Ino uint64
	Size     int64 // bytes
}

// Entry is a name in a directory with its type, as getdents64(2) shows it.
type Entry struct {
	Name string
	Type fs.FileMode // the type only; 0 is a regular file
}

// Read returns the content of a regular file and follows symlinks. A file with more than
// limit bytes is ErrTooLarge, any other type of file is ErrNotRegular. It does not wait for
// the other end of a FIFO.
func (f *FS) Read(path string, limit int64) ([]byte, error) { return f.ReadInto(path, limit, nil) }

// ReadInto is like Read. The content is in buffer if that has the room, so the next ReadInto with the
// same buffer overwrites it. One byte more than the file has is enough.
func (f *FS) ReadInto(path string, limit int64, buffer []byte) ([]byte, error) {
	fd, size, err := f.openRegular(path)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	if size > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: ErrTooLarge}
	}
	content, err := readAll(fd, int(size), limit, buffer)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return content, nil
}

// File opens a regular file for reading and follows symlinks, for files of which only parts are
// read. Any other type of file is ErrNotRegular. The caller closes the result.
func (f *FS) File(path string) (*os.File, error) {
	fd, _, err := f.openRegular(path)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), path), nil
}

// openRegular opens a regular file, and returns its size in bytes.
func (f *FS) openRegular(path string) (fd int, size int64, err error) {
	// O_NONBLOCK: the type of the file is not known before it is open.
	fd, err = f.open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return -1, 0, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return -1, 0, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		unix.Close(fd)
		return -1, 0, &fs.PathError{Op: "read", Path: path, Err: ErrNotRegular}
	}
	return fd, st.Size, nil
}

// readAll reads a regular file. os.File would make two more system calls for each file, to find out
// whether it can be polled, and a thousand small files are read at once (package owner). size is that
// of stat(2): 0 for files of proc(5), whatever they have. A read(2) that returns as many bytes although
// there was room for more is the last one; that saves one of four calls for each file.
func readAll(fd, size int, limit int64, buffer []byte) ([]byte, error) {
	content := buffer[:0]
	if cap(content) <= size {
		content = make([]byte, 0, max(size+1, 512))
	}
	for {
		n, err := unix.Read(fd, content[len(content):cap(content)])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return nil, err
		case n == 0:
			return content, nil
		}
		content = content[:len(content)+n]
		switch {
		case int64(len(content)) > limit:
			return nil, ErrTooLarge
		case n == size && len(content) == size:
			return content, nil
		}
		content = slices.Grow(content, 512)
	}
}

// List returns the entries of a directory, sorted by name, and follows symlinks to it. With
// more than limit entries it returns some of them and ErrTooMany.
func (f *FS) List(path string, limit int) ([]Entry, error) {
	fd, err := f.open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	entries, err := readNames(fd, limit+1)
	if err != nil {
		err = &fs.PathError{Op: "list", Path: path, Err: err}
	}
	if len(entries) > limit {
		entries, err = entries[:limit], &fs.PathError{Op: "list", Path: path, Err: ErrTooMany}
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries, err
}

// readNames reads up to some entries of a directory. os.File would allocate three times as often.
func readNames(fd, most int) ([]Entry, error) {
	var entries []Entry
	buffer := make([]byte, 16<<10)
	for len(entries) < most {
		n, err := unix.Getdents(fd, buffer)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil || n <= 0:
			return entries, err
		}
		// struct linux_dirent64, getdents64(2): inode, offset, length of the record, type, name.
		for rest := buffer[:n]; len(rest) > nameOffset && len(entries) < most; {
			record := rest[:min(len(rest), int(binary.NativeEndian.Uint16(rest[nameOffset-3:])))]
			if len(record) <= nameOffset {
				return entries, unix.EIO
			}
			rest = rest[len(record):]
			name, _, _ := bytes.Cut(record[nameOffset:], []byte{0})
			if string(name) == "." || string(name) == ".." {
				continue
			}
			entry := Entry{string(name), entryType(record[nameOffset-1])}
			if record[nameOffset-1] == unix.DT_UNKNOWN {
				var st unix.Stat_t
				if err := unix.Fstatat(fd, entry.Name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
					continue // it is gone
				}
				entry.Type = fileType(st.Mode)
			}
			entries = append(entries, entry)
		}
	}
	return entries, nil
}

// nameOffset is where the name begins in a struct linux_dirent64.
const nameOffset = 19

// entryType translates the type of an entry, which is that of inode(7) without the permissions.
func entryType(d byte) fs.FileMode { return fileType(uint32(d) << 12) }

// Stat describes the file that a path leads to. It does not open the file.
func (f *FS) Stat(path string) (Info, error) { return f.stat(path, 0) }

// Lstat is like Stat, but does not follow a symlink in the last component.
func (f *FS) Lstat(path string) (Info, error) { return f.stat(path, unix.O_NOFOLLOW) }

func (f *FS) stat(path string, flags int) (Info, error) {
	fd, err := f.open(path, unix.O_PATH|flags, 0)
	if err != nil {
		return Info{}, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return Info{}, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return Info{Mode: fileType(st.Mode), Dev: st.Dev, Ino: st.Ino, Size: st.Size}, nil
}

// Readlink returns the target of a symlink. The error is EINVAL for any other type of file, as for
// readlink(2).
func (f *FS) Readlink(path string) (string, error) {
	target, err := f.readlink(path, 0)
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: path, Err: err}
	}
	return target, nil
}

func (f *FS) readlink(path string, resolve uint64) (string, error) {
	fd, err := f.open(path, unix.O_PATH|unix.O_NOFOLLOW, resolve)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	var buf [unix.PathMax]byte
	n, err := unix.Readlinkat(fd, "", buf[:])
	switch {
	case errors.Is(err, unix.ENOENT): // an empty name at a descriptor of another type, fs/stat.c
		return "", unix.EINVAL
	case err != nil:
		return "", err
	}
	return string(buf[:n]), nil
}

// open calls openat2(2), and repeats the call after EAGAIN, which a rename during the lookup of
// ".." causes.
func (f *FS) open(path string, flags int, resolve uint64) (int, error) {
	how := unix.OpenHow{
		Flags:   uint64(flags | unix.O_CLOEXEC),
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS | resolve,
	}
	for tries := 0; ; tries++ {
		fd, err := unix.Openat2(int(f.dir.Fd()), cmp.Or(path, "/"), &how)
		if errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN) && tries < 32 {
			continue
		}
		return fd, err
	}
}

// fileType translates the type of a file, inode(7).
func fileType(mode uint32) fs.FileMode {
	switch mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return fs.ModeDir
	case unix.S_IFLNK:
		return fs.ModeSymlink
	case unix.S_IFIFO:
		return fs.ModeNamedPipe
	case unix.S_IFSOCK:
		return fs.ModeSocket
	case unix.S_IFBLK:
		return fs.ModeDevice
	case unix.S_IFCHR:
		return fs.ModeDevice | fs.ModeCharDevice
	}
	return 0
}
