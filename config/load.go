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
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// maxSize is the largest file that is read. A generated configuration of a
// hundred patterns and paths has 7 KB, so this is more than five hundred of
// those, and yet --config /dev/zero ends.
const maxSize = 4 << 20

// Load finds, reads and checks the configuration. explicit names the file to
// read, or is "" to look for one; env is the machine to look at.
//
// Every error is an *[Error], or joins several of one file, in its order. There
// is no Config then.
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
		Snippet: Snippet{Dialect: DialectPlain},
		UI:      UI{Theme: ThemeAuto, View: ViewFiles, Mouse: true},
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

// find returns the file that counts and what is in it; file is "" if there is
// none. Only files that nobody named may be missing.
func (e Env) find(explicit, home string, homeless error) (file string, text []byte, err error) {
	if explicit != "" {
		text, err = readFile(explicit)
		return explicit, text, err
	}
	if named := e.Getenv(envConfig); named != "" {
		text, err = readFile(named)
		if failed := (*Error)(nil); errors.As(err, &failed) {
			failed.Reason += " (named by $" + envConfig + ")"
		}
		return named, text, err
	}
	if e.sudoer() != "" && homeless != nil {
		return "", nil, homeless // where to look is not known, and may matter
	}
	for _, file := range e.places(home) {
		text, err := e.readPlace(file, home)
		if err == nil || !absent(file, err) {
			return file, text, err
		}
	}
	return "", nil, nil
}

// readPlace reads a file that was not named: one in the home of the user who called sudo
// with the rights of that user.
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

// readFile reads a file that the invoker named, or a file of the invoker's own.
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

// unreadable turns what the system says of a file into an *Error. The name is
// told once: *fs.PathError has it too.
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

// absent reports whether err, from reading file, means that there is no such
// file. A symlink that leads nowhere is not nothing: a generation of Home
// Manager that was collected as garbage leaves one, and its owner believes that
// he has a configuration.
func absent(file string, err error) bool {
	if errors.Is(err, fs.ErrNotExist) {
		return danglingLink(file) == ""
	}
	// A home of /dev/null, which system users have, is no directory.
	return errors.Is(err, syscall.ENOTDIR)
}

// danglingLink returns the symlink at or above path which keeps it from being
// there, or "".
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
