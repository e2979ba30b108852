package runas

import (
	"cmp"
	"os"
	"slices"
	"strconv"
	"strings"
)

// sudo(8) and doas(1) remove the variables of the user's session: without WAYLAND_DISPLAY or
// XAUTHORITY, a command cannot open a window, and without XDG_CONFIG_HOME it looks for its files in
// other places. The processes that called them still have the variables (proc_pid_environ(5)).

// ofSession are the variables of a session, besides those that begin with XDG_.
var ofSession = []string{"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK"}

// mostParents limits how many processes are read.
const mostParents = 64

// CallerVariables returns the variables of the user's session that the nearest process of the user
// above a process has. There are none if no process above belongs to the user, or if it may not be
// read.
func (u *User) CallerVariables(pid int) []string {
	for range mostParents {
		parent, uid := parentOf(pid)
		if parent <= 0 {
			return nil
		}
		if uid == u.Rights.UID {
			if env := sessionOf(pid); env != nil {
				return env
			}
		}
		pid = parent
	}
	return nil
}

// sessionOf returns the variables of a session in the environment with which a process was executed.
func sessionOf(pid int) (env []string) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return nil
	}
	for entry := range strings.SplitSeq(string(text), "\x00") {
		name, value, _ := strings.Cut(entry, "=")
		if value != "" && (slices.Contains(ofSession, name) || strings.HasPrefix(name, "XDG_")) {
			env = append(env, entry)
		}
	}
	return env
}

// parentOf returns the parent of a process, or 0, and the real user ID of the process
// (proc_pid_status(5)).
func parentOf(pid int) (parent int, uid uint32) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		fields := append(strings.Fields(value), "")
		switch name {
		case "PPid":
			parent, _ = strconv.Atoi(fields[0]) // a number
		case "Uid":
			n, _ := strconv.ParseUint(fields[0], 10, 32)
			uid = uint32(n)
		}
	}
	return parent, uid
}

// merged returns the entries of both, of which later ones replace earlier ones with the same name.
func merged(env, over []string) []string {
	nameOf := func(entry string) string { return entry[:cmp.Or(strings.IndexByte(entry, '=')+1, len(entry))] }
	return append(slices.DeleteFunc(env, func(entry string) bool {
		return slices.ContainsFunc(over, func(o string) bool { return nameOf(o) == nameOf(entry) })
	}), over...)
}
