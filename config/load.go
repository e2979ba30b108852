package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// maxSize is the maximum size of a configuration file. A generated configuration with a hundred
// patterns and paths has 7 KB, so the limit is more than five hundred times that. It makes --config
// /dev/zero terminate.
const maxSize = 4 << 20

// Load finds, reads and checks the configuration. explicit is the file to read, or "" to search for
// one in env.
//
// Every error is an *[Error], or joins several of one file in the order of the file. The Config is
// then nil.
func Load(env Env, explicit string) (*Config, error) {
	env = env.complete()
	home, homeless := env.home()
	file, text, err := env.find(explicit, home, homeless)
	if err != nil {
		return nil, err
	}
	c := &Config{
		Source:  file,
		Home:    home,
		Snippet: Snippet{Dialect: setting.DialectPlain},
		UI:      UI{Theme: setting.ThemeAuto, View: setting.ViewPlaces, Mouse: true},
	}
	if file != "" {
		if err := c.decode(text); err != nil {
			return nil, err
		}
	}
	if c.Home == "" {
		return nil, homeless
	}
	c.Home = truepath.Resolve(c.Home)
	c.setDefaults()
	return c, nil
}

// find returns the path and the contents of the configuration file; file is "" if there is none. A
// file given by --config or the environment must exist.
func (e Env) find(explicit, home string, homeless error) (file string, text []byte, err error) {
	if explicit != "" {
		text, err = readFile(explicit)
		return explicit, text, err
	}
	if named := e.Getenv(envConfig); named != "" {
		text, err = readFile(named)
		if failed := (*Error)(nil); errors.As(err, &failed) {
			failed.Reason += " (set by $" + envConfig + ")"
		}
		return named, text, err
	}
	if e.sudoer() != "" && homeless != nil {
		return "", nil, homeless // the user's file, if any, cannot be found
	}
	for _, file := range e.places(home) {
		text, err := e.readPlace(file, home)
		if err == nil || !absent(file, err) {
			return file, text, err
		}
	}
	return "", nil, nil
}

// readPlace reads a file in a default location. A file in the home of the user who called sudo is
// opened with the rights of that user.
func (e Env) readPlace(file, home string) ([]byte, error) {
	name := e.sudoer()
	if name == "" || !paths.AtOrBelow(file, home) {
		return readFile(file)
	}
	return read(file, func(file string) (*os.File, error) {
		account, err := e.LookupUser(name)
		if err != nil {
			return nil, err
		}
		return e.OpenAs(account, file)
	})
}

// readFile reads a file that the user has specified, or one of the user's own files.
func readFile(file string) ([]byte, error) { return read(file, os.Open) }

// read reads a whole configuration file. Its error is an *Error.
func read(file string, open func(string) (*os.File, error)) ([]byte, error) {
	f, err := open(file)
	if err != nil {
		return nil, unreadable(file, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, unreadable(file, err)
	}
	if len(text) > maxSize {
		return nil, &Error{Origin: Origin{File: file}, Reason: fmt.Sprintf("larger than %d MiB", maxSize>>20)}
	}
	return text, nil
}

// unreadable converts an error of the system into an *Error. It removes the file name of an
// *fs.PathError, which the message would otherwise contain twice.
func unreadable(file string, err error) *Error {
	var cause *fs.PathError
	if errors.As(err, &cause) {
		err = cause.Err
	}
	reason := err.Error()
	if link := danglingLink(file); link != "" && errors.Is(err, fs.ErrNotExist) {
		target, _ := os.Readlink(link)
		reason = fmt.Sprintf("the symlink %s points to %s, which does not exist", link, target)
	}
	return &Error{Origin: Origin{File: file}, Reason: reason, Err: err}
}

// absent reports whether err, from reading file, means that there is no such file. A dangling
// symlink does not count as absent: a garbage-collected generation of Home Manager leaves one, and
// its owner expects the configuration to be in use.
func absent(file string, err error) bool {
	if errors.Is(err, fs.ErrNotExist) {
		return danglingLink(file) == ""
	}
	// System users may have the home /dev/null, which is not a directory.
	return errors.Is(err, syscall.ENOTDIR)
}

// danglingLink returns the dangling symlink at or above path because of which it does not exist, or
// "".
func danglingLink(path string) string {
	for ; path != filepath.Dir(path); path = filepath.Dir(path) {
		if _, err := os.Lstat(path); err == nil {
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				return path
			}
			return ""
		}
	}
	return ""
}
