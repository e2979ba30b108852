// Typing measures the time from a key to its answer on the screen of a finder, in a
// pseudo-terminal. It types queries key by key, each key after the answer to the
// previous one. The answer has arrived when the number of matches on the screen has
// changed ("12/1,000,000" or "12/1000000"). Keys that do not change the number are
// left out.
//
//	typing [-open KEYS] [-queries A,B,...] [-runs N] COMMAND [ARG...]
//
// It waits until the finder has read its input. Then it prints a line for each query:
// the query, and for each of its keys the median in milliseconds, or "-".
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/bench/screen"
)

func main() {
	open := flag.String("open", "", "keys that start the search")
	queries := flag.String("queries", "ffprof,config,src,e", "queries to type, separated by commas")
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
type finder struct{ *screen.Screen }

func run(command []string, open string, queries []string, runs int) error {
	terminal, err := screen.Start(command, 99, 50)
	if err != nil {
		return err
	}
	defer terminal.Close()
	f := finder{terminal}
	if err := f.settle(1500 * time.Millisecond); err != nil {
		return err
	}
	if open != "" {
		f.Send(open)
		if err := f.settle(300 * time.Millisecond); err != nil {
			return err
		}
	}
	times := make([][][]time.Duration, len(queries))
	for range runs { // in turns, because finders cache the results of the last queries
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

var numbers = regexp.MustCompile(`[\d,]+(?:/| of )[\d,]{4,}`)

// count returns the number of matches that the screen shows.
func (f finder) count() string { return numbers.FindString(f.Text()) }

// settle waits until the screen has shown the same number for the duration quiet.
func (f finder) settle(quiet time.Duration) error {
	last, since := "", time.Now()
	for last == "" || time.Since(since) < quiet {
		if _, err := f.Wait(20 * time.Millisecond); err != nil {
			return err
		}
		if now := f.count(); now != last {
			last, since = now, time.Now()
		}
	}
	return nil
}

// patience is the time after which a key counts as having changed nothing.
const patience = 2 * time.Second

// typeOnce types a query and clears it.
func (f finder) typeOnce(query string, times [][]time.Duration) error {
	for i := range len(query) {
		before := f.count()
		f.Send(query[i : i+1])
		took, err := f.Until(func(text string) bool { return numbers.FindString(text) != before }, patience)
		if err != nil {
			return err
		}
		if took > 0 {
			times[i] = append(times[i], took)
		}
	}
	f.Send("\x15") // Ctrl-U
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
