package cli

import (
	"cmp"
	"errors"
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

	"github.com/DaRacci/list-ephemeral/internal/securefile"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/trace"
)

// runAs is the user of trace --user; nil is the user who runs this program.
type runAs struct {
	user              *trace.User
	name, home, shell string
}

// runAs looks up the user of trace --user; nil if there is none.
func (f *traceFlags) runAs() (*runAs, error) {
	if f.user == "" {
		return nil, nil
	}
	if os.Geteuid() != 0 {
		return nil, session.Misuse(errors.New("--user requires root"))
	}
	u, err := user.Lookup(f.user)
	if err != nil {
		return nil, session.Misuse(fmt.Errorf("--user: %w", err))
	}
	ids, err := u.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("--user %s: %w", f.user, err)
	}
	number := func(text string) uint32 {
		n, _ := strconv.ParseUint(text, 10, 32) // from /etc/passwd, where they are numbers
		return uint32(n)
	}
	as := &runAs{user: &trace.User{UID: number(u.Uid), GID: number(u.Gid)}, name: u.Username, home: u.HomeDir, shell: shellOf(u.Username)}
	for _, id := range ids {
		as.user.Groups = append(as.user.Groups, number(id))
	}
	return as, nil
}

// shellOf returns the login shell of a user, from passwd(5), in which an empty field means
// /bin/sh.
func shellOf(name string) string {
	const usual = "/bin/sh"
	text, err := os.ReadFile("/etc/passwd")
	if err != nil {
		return usual
	}
	for _, a := range session.Accounts(string(text)) {
		if a.Name == name && a.Shell != "" {
			return a.Shell
		}
	}
	return usual
}

// fileRights returns the user with whose privileges files are written.
func (u *runAs) fileRights() *securefile.User {
	if u == nil {
		return nil
	}
	return (*securefile.User)(u.user)
}

// explain adds the hint that the trace file is written with the user's privileges.
func (u *runAs) explain(err error) error {
	if u != nil && errors.Is(err, fs.ErrPermission) {
		return session.WithRemedy(err, "with --user the trace is written as that user")
	}
	return err
}

// startDir changes to the directory in which the command starts: the working directory if the user
// may enter it by its path, otherwise the user's home or /. Inheriting the working directory would
// let the user read below a directory that only root may enter. It returns the path of the program,
// which is looked up first, and a function that changes back.
func (a *app) startDir(u *runAs, name string, keep bool) (program string, back func(), err error) {
	if program, err = u.findCommand(name, keep); err != nil || u == nil {
		return program, func() {}, err
	}
	here, err := os.OpenFile(".", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return "", nil, fmt.Errorf("open the working directory: %w", err)
	}
	back = func() {
		_ = here.Chdir()
		_ = here.Close()
	}
	dir, err := unix.Getwd()
	if err == nil && u.fileRights().Chdir(dir) == nil {
		return program, back, nil
	}
	if err != nil && !filepath.IsAbs(program) {
		back()
		return "", nil, fmt.Errorf("find the working directory: %w", err)
	}
	if !filepath.IsAbs(program) {
		program = filepath.Join(dir, program)
	}
	for _, start := range []string{u.home, "/"} {
		if filepath.IsAbs(start) && u.fileRights().Chdir(start) == nil {
			say(a.err, "warning", fmt.Sprintf("%s cannot enter %s; the command starts in %s", u.name, cmp.Or(dir, "the working directory"), start))
			return program, back, nil
		}
	}
	back()
	return "", nil, fmt.Errorf("%s can enter neither %s nor /", u.name, cmp.Or(dir, "the working directory"))
}

// kept are the environment variables for the terminal and the language, which do not depend on
// the user.
var kept = []string{"TERM", "COLORTERM", "DISPLAY", "LANG", "LANGUAGE", "LOCALE_ARCHIVE", "TZ", "TZDIR"}

// environment returns the environment of a command: that of a login (su -), or with keep the
// current one, except for the variables that name the user.
func (u *runAs) environment(keep bool) []string {
	var env []string
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case slices.Contains([]string{"HOME", "USER", "LOGNAME"}, name), strings.HasPrefix(name, "SUDO_"):
		case keep, slices.Contains(kept, name), strings.HasPrefix(name, "LC_"):
			env = append(env, entry)
		}
	}
	env = append(env, "HOME="+u.home, "USER="+u.name, "LOGNAME="+u.name)
	if keep {
		return env
	}
	env = append(env, "SHELL="+u.shell, "PATH="+strings.Join(u.path(), ":"))
	return append(env, u.session(filepath.Join("/run/user", strconv.FormatUint(uint64(u.user.UID), 10)))...)
}

// path returns the existing directories of commands, of NixOS and of the FHS.
func (u *runAs) path() []string {
	return slices.DeleteFunc([]string{
		"/run/wrappers/bin", u.home + "/.nix-profile/bin", u.home + "/.local/state/nix/profile/bin", "/etc/profiles/per-user/" + u.name + "/bin",
		"/nix/var/nix/profiles/default/bin", "/run/current-system/sw/bin", "/usr/local/bin", "/usr/bin", "/bin",
	}, func(dir string) bool {
		info, err := os.Stat(dir)
		return err != nil || !info.IsDir()
	})
}

// session returns the environment variables of a logged-in user: the runtime directory, and the
// Wayland display and the bus, whose sockets are in it.
func (u *runAs) session(dir string) []string {
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || !u.owns(info) {
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

func (u *runAs) owns(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Uid == u.user.UID
}

// findCommand finds a program as a shell does, in the PATH of the command.
func (u *runAs) findCommand(name string, keep bool) (string, error) {
	if u == nil || keep || strings.Contains(name, "/") {
		return findCommand(name)
	}
	for _, dir := range u.path() {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", statusError{fmt.Errorf("run %s: %w in the PATH of %s", name, exec.ErrNotFound, u.name), exitNoCommand}
}
