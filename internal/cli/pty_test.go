package cli

import (
	"image/color"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// ptySession runs the real binary in a pseudo-terminal, with an emulator that draws its screen and
// answers its queries.
type ptySession struct {
	t      *testing.T
	tty    *os.File // the master
	cmd    *exec.Cmd
	before unix.Termios // of the terminal, before the program ran
	slave  *os.File

	mu       sync.Mutex // guards emulator and raw: the emulator's String needs it
	emulator *vt.Emulator
	raw      []byte
	changed  chan struct{}
	drained  chan struct{}
	answered chan struct{}
}

// start runs a shell command in a terminal of the given size.
func start(t *testing.T, columns, rows int, shell string) *ptySession {
	t.Helper()
	tty, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	size := &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}
	if err := pty.Setsize(tty, size); err != nil {
		t.Fatal(err)
	}
	s := &ptySession{
		t: t, tty: tty, slave: slave, emulator: vt.NewEmulator(columns, rows),
		changed: make(chan struct{}, 1), drained: make(chan struct{}), answered: make(chan struct{}),
	}
	s.emulator.SetDefaultBackgroundColor(color.Black)
	s.before = s.termios()
	s.cmd = exec.Command("sh", "-c", shell)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = slave, slave, slave
	s.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "HOME="+t.TempDir(), "XDG_CONFIG_HOME=", "LIST_EPHEMERAL_CONFIG=", "SUDO_USER=")
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go s.answer()
	go s.draw()
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		slave.Close()
		tty.Close()
		<-s.drained
		// Closing the emulator itself would race with reading from it.
		s.emulator.InputPipe().(io.Closer).Close()
		<-s.answered
	})
	return s
}

func (s *ptySession) termios() unix.Termios {
	s.t.Helper()
	t, err := unix.IoctlGetTermios(int(s.slave.Fd()), unix.TCGETS)
	if err != nil {
		s.t.Fatal(err)
	}
	return *t
}

// answer sends the emulator's answers to the program.
func (s *ptySession) answer() {
	defer close(s.answered)
	_, _ = io.Copy(s.tty, s.emulator) // ends when the emulator is closed
}

// draw passes the output of the program to the emulator.
func (s *ptySession) draw() {
	defer close(s.drained)
	buf := make([]byte, 64<<10)
	for {
		n, err := s.tty.Read(buf)
		s.mu.Lock()
		s.raw = append(s.raw, buf[:n]...)
		_, _ = s.emulator.Write(buf[:n])
		s.mu.Unlock()
		select {
		case s.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (s *ptySession) screen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emulator.String()
}

func (s *ptySession) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.raw)
}

// waitFor waits until the screen contains all the texts.
func (s *ptySession) waitFor(texts ...string) {
	s.t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		screen, missing := s.screen(), ""
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-s.changed:
		case <-deadline:
			s.t.Fatalf("the screen never showed %q:\n%s", missing, screen)
		}
	}
}

func (s *ptySession) send(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.tty, keys); err != nil {
		s.t.Fatal(err)
	}
}

// status waits for the end of the program and returns its exit status. It checks that the terminal
// has its original mode.
func (s *ptySession) status() int {
	s.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		s.t.Fatalf("the program does not end:\n%s", s.screen())
	}
	s.drain()
	if after := s.termios(); after != s.before {
		s.t.Errorf("the terminal was not restored: %+v, want %+v", after, s.before)
	}
	if out := s.output(); strings.Count(out, "\x1b[?1049h") != strings.Count(out, "\x1b[?1049l") {
		s.t.Errorf("the alternate screen was not left")
	}
	return s.cmd.ProcessState.ExitCode()
}

// drain waits until the whole output of the program has been read. It writes a mark after the
// output and waits for the mark.
func (s *ptySession) drain() {
	s.t.Helper()
	const end = "\x1b[0m<end>"
	if _, err := io.WriteString(s.slave, end); err != nil {
		s.t.Fatal(err)
	}
	for !strings.Contains(s.output(), end) {
		select {
		case <-s.changed:
		case <-time.After(20 * time.Second):
			s.t.Fatal("the terminal does not return the written text")
		}
	}
}

const (
	keyEnter  = "\r"
	keyCtrlC  = "\x03"
	keyCtrlA  = "\x01"
	keyCtrlP  = "\x10"
	keyCtrlZ  = "\x1a"
	keySpace  = " "
	keyEscape = "\x1b"
)

// storyTree creates a tree to browse, and returns its root and the path of the program.
func storyTree(t *testing.T) (root, binary string) {
	t.Helper()
	root = t.TempDir()
	if err := os.Chmod(filepath.Dir(root), 0o755); err != nil { // a snippet warns about private directories above a path
		t.Fatal(err)
	}
	for _, name := range []string{"alpha", "beta", "gamma", "settings.json", "evil\x1b]0;x\x07\nname"} {
		if err := os.WriteFile(root+"/"+name, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root, buildStatic(t)
}

func TestStoryBrowseSelectSnippet(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	s := start(t, 100, 24, binary+" --root "+root+"; echo status $?")
	s.waitFor("settings.json", "will be lost", `evil\e]0;x\x07\nname`)
	if strings.Contains(s.output(), "\x1b]0;x") {
		t.Error("a file name reached the terminal raw")
	}
	s.send(keySpace + keySpace)
	s.waitFor("[x]")
	s.send(keyEnter)
	s.waitFor("host.persistence = {", "/alpha", "snippet for 2 paths")
	s.send(keyEnter)
	if status := s.status(); status != 0 {
		t.Errorf("status %d", status)
	}
	tail := s.output()[strings.LastIndex(s.output(), "\x1b[?1049l"):]
	for _, want := range []string{"host.persistence = {", root + "/alpha", root + "/beta", "status 0"} {
		if !strings.Contains(tail, want) {
			t.Errorf("after leaving, the output lacks %q:\n%q", want, tail)
		}
	}
	if strings.Contains(tail, "gamma") {
		t.Errorf("a path that was not selected is in the snippet:\n%s", tail)
	}
}

func TestStorySearchAndUseTheLineUnderTheCursor(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	s := start(t, 80, 24, binary+" --root "+root)
	s.waitFor("gamma", "will be lost")
	s.send("/")
	s.send("gamm")
	s.waitFor("1 of 5")
	s.send(keyEnter)
	s.waitFor("host.persistence", "snippet for 1 path")
	s.send("q")
	if status := s.status(); status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestStoryCtrlCPrintsNothing(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	s := start(t, 40, 10, binary+" --root "+root)
	s.waitFor("alpha")
	s.send(keyCtrlA)
	s.send(keyCtrlC)
	if status := s.status(); status != 130 {
		t.Errorf("status %d, want 130", status)
	}
	out := s.output()
	if tail := out[strings.LastIndex(out, "\x1b[?1049l"):]; strings.Contains(tail, "persistence") {
		t.Errorf("something was printed: %q", tail)
	}
}

func TestStorySignalRestoresTheTerminal(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	s := start(t, 80, 24, "exec "+binary+" --root "+root)
	s.waitFor("alpha")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := s.status(); status != 128+15 {
		t.Errorf("status %d, want 143", status)
	}
}

func TestStoryPathsOnStdinAndSnippetIntoAFile(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	out := t.TempDir() + "/snippet.nix"
	s := start(t, 80, 24, "printf '%s\\n' "+root+"/alpha "+root+"/beta | "+binary+" > "+out)
	s.waitFor("alpha", "beta", "2 files")
	s.send(keyCtrlA)
	s.send(keyEnter)
	s.waitFor("host.persistence", "snippet for 2 paths")
	s.send("q")
	if status := s.status(); status != 0 {
		t.Errorf("status %d", status)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want := "host.persistence = {\n  files = [\n    \"" + root + "/alpha\"\n    \"" + root + "/beta\"\n  ];\n};\n"
	if string(text) != want {
		t.Errorf("the file contains %q, want %q", text, want)
	}
}

func TestStoryWithoutATerminalSuggestsList(t *testing.T) {
	t.Parallel()
	_, binary := storyTree(t)
	cmd := exec.Command(binary)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("err %v, status %d, want 1", err, cmd.ProcessState.ExitCode())
	}
	for _, want := range []string{"error: no terminal for the interactive screen", "hint: list-ephemeral list prints the paths without a terminal"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("output lacks %q: %s", want, out)
		}
	}
}

func TestStoryErrorsOfTheScanArePrintedAfterTheScreen(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	for _, tt := range []struct{ name, shell, onScreen, told string }{
		{
			"a missing PATH", binary + " --root " + root + " " + root + " " + root + "/gone",
			"gone: no such file", "error: stat " + root + "/gone: no such file or directory",
		},
		{
			"a line that is too long", "{ echo " + root + "/alpha; head -c 2000000 /dev/zero | tr '\\0' a; } | " + binary,
			"! 1 unread", "error: 1 path could not be read",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, 200, 24, tt.shell)
			s.waitFor("alpha", tt.onScreen)
			s.send(keyEnter)
			s.waitFor("snippet for 1 path")
			s.send("q")
			if status := s.status(); status != 1 {
				t.Errorf("status %d, want 1", status)
			}
			out := s.output()
			told := strings.Index(out, tt.told)
			if told < 0 || !strings.Contains(out, "/alpha\" ];") {
				t.Errorf("no snippet or no %q in %q", tt.told, out)
			}
		})
	}
}

func TestStorySuspendAndResume(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	s := start(t, 80, 24, "PS1='$ ' exec bash --norc --noprofile -i")
	s.waitFor("$")
	s.send(binary + " --root " + root + keyEnter)
	s.waitFor("alpha", "will be lost")
	s.send(keySpace + keyCtrlZ)
	s.waitFor("Stopped")
	if strings.Contains(s.screen(), "will be lost") {
		t.Errorf("the screen is still there:\n%s", s.screen())
	}
	s.send("echo in the $((40+2)) shell" + keyEnter)
	s.waitFor("in the 42 shell")
	s.send("fg" + keyEnter)
	s.waitFor("[x]", "will be lost", "1 kept")
	s.send(keyEnter)
	s.waitFor("snippet for 1 path")
	s.send("q")
	s.waitFor("/alpha\" ];", "\n$") // the shell's prompt
	s.send("exit" + keyEnter)
	if status := s.status(); status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestStorySuspendWithoutAShellDoesNotHang(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	s := start(t, 100, 24, "exec "+binary+" --root "+root)
	s.waitFor("alpha", "will be lost")
	s.send(keyCtrlZ)
	s.waitFor("no shell to resume")
	s.send("q")
	if status := s.status(); status != 130 {
		t.Errorf("status %d, want 130", status)
	}
}
