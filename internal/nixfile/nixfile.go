package nixfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/securefile"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// MaxSize is the maximum size of a file, in bytes. It is that of package nixedit.
const MaxSize = 64 << 20

// The errors of Read and Write.
var (
	// ErrStore is the error for a file in the Nix store.
	ErrStore = errors.New("it is in the Nix store, which cannot be changed; name the file that it was built from")
	// ErrChanged is the error for a file that changed after it was read.
	ErrChanged = securefile.ErrChanged
)

// store is the directory of the Nix store (nix.conf(5), "store").
const store = "/nix/store"

// InStore reports whether an absolute path is in the Nix store.
func InStore(path string) bool { return paths.AtOrBelow(path, store) }

// File is a file as it was read.
type File struct {
	// Name is the path as given, Path the absolute path without symlinks.
	Name, Path string
	Text       string
	info       fs.FileInfo
}

// Read reads a regular file that is not in the Nix store. Symlinks are followed; as root only those of
// root and of the user who called sudo (package securefile).
func Read(name string) (*File, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if InStore(truepath.Resolve(abs)) || InStore(target(abs)) {
		return nil, fmt.Errorf("read %s: %w", name, ErrStore)
	}
	f, err := read(abs, MaxSize)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, reason(err))
	}
	f.Name = name
	return f, nil
}

// target returns the target of a symlink, which may be missing; "" if the path is not a symlink.
func target(abs string) string {
	to, err := os.Readlink(abs)
	if err != nil {
		return ""
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(abs), to)
	}
	return filepath.Clean(to)
}

// reason returns an error without the path that it names.
func reason(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// read reads a file of at most limit bytes.
func read(abs string, limit int64) (*File, error) {
	f, from, err := open(abs, limit)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	var text strings.Builder
	text.Grow(int(min(f.info.Size(), limit)))
	if _, err := io.Copy(&text, io.LimitReader(from, limit+1)); err != nil {
		return nil, err
	}
	f.Text = text.String()
	return f, nil
}

// open opens a file of at most limit bytes. The File has no text.
func open(abs string, limit int64) (*File, *os.File, error) {
	from, err := securefile.Open(abs, nil)
	if err != nil {
		return nil, nil, err
	}
	f, err := describe(abs, from)
	if err == nil && f.info.Size() > limit {
		err = fmt.Errorf("it has %d bytes, more than %d", f.info.Size(), limit)
	}
	if err != nil {
		from.Close()
		return nil, nil, err
	}
	return f, from, nil
}

// describe returns the path and the attributes of an open file.
func describe(abs string, from *os.File) (*File, error) {
	f := &File{Name: abs}
	var err error
	if f.info, err = from.Stat(); err != nil {
		return nil, err
	}
	// Read the path of the open file: a symlink may have changed since.
	if f.Path, err = os.Readlink("/proc/self/fd/" + strconv.Itoa(int(from.Fd()))); err != nil {
		return nil, err
	}
	if InStore(f.Path) {
		return nil, ErrStore
	}
	return f, nil
}

// unchanged returns ErrChanged if the path is another file, or the file has another text.
func (f *File) unchanged() error {
	now, from, err := open(f.Path, MaxSize)
	if err != nil {
		return err
	}
	defer from.Close()
	if now.Path != f.Path {
		return ErrChanged
	}
	rest := f.Text // times have a resolution of some milliseconds
	part := make([]byte, 64<<10)
	for {
		n, err := from.Read(part)
		if !strings.HasPrefix(rest, string(part[:n])) {
			return ErrChanged
		}
		rest = rest[n:]
		switch {
		case err == io.EOF && rest == "":
			return nil
		case err == io.EOF:
			return ErrChanged
		case err != nil:
			return err
		}
	}
}

// Write replaces the file, if it did not change since it was read. The new file is written beside it,
// synced and renamed; a crash leaves the old or the new file. Owner, group, mode, ACL and user
// attributes stay.
func (f *File) Write(text string) error {
	if err := f.write(text); err != nil {
		return fmt.Errorf("write %s: %w", f.Path, reason(err))
	}
	return nil
}

func (f *File) write(text string) error {
	if err := f.Writable(); err != nil {
		return err
	}
	if err := f.unchanged(); err != nil {
		return err
	}
	to, err := securefile.Create(f.Path, securefile.Options{Regular: true, Atomic: true, Replaces: f.info})
	if err != nil {
		return err
	}
	defer to.Discard()
	if _, err := io.WriteString(to, text); err != nil {
		return err
	}
	return to.Commit()
}

// Links returns the number of names that the file has (hard links). Write replaces only one of them; the
// others keep the old file.
func (f *File) Links() int {
	st, ok := f.info.Sys().(*syscall.Stat_t)
	if !ok {
		return 1
	}
	return int(st.Nlink)
}

// Writable returns why the file may not be replaced, or that Write cannot make a file beside it; nil if
// both are permitted.
func (f *File) Writable() error {
	if err := unix.Faccessat(unix.AT_FDCWD, f.Path, unix.W_OK, unix.AT_EACCESS); err != nil {
		return err
	}
	if err := unix.Faccessat(unix.AT_FDCWD, filepath.Dir(f.Path), unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
		return fmt.Errorf("the new file cannot be made beside it: %w", err)
	}
	return nil
}
