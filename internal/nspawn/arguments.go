package nspawn

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Options describe a machine. Root is required.
type Options struct {
	// Root is the directory with the root file system. Mounts below it are mounts of the machine.
	Root string
	// Overlay puts an overlay over the root, whose upper directory is on a tmpfs, as
	// systemd.volatile=overlay does (systemd-volatile-root.service(8)).
	Overlay bool
	// Binds are bind mounts that the machine has from the beginning.
	Binds []Bind
}

// Bind is a bind mount, with all mounts below it. The paths contain neither colons nor
// backslashes.
type Bind struct {
	From, To string
	ReadOnly bool
}

// name is that of all machines: one runs at a time.
const name = "list-ephemeral-test"

// arguments returns the command line that boots a machine. up is how long this computer runs,
// in seconds.
func arguments(options Options, up int64, hostHasSystemd bool) []string {
	back := fmt.Sprint(-up)
	args := []string{
		"unshare", "--time", "--boottime", back, "--monotonic", back, "--",
		"systemd-nspawn", "--quiet", "--boot", "--machine", name, "--register=no", "--notify-ready=yes", "--private-network",
		"--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe", "--kill-signal=SIGKILL", "--directory", options.Root,
	}
	if !hostHasSystemd { // otherwise that makes a control group for the machine
		args = append(args, "--keep-unit")
	}
	if options.Overlay {
		args = append(args, "--volatile=overlay")
	}
	for _, bind := range options.Binds {
		flag := "--bind="
		if bind.ReadOnly {
			flag = "--bind-ro="
		}
		args = append(args, flag+bind.From+":"+bind.To)
	}
	return args
}

// uptime returns how long the computer runs, in whole seconds, by the clock that a time
// namespace shifts.
func uptime() (int64, error) {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &now); err != nil {
		return 0, fmt.Errorf("read the clock since boot: %w", err)
	}
	var monotonic unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &monotonic); err != nil {
		return 0, fmt.Errorf("read the monotonic clock: %w", err)
	}
	return min(now.Sec, monotonic.Sec), nil
}

// hasSystemd reports whether systemd manages this computer, as sd_booted(3) does.
func hasSystemd() bool {
	info, err := os.Lstat("/run/systemd/system")
	return err == nil && info.IsDir()
}

// value returns the value of an assignment in a message of sd_notify(3), or "".
func value(message, key string) string {
	for line := range strings.Lines(message) {
		if value, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), key+"="); ok {
			return value
		}
	}
	return ""
}
