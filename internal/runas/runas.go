// Package runas runs a command as another user: it finds the user, and gives the command's
// environment, program and working directory. Rights are those of package securefile.
package runas

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/passwd"
	"github.com/DaRacci/list-ephemeral/internal/securefile"
)

// User is a user of this machine.
type User struct {
	// Rights are the numbers of the user and the groups.
	Rights securefile.User
	// Name, Home and Shell are those of passwd(5).
	Name, Home, Shell string
}

// Lookup returns a user by name. Its errors are those of os/user: user.UnknownUserError if there is
// no such user.
func Lookup(name string) (*User, error) {
	u, err := user.Lookup(name)
	if err != nil {
		return nil, err
	}
	ids, err := u.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("find the groups of %s: %w", name, err)
	}
	number := func(text string) uint32 {
		n, _ := strconv.ParseUint(text, 10, 32) // from passwd(5), where they are numbers
		return uint32(n)
	}
	found := &User{Rights: securefile.User{UID: number(u.Uid), GID: number(u.Gid)}, Name: u.Username, Home: u.HomeDir, Shell: shellOf(u.Username)}
	for _, id := range ids {
		found.Rights.Groups = append(found.Rights.Groups, number(id))
	}
	return found, nil
}

// shellOf returns the login shell of a user, from passwd(5), in which an empty field means
// /bin/sh.
func shellOf(name string) string {
	const usual = "/bin/sh"
	text, err := os.ReadFile(passwd.Path)
	if err != nil {
		return usual
	}
	for _, a := range passwd.Parse(string(text)) {
		if a.Name == name && a.Shell != "" {
			return a.Shell
		}
	}
	return usual
}

// kept are the environment variables for the terminal and the language, which do not depend on
// the user.
var kept = []string{"TERM", "COLORTERM", "DISPLAY", "LANG", "LANGUAGE", "LOCALE_ARCHIVE", "TZ", "TZDIR"}

// ofUser are the variables that name the user. The variables of sudo(8) do, too.
var ofUser = []string{"HOME", "USER", "LOGNAME"}

// Environment returns the environment of a command: that of a login, as su -l sets it, with the
// variables of the session from which this program was called.
func (u *User) Environment() []string {
	env := u.environment(func(name string) bool { return slices.Contains(kept, name) || strings.HasPrefix(name, "LC_") })
	env = append(env, "SHELL="+u.Shell, "PATH="+strings.Join(u.path(), ":"))
	env = append(env, u.SessionVariables(filepath.Join("/run/user", strconv.FormatUint(uint64(u.Rights.UID), 10)))...)
	return merged(env, u.CallerVariables(os.Getppid()))
}

// KeptEnvironment returns the current environment, except that the variables that name a user name
// this one.
func (u *User) KeptEnvironment() []string {
	return u.environment(func(string) bool { return true })
}

func (u *User) environment(keep func(name string) bool) []string {
	var env []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if keep(name) && !slices.Contains(ofUser, name) && !strings.HasPrefix(name, "SUDO_") {
			env = append(env, entry)
		}
	}
	return append(env, "HOME="+u.Home, "USER="+u.Name, "LOGNAME="+u.Name)
}

// path returns the existing directories of commands, of NixOS and of the FHS.
func (u *User) path() []string {
	return slices.DeleteFunc([]string{
		"/run/wrappers/bin", u.Home + "/.nix-profile/bin", u.Home + "/.local/state/nix/profile/bin", "/etc/profiles/per-user/" + u.Name + "/bin",
		"/nix/var/nix/profiles/default/bin", "/run/current-system/sw/bin", "/usr/local/bin", "/usr/bin", "/bin",
	}, func(dir string) bool {
		info, err := os.Stat(dir)
		return err != nil || !info.IsDir()
	})
}

// SessionVariables returns the environment variables of a logged-in user: the runtime directory,
// and the Wayland display and the bus, whose sockets are in it. dir is the runtime directory; if it
// does not belong to the user, there are none.
func (u *User) SessionVariables(dir string) []string {
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || !u.Owns(info) {
		return nil
	}
	env := []string{"XDG_RUNTIME_DIR=" + dir}
	isSocket := func(path string) bool {
		info, err := os.Lstat(path)
		return err == nil && info.Mode().Type() == fs.ModeSocket
	}
	if bus := filepath.Join(dir, "bus"); isSocket(bus) {
		env = append(env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+bus)
	}
	displays := []string{os.Getenv("WAYLAND_DISPLAY"), "wayland-0", "wayland-1"}
	for _, name := range displays {
		if name != "" && !strings.Contains(name, "/") && isSocket(filepath.Join(dir, name)) {
			return append(env, "WAYLAND_DISPLAY="+name)
		}
	}
	return env
}

// Owns reports whether a file belongs to the user.
func (u *User) Owns(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Uid == u.Rights.UID
}

// Find finds a program as a shell of the user does, in the PATH of Environment. A name with a slash
// is a path. The error is exec.ErrNotFound if no directory has the program.
func (u *User) Find(name string) (string, error) {
	if strings.Contains(name, "/") {
		return exec.LookPath(name)
	}
	for _, dir := range u.path() {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

// Start is the directory in which a command starts.
type Start struct {
	// Program is the program of Enter, as an absolute path if the directory changed.
	Program string
	// Denied is the working directory that the user may not enter, or "" if the command starts
	// there. A directory without a path is called "the working directory".
	Denied string
	// Dir is the directory in which the command starts if Denied is set: the home, or "/".
	Dir string

	here *os.File
}

// Enter changes to the directory in which a command starts: the working directory if the user may
// enter it by its path, otherwise the user's home or "/". Inheriting the working directory would let
// the user read below a directory that only root may enter. Start.Back changes back.
func (u *User) Enter(program string) (*Start, error) {
	here, err := os.OpenFile(".", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, fmt.Errorf("open the working directory: %w", err)
	}
	s := &Start{Program: program, here: here}
	if err := s.enter(u); err != nil {
		s.Back()
		return nil, err
	}
	return s, nil
}

func (s *Start) enter(u *User) error {
	dir, err := unix.Getwd()
	if err == nil && u.Rights.Chdir(dir) == nil {
		return nil
	}
	if err != nil && !filepath.IsAbs(s.Program) {
		return fmt.Errorf("find the working directory: %w", err)
	}
	if !filepath.IsAbs(s.Program) {
		s.Program = filepath.Join(dir, s.Program)
	}
	if s.Denied = dir; dir == "" {
		s.Denied = "the working directory"
	}
	for _, start := range []string{u.Home, "/"} {
		if filepath.IsAbs(start) && u.Rights.Chdir(start) == nil {
			s.Dir = start
			return nil
		}
	}
	return fmt.Errorf("%s can enter neither %s nor /", u.Name, s.Denied)
}

// Back changes back to the working directory before Enter.
func (s *Start) Back() {
	_ = s.here.Chdir()
	_ = s.here.Close()
}
