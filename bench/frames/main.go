// Frames measures the time from a key to the frame that shows its effect. It presses
// Down again and again, first while the list fills, then when it is complete. The
// effect is visible when the cursor is on another path.
//
//	frames [-keys N] [-runs N] COMMAND [ARG...]
//
// It prints two lines: the number of keys, and the median, the 99th percentile and the
// longest time in milliseconds.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/bench/screen"
)

func main() {
	keys := flag.Int("keys", 300, "number of keys to press when the list is complete")
	runs := flag.Int("runs", 3, "how often to start the program")
	flag.Parse()
	if flag.NArg() < 1 || *runs < 1 || *keys < 1 {
		fmt.Fprintln(os.Stderr, "frames: error: usage: frames [-keys N] [-runs N] COMMAND [ARG...]")
		os.Exit(2)
	}
	var filling, complete []time.Duration
	for range *runs {
		f, c, err := run(flag.Args(), *keys)
		if err != nil {
			fmt.Fprintln(os.Stderr, "frames: error:", err)
			os.Exit(1)
		}
		filling, complete = append(filling, f...), append(complete, c...)
	}
	printTimes("while it fills", filling)
	printTimes("when complete", complete)
}

const (
	// patience is the maximum time for a key.
	patience = 5 * time.Second
	// gap is the mean pause between keys: about the repeat rate of a held key.
	gap = 30 * time.Millisecond
)

// run presses keys until the list is complete, and then the number of keys given.
func run(command []string, keys int) (filling, complete []time.Duration, err error) {
	s, err := screen.Start(command, 99, 50)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	if _, err := s.Until(func(text string) bool { return cursorPath(text) != "" }, patience); err != nil {
		return nil, nil, err
	}
	for len(complete) < keys {
		time.Sleep(rand.N(2 * gap))
		text := s.Text()
		before, ready := cursorPath(text), !strings.Contains(text, "scanning")
		s.Send("\x1b[B")
		took, err := s.Until(func(text string) bool { return cursorPath(text) != before }, patience)
		switch {
		case err != nil:
			return nil, nil, err
		case took == 0:
			return nil, nil, fmt.Errorf("a key had no effect on %q within %s", before, patience)
		case ready:
			complete = append(complete, took)
		default:
			filling = append(filling, took)
		}
	}
	return filling, complete, nil
}

var cursorLine = regexp.MustCompile(`(?m)^[>▌]\[.\].(\S+)`)

// cursorPath returns the path under the cursor and the row above it, or "" before the first row: names
// in the middle of long paths are left out, so rows can have equal texts.
func cursorPath(text string) string {
	at := cursorLine.FindStringSubmatchIndex(text)
	if at == nil {
		return ""
	}
	above := strings.TrimRight(text[:at[0]], "\n")
	line := strings.Count(above, "\n")
	return fmt.Sprintf("%s after line %d: %q", text[at[2]:at[3]], line, above[strings.LastIndexByte(above, '\n')+1:])
}

func printTimes(when string, times []time.Duration) {
	if len(times) == 0 {
		fmt.Printf("%s: no key\n", when)
		return
	}
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("%s: %d keys, median %.1f, 99th percentile %.1f, longest %.1f ms\n",
		when, len(times), ms(times[len(times)/2]), ms(times[len(times)*99/100]), ms(times[len(times)-1]))
}
