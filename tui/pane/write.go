package pane

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/securefile"
)

// errExists means that the file already exists.
var errExists = errors.New("file exists: Enter again overwrites it")

// File is a text to write to a file.
type File struct {
	Text string
	// Name is the name to begin with.
	Name string
	// Home replaces "~" in the name. The default is the home directory of the process.
	Home string
}

// expand replaces "~/" at the beginning of a name.
func (f *File) expand(name string) (string, error) {
	rest, ok := strings.CutPrefix(name, "~/")
	if !ok {
		return name, nil
	}
	home := f.Home
	if home == "" {
		var err error
		if home, err = os.UserHomeDir(); err != nil {
			return "", err
		}
	}
	return filepath.Join(home, rest) + strings.Repeat("/", min(len(rest)-len(strings.TrimSuffix(rest, "/")), 1)), nil
}

// full returns the absolute path of the file with a name; dir is the working directory, or "" if it is
// not known yet. Without a name, it is the directory. It returns the name if it cannot be expanded.
func (f *File) full(dir, name string) string {
	path, err := f.expand(name)
	switch {
	case err != nil || dir == "" && !filepath.IsAbs(path):
		return name
	case !filepath.IsAbs(path):
		path = dir + "/" + path
	}
	full := filepath.Clean(path)
	if strings.HasSuffix(path, "/") && full != "/" {
		full += "/"
	}
	return full
}

// mostNames is how many names a completion reads, and listedNames how many it lists.
const (
	mostNames   = 10_000
	listedNames = 8
)

// complete returns a name as far as the files make it unambiguous, and the names, safe to show, that
// begin with it. Names that start with a dot are only completed if the dot is there.
func (f *File) complete(name string) (completed string, names []string) {
	full, err := f.expand(name)
	if err != nil {
		return name, nil
	}
	at := strings.LastIndexByte(full, '/') + 1
	dir, err := os.Open(cmp.Or(full[:at], "."))
	if err != nil {
		return name, nil
	}
	defer dir.Close()
	entries, _ := dir.ReadDir(mostNames)
	common, found := "", false
	for _, entry := range entries {
		text := entry.Name()
		if !strings.HasPrefix(text, full[at:]) || full[at:] == "" && text[0] == '.' || printable.Name(text) != text {
			continue
		}
		if entry.IsDir() {
			text += "/"
		}
		names = append(names, text)
		if !found {
			common, found = text, true
		}
		for !strings.HasPrefix(text, common) {
			_, last := utf8.DecodeLastRuneInString(common)
			common = common[:len(common)-last]
		}
	}
	slices.Sort(names)
	return name + strings.TrimPrefix(common, full[at:]), names[:min(len(names), listedNames)]
}

// write writes the text atomically. It replaces an existing file only if overwrite is set.
func (f *File) write(name string, overwrite bool) error {
	name, err := f.expand(name)
	if err != nil {
		return err
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
