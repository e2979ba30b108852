// Typing tells how long a finder takes from a key to its answer on the screen, in a
// pseudo-terminal: queries are typed key by key, each after the answer to the one
// before, and the answer is there when the number of matches on the screen has
// changed ("12/1,000,000" or "12/1000000"). A key that changes no number is left
// out.
//
//	typing [-open KEYS] [-queries A,B,...] [-runs N] COMMAND [ARG...]
//
// It waits until the finder has read its input, and prints a line for each query:
// the query, and for each of its keys the median in milliseconds, or "-".
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

func main() {
	open := flag.String("open", "", "keys that start the search")
	queries := flag.String("queries", "ffprof,config,src,e", "what to type, with commas between")
	runs := flag.Int("runs", 3, "how often each query is typed")
	flag.Parse()
	if flag.NArg() < 1 || *runs < 1 {
		fmt.Fprintln(os.Stderr, "typing: error: usage: typing [-open KEYS] [-queries A,B,...] [-runs N] COMMAND [ARG...]")
		os.Exit(2)
	}
	if err := run(flag.Args(), *open, strings.Split(*queries, ","), *runs); err != nil {
		fmt.Fprintln(os.Stderr, "typing: error:", err)
		os.Exit(1)
	}
}

// finder is the program in its terminal.
type finder struct {
	tty      *os.File
	mu       sync.Mutex // guards emulator
	emulator *vt.Emulator
	read     chan time.Time // when something was written to the screen
}

func run(command []string, open string, queries []string, runs int) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 99, Rows: 50})
	if err != nil {
		return fmt.Errorf("start %s: %w", command[0], err)
	}
	f := &finder{tty: tty, emulator: vt.NewEmulator(99, 50), read: make(chan time.Time, 1)}
	go func() { _, _ = io.Copy(tty, f.emulator) }() // answers to questions, until the end
	go f.draw()
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		tty.Close()
	}()
	if err := f.settle(1500 * time.Millisecond); err != nil {
		return err
	}
	if open != "" {
		f.send(open)
		if err := f.settle(300 * time.Millisecond); err != nil {
			return err
		}
	}
	times := make([][][]time.Duration, len(queries))
	for range runs { // not each query so often: finders remember the last ones
		for i, query := range queries {
			if times[i] == nil {
				times[i] = make([][]time.Duration, len(query))
			}
			if err := f.typeOnce(query, times[i]); err != nil {
				return err
			}
		}
	}
	for i, query := range queries {
		fmt.Println(query, medians(times[i]))
	}
	return nil
}

// draw feeds the emulator.
func (f *finder) draw() {
	buf := make([]byte, 64<<10)
	for {
		n, err := f.tty.Read(buf)
		now := time.Now()
		f.mu.Lock()
		_, _ = f.emulator.Write(buf[:n]) // to memory
		f.mu.Unlock()
		select {
		case f.read <- now:
		default:
		}
		if err != nil {
			close(f.read)
			return
		}
	}
}

var numbers = regexp.MustCompile(`[\d,]+/[\d,]{4,}|[\d,]+ paths`)

// count returns the number of matches that the screen shows.
func (f *finder) count() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return numbers.FindString(f.emulator.String())
}

func (f *finder) send(keys string) { _, _ = io.WriteString(f.tty, keys) }

var errEnded = errors.New("the program has ended")

// settle waits until the screen has shown the same number for so long.
func (f *finder) settle(quiet time.Duration) error {
	last, since := "", time.Now()
	for last == "" || time.Since(since) < quiet {
		select {
		case _, running := <-f.read:
			if !running {
				return errEnded
			}
		case <-time.After(20 * time.Millisecond):
		}
		if now := f.count(); now != last {
			last, since = now, time.Now()
		}
	}
	return nil
}

// patience is how long a key may take: longer than that, it has changed nothing.
const patience = 2 * time.Second

// typeOnce types a query and clears it.
func (f *finder) typeOnce(query string, times [][]time.Duration) error {
	for i := range len(query) {
		before := f.count()
		start := time.Now()
		f.send(query[i : i+1])
		for f.count() == before && time.Since(start) < patience {
			select {
			case at, running := <-f.read:
				if !running {
					return errEnded
				}
				if f.count() != before {
					times[i] = append(times[i], at.Sub(start))
				}
			case <-time.After(patience):
			}
		}
	}
	f.send("\x15") // Ctrl-U
	return f.settle(400 * time.Millisecond)
}

func medians(times [][]time.Duration) string {
	var b strings.Builder
	for _, t := range times {
		if len(t) == 0 {
			b.WriteString(" -")
			continue
		}
		slices.Sort(t)
		fmt.Fprintf(&b, " %.0f", float64(t[len(t)/2].Microseconds())/1000)
	}
	return strings.TrimPrefix(b.String(), " ")
}
