// Package screen runs a program in a pseudo-terminal with an emulator that answers
// the program's queries. Benchmarks use it to press keys and inspect the screen.
package screen

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

// ErrEnded is returned if the program has ended by itself.
var ErrEnded = errors.New("the program has ended")

// Screen is a program in its terminal.
type Screen struct {
	cmd      *exec.Cmd
	tty      *os.File
	mu       sync.Mutex // guards emulator
	emulator *vt.Emulator
	written  chan time.Time
}

// Start starts a command on a terminal of cols × rows.
func Start(command []string, cols, rows int) (*Screen, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	s := &Screen{cmd: cmd, tty: tty, emulator: vt.NewEmulator(cols, rows), written: make(chan time.Time, 1)}
	go func() { _, _ = io.Copy(tty, s.emulator) }() // answers to queries, until the end
	go s.draw()
	return s, nil
}

// Close kills the program.
func (s *Screen) Close() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	s.tty.Close()
}

// draw feeds the emulator.
func (s *Screen) draw() {
	buf := make([]byte, 64<<10)
	for {
		n, err := s.tty.Read(buf)
		now := time.Now()
		s.mu.Lock()
		_, _ = s.emulator.Write(buf[:n]) // to memory
		s.mu.Unlock()
		select {
		case s.written <- now:
		default:
		}
		if err != nil {
			close(s.written)
			return
		}
	}
}

// Text returns what is on the screen.
func (s *Screen) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emulator.String()
}

// Send types keys.
func (s *Screen) Send(keys string) { _, _ = io.WriteString(s.tty, keys) }

// Wait waits until the program writes to the screen, but no longer than patience, and
// returns the time of the write.
func (s *Screen) Wait(patience time.Duration) (time.Time, error) {
	select {
	case at, running := <-s.written:
		if !running {
			return at, ErrEnded
		}
		return at, nil
	case <-time.After(patience):
		return time.Now(), nil
	}
}

// Until waits until changed returns true for the text of the screen, and returns the
// time that this took, or zero if it took longer than patience.
func (s *Screen) Until(changed func(text string) bool, patience time.Duration) (time.Duration, error) {
	start := time.Now()
	for time.Since(start) < patience {
		at, err := s.Wait(patience)
		if err != nil {
			return 0, err
		}
		if changed(s.Text()) {
			return at.Sub(start), nil
		}
	}
	return 0, nil
}
