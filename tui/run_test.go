package tui

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/crash"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
)

// terminal is a pty whose other side is an emulator, which replies to terminal queries.
type terminal struct {
	t      *testing.T
	file   *os.File // the program's side
	master *os.File
	before unix.Termios

	mu       sync.Mutex // guards the fields below
	emulator *vt.Emulator
	changed  chan struct{} // closed after the next drawing
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	master, file, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Cols: 80, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, file: file, master: master, emulator: vt.NewEmulator(80, 24), changed: make(chan struct{})}
	term.before = term.termios()
	var all sync.WaitGroup
	all.Go(term.draw)
	all.Go(func() { term.answer() })
	t.Cleanup(func() {
		file.Close()
		master.Close()
		term.emulator.InputPipe().(interface{ Close() error }).Close()
		all.Wait()
	})
	return term
}

// draw passes the program's output to the emulator.
func (term *terminal) draw() {
	buf := make([]byte, 64<<10)
	for {
		n, err := term.master.Read(buf)
		if err != nil {
			return
		}
		term.mu.Lock()
		_, _ = term.emulator.Write(buf[:n]) // to memory
		close(term.changed)
		term.changed = make(chan struct{})
		term.mu.Unlock()
	}
}

// answer passes the emulator's replies to the program.
func (term *terminal) answer() {
	buf := make([]byte, 1024)
	for {
		n, err := term.emulator.Read(buf)
		if err != nil {
			return
		}
		if _, err := term.master.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (term *terminal) termios() unix.Termios {
	term.t.Helper()
	state, err := unix.IoctlGetTermios(int(term.file.Fd()), unix.TCGETS)
	if err != nil {
		term.t.Fatal(err)
	}
	return *state
}

func (term *terminal) screen() (text string, altScreen bool, changed <-chan struct{}) {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.emulator.String(), term.emulator.IsAltScreen(), term.changed
}

// await waits until all the texts are on the screen.
func (term *terminal) await(texts ...string) {
	term.t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		screen, _, changed := term.screen()
		missing := ""
		for _, text := range texts {
			if !strings.Contains(screen, text) {
				missing = text
			}
		}
		if missing == "" {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			term.t.Fatalf("%q did not appear on the screen:\n%s", missing, trimmed(screen))
		}
	}
}

func (term *terminal) send(keys string) {
	term.t.Helper()
	if _, err := term.master.WriteString(keys); err != nil {
		term.t.Fatal(err)
	}
}

// running is a call of Run.
type running struct {
	result Result
	err    error
	ended  chan struct{}
}

func (term *terminal) run(ctx context.Context, opts Options) *running {
	opts.Input, opts.Output = term.file, term.file
	if opts.Environ == nil {
		opts.Environ = []string{"TERM=xterm-256color"}
	}
	machine := opts.Machine.(fakeMachine)
	machine.snippet = func(selected []index.Selected, _ int) SnippetText {
		return SnippetText{Text: fmt.Sprintf("chosen: %v\n", selected)}
	}
	opts.Machine = machine
	r := &running{ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		r.result, r.err = Run(ctx, opts)
	}()
	return r
}

// wait waits until Run returns, and asserts that the terminal is restored.
func (term *terminal) wait(r *running) {
	term.t.Helper()
	select {
	case <-r.ended:
	case <-time.After(20 * time.Second):
		term.t.Fatal("Run did not return")
	}
	equal(term.t, "terminal settings", term.termios(), term.before)
	timeout := time.After(20 * time.Second)
	for {
		_, altScreen, changed := term.screen()
		if !altScreen {
			break
		}
		select {
		case <-changed:
		case <-timeout:
			term.t.Fatal("the alternate screen is still active")
		}
	}
	pending, err := unix.IoctlGetInt(int(term.file.Fd()), unix.TIOCINQ)
	if err != nil {
		term.t.Fatal(err)
	}
	equal(term.t, "bytes left for the shell", pending, 0)
}

func TestRunStreamsSelectsAndReturnsTheSnippet(t *testing.T) {
	term := newTerminal(t)
	more := make(chan struct{})
	r := term.run(t.Context(), Options{View: setting.ViewFiles, Machine: fakeMachine{scan: func(_ context.Context, into *index.Store) (Summary, error) {
		into.AddPath([]byte("/home/me/.ssh/config"), scan.KindFile)
		<-more
		into.AddPath([]byte("/etc/evil\x1b]0;title\x07"), scan.KindFile)
		return Summary{Errors: 2}, nil
	}}})
	term.await("▌[ ] /home/me/.ssh/config", "scanning", "1 file")
	close(more)
	term.await(`/etc/evil\e]0;title\x07`, "not kept", "! 2 unread")
	term.send("/sshconf")
	term.await("1 of 2 files", "/ sshconf")
	term.send(" ")
	term.await("1 kept")
	term.send("\r")
	term.await("chosen: [{/home/me/.ssh/config file}]", "snippet for 1 path")
	term.send("\r")
	term.wait(r)
	if r.err != nil {
		t.Fatal(r.err)
	}
	equal(t, "result", r.result, Result{
		Outcome:   Confirmed,
		Snippet:   SnippetText{Text: "chosen: [{/home/me/.ssh/config file}]\n"},
		Summary:   Summary{Errors: 2},
		ScanEnded: true,
	})
}

// blocked is a scan that runs until it is cancelled.
func blocked(ctx context.Context, into *index.Store) (Summary, error) {
	into.AddPath([]byte("/a"), scan.KindFile)
	<-ctx.Done()
	return Summary{}, ctx.Err()
}

// candidates yields names like the entries of a scanned directory.
func candidates(names ...string) iter.Seq2[[]byte, scan.DirEntry] {
	return func(yield func([]byte, scan.DirEntry) bool) {
		for _, name := range names {
			if !yield([]byte(name), scan.DirEntry{Kind: scan.KindFile}) {
				return
			}
		}
	}
}

// All kinds of keys while workers fill the store, for the race detector.
func TestRunHandlesKeysWhileWorkersFillTheStore(t *testing.T) {
	term := newTerminal(t)
	r := term.run(t.Context(), Options{View: setting.ViewFiles, Programs: []string{"even", "odd"}, Machine: fakeMachine{scan: func(_ context.Context, into *index.Store) (Summary, error) {
		const workers, dirsEach = 4, 500
		into.AddEntries(0, 0, []byte("/"), candidates())
		var all sync.WaitGroup
		for w := range workers {
			all.Go(func() {
				for d := range dirsEach {
					id := uint32(1 + w*dirsEach + d)
					name := []string{"even", "odd"}[d%2]
					into.AddEntries(id, 0, fmt.Appendf(nil, "%s%04d", name, id), candidates("a", "config", "z"))
					time.Sleep(2 * time.Millisecond)
				}
			})
		}
		all.Wait()
		return Summary{}, nil
	}}})
	term.await("config")
	ended := time.Now().Add(1200 * time.Millisecond)
	for time.Now().Before(ended) {
		for _, keys := range []string{"j", " ", "\x1b[6~", "G", "k", "/con", "fig", " ", "\x01", "\x1b[B", "\x15", "\x1b[27u", "\x10", "\r", "\x18", "\x04"} {
			term.send(keys)
			time.Sleep(3 * time.Millisecond)
		}
	}
	term.await("not kept")
	term.send("\x03")
	term.wait(r)
	if r.err != nil || !r.result.ScanEnded {
		t.Errorf("err %v, scan ended %v", r.err, r.result.ScanEnded)
	}
}

func TestRunEndsOnCtrlCWhileTheScanRuns(t *testing.T) {
	term := newTerminal(t)
	r := term.run(t.Context(), Options{View: setting.ViewFiles, Machine: fakeMachine{scan: blocked}})
	term.await("/a", "scanning")
	term.send("\x03")
	term.wait(r)
	equal(t, "result", r.result, Result{Outcome: Quit})
	if r.err != nil {
		t.Error(r.err)
	}
}

// Ctrl-C as soon as the terminal is in raw mode. The terminal's replies to the first queries must
// not stay in its input, where a shell would read them.
func TestRunLeavesNoTerminalRepliesIfItEndsAtOnce(t *testing.T) {
	for range 5 {
		term := newTerminal(t)
		r := term.run(t.Context(), Options{View: setting.ViewFiles, Machine: fakeMachine{scan: blocked}})
		for term.termios().Lflag&unix.ICANON != 0 {
			time.Sleep(100 * time.Microsecond)
		}
		term.send("\x03")
		term.wait(r)
		equal(t, "result", r.result, Result{Outcome: Quit})
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	cause := errors.New("terminated")
	ctx, cancel := context.WithCancelCause(t.Context())
	term := newTerminal(t)
	r := term.run(ctx, Options{View: setting.ViewFiles, Machine: fakeMachine{scan: blocked}})
	term.await("/a")
	cancel(cause)
	term.wait(r)
	if !errors.Is(r.err, cause) {
		t.Errorf("err is %v", r.err)
	}
}

func TestRunRestoresTheTerminalAfterAPanicOfTheScan(t *testing.T) {
	term := newTerminal(t)
	r := term.run(t.Context(), Options{View: setting.ViewFiles, Machine: fakeMachine{scan: func(context.Context, *index.Store) (Summary, error) { panic("boom") }}})
	term.wait(r)
	var panicErr *crash.Error
	if !errors.As(r.err, &panicErr) || panicErr.In != "scan" || panicErr.Value != "boom" {
		t.Errorf("err is %v", r.err)
	}
}

func TestRunDoesNotWaitForAScanThatHangs(t *testing.T) {
	term := newTerminal(t)
	release := make(chan struct{})
	defer close(release)
	r := term.run(t.Context(), Options{View: setting.ViewFiles, Machine: fakeMachine{scan: func(_ context.Context, into *index.Store) (Summary, error) {
		into.AddPath([]byte("/a"), scan.KindFile)
		<-release
		return Summary{}, nil
	}}})
	term.await("/a")
	start := time.Now()
	term.send("\x03")
	term.wait(r)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("Run returned %v after Ctrl-C", took)
	}
}

func TestRunFollowsTheSizeOfTheTerminal(t *testing.T) {
	term := newTerminal(t)
	r := term.run(t.Context(), Options{View: setting.ViewFiles, Machine: fakeMachine{scan: blocked}})
	term.await("/a", "Tab view")
	term.mu.Lock()
	term.emulator.Resize(40, 10)
	term.mu.Unlock()
	if err := pty.Setsize(term.master, &pty.Winsize{Cols: 20, Rows: 10}); err != nil {
		t.Fatal(err)
	}
	// The kernel sends SIGWINCH to the foreground group of the terminal's session, and the
	// test is not in that session.
	if err := unix.Kill(os.Getpid(), unix.SIGWINCH); err != nil {
		t.Fatal(err)
	}
	term.await("terminal too small")
	term.send("q")
	term.wait(r)
}

func TestRunUsesTheRequestedColours(t *testing.T) {
	for _, tt := range []struct {
		name    string
		color   Color
		environ string
		want    bool
	}{
		{"never", ColorNever, "A=b", false},
		{"auto", ColorAuto, "A=b", true},
		{"auto with NO_COLOR", ColorAuto, "NO_COLOR=1", false},
		{"always with NO_COLOR", ColorAlways, "NO_COLOR=1", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			term := newTerminal(t)
			r := term.run(t.Context(), Options{
				Machine: fakeMachine{scan: blocked}, Color: tt.color, Environ: []string{"TERM=xterm-256color", tt.environ},
			})
			term.await("▌[ ] /a", "Tab view")
			equal(t, "colours", term.coloured(), tt.want)
			term.send("q")
			term.wait(r)
		})
	}
}

// coloured reports whether anything on the screen has a colour.
func (term *terminal) coloured() bool {
	term.mu.Lock()
	defer term.mu.Unlock()
	for y := range term.emulator.Height() {
		for x := range term.emulator.Width() {
			if cell := term.emulator.CellAt(x, y); cell != nil && (cell.Style.Fg != nil || cell.Style.Bg != nil) {
				return true
			}
		}
	}
	return false
}
