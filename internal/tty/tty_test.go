package tty_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/tty"
)

// childVariable makes this program the process that a test observes.
const childVariable = "LIST_EPHEMERAL_TTY_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "suspend":
		fmt.Println("can suspend:", tty.CanSuspend())
	case "quit":
		quit(true)
	case "release":
		quit(false)
	default:
		os.Exit(m.Run())
	}
}

// quit sets a raw mode and sends SIGQUIT to itself, before or after the release of DieCleanly.
func quit(before bool) {
	if _, err := term.MakeRaw(os.Stdin.Fd()); err != nil {
		fmt.Println(err)
		return
	}
	restored, err := unix.IoctlGetTermios(0, unix.TCGETS)
	if err != nil {
		fmt.Println(err)
		return
	}
	restored.Lflag |= unix.ECHO // the mode to which DieCleanly returns
	_ = unix.IoctlSetTermios(0, unix.TCSETS, restored)
	out := &tty.Output{File: os.Stdout}
	release := tty.DieCleanly(os.Stdin, out)
	if _, err := out.WriteString("ready"); err != nil {
		return
	}
	if _, err := term.MakeRaw(os.Stdin.Fd()); err != nil {
		return
	}
	if !before {
		release()
	}
	_ = unix.Kill(os.Getpid(), unix.SIGQUIT)
	select {}
}

// onTerminal runs this program on a terminal of its own, by a command of sh. It returns what is
// printed, the exit status and whether the terminal echoes at the end.
func onTerminal(t *testing.T, mode, script string) (printed string, status int, echoes bool) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", script, "sh", self)
	cmd.Env = append(os.Environ(), childVariable+"="+mode)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	text := make(chan string)
	go func() {
		all, _ := io.ReadAll(master) // EIO at the end
		text <- string(all)
	}()
	_ = cmd.Wait()
	state, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	slave.Close()
	printed = <-text
	master.Close()
	return printed, cmd.ProcessState.ExitCode(), state.Lflag&unix.ECHO != 0
}

func TestCanSuspendNeedsAShellInTheSession(t *testing.T) {
	tests := []struct {
		name, script string
		want         bool
	}{
		{"the leader of the session", `exec "$1"`, false},
		{"in the group of the leader", `"$1"; :`, false},
		{"in a group of its own, below a shell", `set -m; "$1"; :`, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, _ := onTerminal(t, "suspend", tt.script)
			if want := fmt.Sprint("can suspend: ", tt.want); strings.TrimSpace(got) != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestSIGQUITRestoresTheTerminalAndPrintsGoroutines(t *testing.T) {
	got, status, echoes := onTerminal(t, "quit", `exec "$1"`)
	for _, want := range []string{"ready", ansi.ResetModeAltScreenSaveCursor, ansi.ResetModeBracketedPaste, ansi.SetModeTextCursorEnable, "SIGQUIT: quit", "goroutine "} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if status != 2 || !echoes {
		t.Errorf("status %d, echo %t", status, echoes)
	}
	if strings.Index(got, ansi.ResetModeAltScreenSaveCursor) > strings.Index(got, "SIGQUIT: quit") {
		t.Errorf("the screen is left after the goroutines are printed: %q", got)
	}
}

func TestAfterReleaseSIGQUITLeavesTheTerminalAlone(t *testing.T) {
	got, _, echoes := onTerminal(t, "release", `exec "$1"`)
	if strings.Contains(got, ansi.ResetModeAltScreenSaveCursor) || !strings.Contains(got, "SIGQUIT: quit") || echoes {
		t.Errorf("got %q, echo %t", got, echoes)
	}
}

func TestDieCleanlyDoesNothingWithoutATerminal(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close()
	tty.DieCleanly(read, &tty.Output{File: write})()
}

func ExampleOutput() {
	out := &tty.Output{File: os.Stdout}
	_, _ = out.WriteString("text\n")
	// Output: text
}
