package pane

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/securefile"
)

// errExists means that the file already exists.
var errExists = errors.New("file exists: Enter again overwrites it")

// File is a text to write to a file.
type File struct {
	Text string
	// Home replaces "~" in the name. The default is the home directory of the process.
	Home string
}

// write writes the text atomically. It replaces an existing file only if overwrite is set.
func (f *File) write(name string, overwrite bool) error {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		home := f.Home
		if home == "" {
			var err error
			if home, err = os.UserHomeDir(); err != nil {
				return err
			}
		}
		name = filepath.Join(home, rest)
	}
	// The directory may belong to another user, who may swap it for a symlink.
	to, err := securefile.Create(name, securefile.Options{New: !overwrite, Regular: overwrite})
	if errors.Is(err, fs.ErrExist) {
		return errExists
	}
	if err != nil {
		return cause(err)
	}
	defer to.Discard()
	if _, err := to.Write([]byte(f.Text)); err != nil {
		return cause(err)
	}
	err = to.Commit()
	if errors.Is(err, fs.ErrExist) { // created in the meantime
		return errExists
	}
	return cause(err)
}

// cause strips the file name from an error, because the screen already shows it.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
