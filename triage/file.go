package triage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
)

// File is a file of decisions. It is not open: [File.Load] and [File.Save] open it.
type File struct {
	// parent is the directory in which this program has a directory of its own.
	parent  string
	storage bool
}

// InState returns the file of a user: list-ephemeral/decisions in $XDG_STATE_HOME or
// ~/.local/state, which must be absolute.
func InState(dir string) *File { return &File{parent: path.Clean(dir)} }

// InStorage returns the file of root in a storage path, which must be absolute, without symlinks.
// The path may belong to another user.
func InStorage(storage string) *File { return &File{parent: path.Clean(storage), storage: true} }

// Dir returns the directory of the file: what has to be persisted to keep the file.
func (f *File) Dir() string {
	if f.storage {
		return path.Join(f.parent, Name)
	}
	return path.Join(f.parent, stateName)
}

// Path returns the path of the file.
func (f *File) Path() string { return path.Join(f.Dir(), fileName) }

// Stored reports whether the file is in storage.
func (f *File) Stored() bool { return f.storage }

// Load reads the decisions. A file that does not exist has none. The error names the file and wraps
// the reason: [ErrVersion], [ErrFormat], [ErrTooLarge], [ErrOwner], [ErrMode], [ErrKind], [ErrLink],
// [ErrBusy], those of package owned, the cause of ctx, or the error of a system call.
func (f *File) Load(ctx context.Context) (Loaded, error) {
	c, err := f.load(ctx)
	if errors.Is(err, unix.ENOENT) {
		return Loaded{}, nil
	}
	if err != nil {
		return Loaded{}, fmt.Errorf("read decisions %s: %w", f.Path(), err)
	}
	return c.Loaded, nil
}

func (f *File) load(ctx context.Context) (contents, error) {
	dir, err := f.openDir(false)
	if err != nil {
		return contents{}, err
	}
	defer unix.Close(dir)
	fd, _, err := openLocked(ctx, dir, unix.O_RDONLY, unix.LOCK_SH)
	if err != nil {
		return contents{}, err
	}
	file := os.NewFile(uintptr(fd), f.Path())
	defer file.Close()
	text, err := readAll(file)
	if err != nil {
		return contents{}, err
	}
	return parse(text)
}

// readAll reads a file up to one byte more than the limit.
func readAll(file *os.File) ([]byte, error) {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, largestFile+1))
	if err != nil {
		return nil, err
	}
	if len(text) > largestFile {
		return nil, ErrTooLarge
	}
	return text, nil
}

// Save adds decisions to the file, and returns them together with those that other runs have added.
// When Save returns without an error, the decisions are on the disk. It makes the file and its
// directory if they do not exist. If it fails, the file is as before, or has some of the decisions;
// Save may be called again with the same ones. Errors are as for Load.
func (f *File) Save(ctx context.Context, decisions []Decision) (Loaded, error) {
	if len(decisions) == 0 {
		return f.Load(ctx)
	}
	loaded, err := f.save(ctx, decisions)
	if err != nil {
		return Loaded{}, fmt.Errorf("write decisions %s: %w", f.Path(), err)
	}
	return loaded, nil
}

func (f *File) save(ctx context.Context, decisions []Decision) (Loaded, error) {
	dir, err := f.openDir(true)
	if err != nil {
		return Loaded{}, err
	}
	defer unix.Close(dir)
	fd, st, err := openLocked(ctx, dir, unix.O_RDWR|unix.O_APPEND|unix.O_CREAT, unix.LOCK_EX)
	if err != nil {
		return Loaded{}, err
	}
	file := os.NewFile(uintptr(fd), f.Path())
	defer file.Close()
	text, err := readAll(file)
	if err != nil {
		return Loaded{}, err
	}
	c, err := parse(text)
	if err != nil {
		return Loaded{}, err
	}
	added := addition(&c, text, decisions)
	if int64(len(text)+len(added)) > largestFile || c.lines > mostObsolete+2*c.Set.Len() {
		if err = rewrite(dir, &c); !errors.Is(err, errNoRewrite) {
			return c.Loaded, err
		}
	}
	if err := add(file, st.Size, &c, added); err != nil {
		return Loaded{}, err
	}
	return c.Loaded, retried(func() error { return unix.Fsync(dir) })
}

// mostObsolete is how many lines that are not in effect a file may have beside as many as decisions.
// It keeps small files from being written again often.
const mostObsolete = 1000

// addition adds decisions to the contents of a file, and returns the text to append.
func addition(c *contents, text []byte, decisions []Decision) []byte {
	var added []byte
	switch {
	case c.fresh:
		added = append(added, header...)
	case len(text) > 0 && text[len(text)-1] != '\n': // the last line is incomplete, or was written by hand
		added = append(added, '\n')
	}
	enc := jsonline.NewEncoder()
	for _, d := range decisions {
		added = appendLine(added, enc, d)
		c.Set.Add(d)
		c.lines++
	}
	return added
}

// add appends a text. If that fails, the file is cut to its old size.
func add(file *os.File, size int64, c *contents, added []byte) error {
	if size > largestFile-int64(len(added)) {
		return ErrTooLarge
	}
	if c.fresh && size > 0 { // an incomplete header
		if err := file.Truncate(0); err != nil {
			return err
		}
		size = 0
	}
	_, err := file.Write(added)
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return errors.Join(err, file.Truncate(size))
	}
	return nil
}

// errNoRewrite is that the file cannot be replaced, for example because it is a mount point.
var errNoRewrite = errors.New("the file cannot be replaced")

// rewrite replaces the file by one without lines that are not in effect. The old file is locked, so
// no other run does the same.
func rewrite(dir int, c *contents) error {
	const temporary = fileName + ".new"
	text := format(&c.Set, c.kept)
	if len(text) > largestFile {
		return ErrTooLarge
	}
	_ = retried(func() error { return unix.Unlinkat(dir, temporary, 0) }) // of a run that was killed
	fd, err := open(dir, temporary, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW)
	if err != nil {
		return errNoRewrite
	}
	file := os.NewFile(uintptr(fd), temporary)
	defer file.Close()
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = retried(func() error { return unix.Renameat(dir, temporary, dir, fileName) })
	}
	if err != nil {
		_ = retried(func() error { return unix.Unlinkat(dir, temporary, 0) })
		return errNoRewrite
	}
	for i := range c.Damaged { // they follow the header now
		c.Damaged[i].Line = 2 + i
	}
	return retried(func() error { return unix.Fsync(dir) })
}
