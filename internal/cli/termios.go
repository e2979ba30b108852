package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// saveTerminal returns a function that puts the terminal back into the mode it is in
// now. A command that is killed leaves it as it was for itself: without echo, say, and
// without line breaks. Shells do the same.
func saveTerminal(terminal *os.File) (restore func()) {
	fd := int(terminal.Fd())
	mode, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return func() {} // not a terminal
	}
	return func() {
		// In the background the kernel would stop us for it (tcsetattr(3)).
		if group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err == nil && group == unix.Getpgrp() {
			_ = unix.IoctlSetTermios(fd, unix.TCSETSW, mode) // or it is gone
		}
	}
}
