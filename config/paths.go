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

// Env is the part of the machine that determines where configurations and homes are. The zero value
// is the running machine; tests set what they need.
//
// Under sudo, the configuration and the home are those of the calling user. That is the case if the
// effective user is root and $SUDO_USER is another user (run0 sets it too). The home is read from
// the user database, because $HOME may be root's or the user's, depending on sudoers(5).
// $XDG_CONFIG_HOME is used only if it is in that home: sudo removes it by default, so a value was
// either set for root by a login shell or kept from the user (sudo -E). /etc comes last, as without
// sudo. A user that is not in the database is an error, because the search would use the wrong
// directories.
type Env struct {
	// Getenv returns a variable of the environment, or "".
	Getenv func(name string) string
	// EUID returns the effective user id.
	EUID func() int
	// LookupUser and LookupID query the user database; without cgo that is /etc/passwd.
	LookupUser func(name string) (*user.User, error)
	LookupID   func(uid string) (*user.User, error)
	// OpenAs opens a file of a user for root, with only the user's rights.
	OpenAs func(account *user.User, file string) (*os.File, error)
	// Etc is /etc.
	Etc string
}

const (
	envConfig = "LIST_EPHEMERAL_CONFIG"
	// fileName is the path of the file in ~/.config and in /etc.
	fileName = "list-ephemeral/config.json"
)

// complete returns e with unset fields set for the running machine.
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

// openAs opens a regular file that belongs to a user or to root, with that user's rights. The file
// may be a symlink to a file that the user must not read, and errors quote parts of invalid files.
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

// sudoer returns the name of the user who called sudo, or "" if there is none or it is root.
func (e Env) sudoer() string {
	if name := e.Getenv("SUDO_USER"); e.EUID() == 0 && name != "root" {
		return name
	}
	return ""
}

// home returns the home of the user whose configuration is used, or "" and an *Error.
func (e Env) home() (string, error) {
	if name := e.sudoer(); name != "" {
		account, err := e.LookupUser(name)
		return homeOf(account, err, "find the home directory of "+quote(name)+" ($SUDO_USER)")
	}
	if home := e.Getenv("HOME"); path.IsAbs(home) {
		return path.Clean(home), nil
	}
	account, err := e.LookupID(strconv.Itoa(e.EUID()))
	return homeOf(account, err, "find the home directory: $HOME is not an absolute path")
}

// homeOf returns the home of an account, or an *Error that begins with task.
func homeOf(account *user.User, err error, task string) (string, error) {
	if err == nil && path.IsAbs(account.HomeDir) {
		return path.Clean(account.HomeDir), nil
	}
	why := "the user database has no absolute path"
	if err != nil {
		why = strings.TrimPrefix(err.Error(), "user: ") // the prefix of os/user means nothing to users
	}
	return "", &Error{Reason: task + ": " + why, Err: err}
}

// places returns the default locations of the configuration; the first existing one is used. home
// is "" if it is not known.
func (e Env) places(home string) []string {
	var places []string
	if dir := e.configHome(home); dir != "" {
		places = append(places, path.Join(dir, fileName))
	}
	return append(places, path.Join(e.Etc, fileName))
}

// configHome returns $XDG_CONFIG_HOME or its default. A relative value is ignored, as the XDG Base
// Directory Specification 0.8 requires.
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

// absolute returns an absolute path after cleaning: without trailing or repeated slashes, and with
// "." and ".." resolved lexically, because declared paths need not exist.
func absolute(text string) (string, error) {
	if !path.IsAbs(text) {
		return "", errors.New("expected an absolute path, got " + quote(text))
	}
	return path.Clean(text), nil
}

// path is like absolute, but also accepts "~" and "~/x".
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

// notRoot is like check, but rejects "/": if that were persisted or storage, there would be no
// candidates.
func notRoot(check func(text string) (string, error)) func(text string) (string, error) {
	return func(text string) (string, error) {
		clean, err := check(text)
		if err == nil && clean == "/" {
			err = errors.New("expected a path below /, got " + quote(text))
		}
		return clean, err
	}
}

// belowFlake returns a clean path below the directory of a flake.
func belowFlake(text string) (string, error) {
	clean := path.Clean(text)
	if text == "" || path.IsAbs(text) || clean == "." || clean == ".." || strings.HasPrefix(clean, "../") {
		return "", errors.New("expected a path below the flake, got " + quote(text))
	}
	return clean, nil
}

// include is like path, but also accepts paths relative to the home.
func (c *Config) include(text string) (string, error) {
	switch {
	case text == "":
		return "", errors.New(`expected a path, got ""`)
	case path.IsAbs(text), text == "~", strings.HasPrefix(text, "~/"):
		return c.path(text)
	}
	return path.Join(c.Home, text), nil
}
