package config

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/securefile"
)

// Env is what of the machine decides where configurations and homes are. The
// zero value is the machine we run on; tests set what they need.
//
// Under sudo, which is to say that the effective user is root and $SUDO_USER
// names another one (run0 sets it too), the configuration and the home are those
// of that user. His home is asked of the user database, because $HOME may be
// root's or his, as sudoers(5) has it. $XDG_CONFIG_HOME is believed only if it
// lies in that home: sudo removes it by default, and what is there nevertheless
// was set for root by a login shell, or has been kept from the user (sudo -E).
// /etc comes last as for everybody. A user that the database does not know is
// an error, rather than a search that looks in the wrong place.
type Env struct {
	// Getenv returns a variable of the environment, or "".
	Getenv func(name string) string
	// EUID returns the effective user id.
	EUID func() int
	// LookupUser and LookupID ask the user database; without cgo that is
	// /etc/passwd.
	LookupUser func(name string) (*user.User, error)
	LookupID   func(uid string) (*user.User, error)
	// OpenAs opens a file of a user for root: with no more than the user's rights.
	OpenAs func(account *user.User, file string) (*os.File, error)
	// Etc is /etc.
	Etc string
}

const (
	envConfig = "LIST_EPHEMERAL_CONFIG"
	// fileName is where the file lies in ~/.config and in /etc.
	fileName = "list-ephemeral/config.json"
)

// complete returns e with what is missing taken from this machine.
func (e Env) complete() Env {
	if e.Getenv == nil {
		e.Getenv = os.Getenv
	}
	if e.EUID == nil {
		e.EUID = os.Geteuid
	}
	if e.LookupUser == nil {
		e.LookupUser = user.Lookup
	}
	if e.LookupID == nil {
		e.LookupID = user.LookupId
	}
	if e.OpenAs == nil {
		e.OpenAs = openAs
	}
	if e.Etc == "" {
		e.Etc = "/etc"
	}
	return e
}

// openAs opens a regular file that belongs to a user or to root, with that user's rights:
// the file may be a symlink to what the user must not read, and what is wrong with it
// is quoted in errors.
func openAs(account *user.User, file string) (*os.File, error) {
	ids, err := account.GroupIds()
	if err != nil {
		return nil, err
	}
	var numbers []uint32
	for _, text := range append([]string{account.Uid, account.Gid}, ids...) {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("user ID of %s: %w", account.Username, err)
		}
		numbers = append(numbers, uint32(n))
	}
	return securefile.Open(file, &securefile.User{UID: numbers[0], GID: numbers[1], Groups: numbers[2:]})
}

// sudoer returns the name of the user who called sudo, or "" if none did. Root
// who calls sudo is just root.
func (e Env) sudoer() string {
	if name := e.Getenv("SUDO_USER"); e.EUID() == 0 && name != "root" {
		return name
	}
	return ""
}

// home returns the home of the user whose configuration counts, or "" and the
// *Error that says why it is not known.
func (e Env) home() (string, error) {
	if name := e.sudoer(); name != "" {
		account, err := e.LookupUser(name)
		return homeOf(account, err, "find the home of "+quote(name)+", who called sudo")
	}
	if home := e.Getenv("HOME"); path.IsAbs(home) {
		return path.Clean(home), nil
	}
	account, err := e.LookupID(strconv.Itoa(e.EUID()))
	return homeOf(account, err, "find the home directory: $HOME is not an absolute path")
}

// homeOf returns the home of an account, or the *Error that task failed.
func homeOf(account *user.User, err error, task string) (string, error) {
	if err == nil && path.IsAbs(account.HomeDir) {
		return path.Clean(account.HomeDir), nil
	}
	why := "the user database has no absolute path"
	if err != nil {
		why = strings.TrimPrefix(err.Error(), "user: ") // os/user's prefix says nothing to a user
	}
	return "", &Error{Reason: task + ": " + why, Err: err}
}

// places returns where a configuration may lie that nobody named, the first
// that is there counts. home may be unknown.
func (e Env) places(home string) []string {
	var places []string
	if dir := e.configHome(home); dir != "" {
		places = append(places, path.Join(dir, fileName))
	}
	return append(places, path.Join(e.Etc, fileName))
}

// configHome returns $XDG_CONFIG_HOME or what stands in for it. A relative one
// is to be ignored, says the XDG Base Directory Specification 0.8.
func (e Env) configHome(home string) string {
	dir := e.Getenv("XDG_CONFIG_HOME")
	if path.IsAbs(dir) && (e.sudoer() == "" || paths.AtOrBelow(path.Clean(dir), home)) {
		return dir
	}
	if home == "" {
		return ""
	}
	return path.Join(home, ".config")
}

// absolute returns an absolute path as it is after cleaning: without slashes at
// the end or side by side, and with "." and ".." resolved as text, for what
// is declared need not exist.
func absolute(text string) (string, error) {
	if !path.IsAbs(text) {
		return "", errors.New("expected an absolute path, got " + quote(text))
	}
	return path.Clean(text), nil
}

// path is absolute, but takes "~" and "~/x" too.
func (c *Config) path(text string) (string, error) {
	if text == "~" || strings.HasPrefix(text, "~/") {
		return path.Join(c.Home, text[1:]), nil
	}
	clean, err := absolute(text)
	if err != nil {
		err = errors.New("expected an absolute path or one that begins with ~/, got " + quote(text))
	}
	return clean, err
}

// notRoot is check, but refuses "/": were that persisted or storage, nothing would
// ever be lost.
func notRoot(check func(text string) (string, error)) func(text string) (string, error) {
	return func(text string) (string, error) {
		clean, err := check(text)
		if err == nil && clean == "/" {
			err = errors.New("expected a path below /, got " + quote(text))
		}
		return clean, err
	}
}

// include is path, but takes what is relative as lying in the home.
func (c *Config) include(text string) (string, error) {
	switch {
	case text == "":
		return "", errors.New(`expected a path, got ""`)
	case path.IsAbs(text), text == "~", strings.HasPrefix(text, "~/"):
		return c.path(text)
	}
	return path.Join(c.Home, text), nil
}
