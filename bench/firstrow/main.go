// Firstrow measures the time until a screen shows its first row, in a
// pseudo-terminal that answers like a real one: from before the process is created
// until TEXT is on the screen.
//
//	firstrow [-runs N] TEXT COMMAND [ARG...]
//
// It prints the median in milliseconds.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
)

func main() {
	runs := flag.Int("runs", 5, "number of runs")
	flag.Parse()
	if flag.NArg() < 2 || *runs < 1 {
		fmt.Fprintln(os.Stderr, "firstrow: error: usage: firstrow [-runs N] TEXT COMMAND [ARG...]")
		os.Exit(2)
	}
	var times []time.Duration
	for range *runs {
		took, err := measure(flag.Arg(0), flag.Args()[1:])
		if err != nil {
			fmt.Fprintln(os.Stderr, "firstrow: error:", err)
			os.Exit(1)
		}
		times = append(times, took)
	}
	slices.Sort(times)
	fmt.Printf("%.1f\n", float64(times[len(times)/2].Microseconds())/1000)
}

// measure runs the command once, and kills it when the text is on the screen.
func measure(text string, command []string) (time.Duration, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	emulator := vt.NewEmulator(120, 40)
	start := time.Now()
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 120, Rows: 40})
	if err != nil {
		return 0, fmt.Errorf("start %s: %w", command[0], err)
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = io.Copy(tty, emulator) // until the emulator is closed
	}()
	took, err := waitFor(text, tty, emulator, start)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	tty.Close()
	_ = emulator.InputPipe().(io.Closer).Close()
	<-answered
	return took, err
}

func waitFor(text string, tty io.Reader, emulator *vt.Emulator, start time.Time) (time.Duration, error) {
	buf := make([]byte, 64<<10)
	for {
		n, err := tty.Read(buf)
		_, _ = emulator.Write(buf[:n]) // to memory
		if strings.Contains(emulator.String(), text) {
			return time.Since(start), nil
		}
		if err != nil {
			return 0, fmt.Errorf("the screen never showed %q: %w", text, err)
		}
	}
}
