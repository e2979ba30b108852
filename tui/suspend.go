package tui

import (
	"fmt"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// suspend stops the program until the shell continues it, as Ctrl-Z does
// elsewhere: the terminal is in raw mode, so that we have to do it ourselves.
func (m *app) suspend() tea.Cmd {
	if !m.canSuspend() {
		return m.notify("there is no shell that could continue the program")
	}
	return tea.Suspend
}

// canSuspend reports whether somebody can continue the process group. The kernel
// does not stop an orphaned one (setpgid(2), POSIX.1-2017 3.264), and Bubble Tea
// would wait without end: one in which no process has a parent in another group of
// the same session.
func canSuspend() bool {
	group := unix.Getpgrp()
	session, err := unix.Getsid(0)
	if err != nil {
		return false
	}
	for pid := os.Getpid(); ; {
		parent, err := parentOf(pid)
		if err != nil || parent == 0 {
			return false
		}
		parentGroup, err := unix.Getpgid(parent)
		if err != nil {
			return false
		}
		if parentGroup != group {
			parentSession, err := unix.Getsid(parent)
			return err == nil && parentSession == session
		}
		pid = parent
	}
}

// parentOf reads the parent of a process from /proc (proc_pid_stat(5)): the second
// field behind the name, which may hold anything and ends with the last ")".
func parentOf(pid int) (parent int, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	var state string
	_, err = fmt.Sscan(string(stat)[strings.LastIndexByte(string(stat), ')')+1:], &state, &parent)
	return parent, err
}
