// Command firstbyte runs a command several times and prints, in milliseconds,
// the median of the time from its start to the first byte on its standard output:
// the time until a user sees anything.
//
//	firstbyte [-runs N] COMMAND [ARG...]
//
// The rest of the output is read to its end, so the command does not write to a
// closed pipe. A command that fails or writes nothing is an error.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"
)

func main() {
	runs := flag.Int("runs", 5, "how many times to run the command")
	flag.Parse()
	if flag.NArg() == 0 || *runs < 1 {
		fmt.Fprintln(os.Stderr, "usage: firstbyte [-runs N] COMMAND [ARG...]")
		os.Exit(2)
	}
	times := make([]time.Duration, *runs)
	for i := range times {
		took, err := measure(flag.Args())
		if err != nil {
			fmt.Fprintln(os.Stderr, "firstbyte: error:", err)
			os.Exit(1)
		}
		times[i] = took
	}
	slices.Sort(times)
	fmt.Printf("%.1f\n", float64(times[len(times)/2].Microseconds())/1000)
}

// measure runs the command once. The clock starts before the process is created.
func measure(command []string) (time.Duration, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, fmt.Errorf("make pipe: %w", err)
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start %s: %w", command[0], err)
	}
	buffer := make([]byte, 64*1024)
	n, first := stdout.Read(buffer)
	took := time.Since(start)
	_, rest := io.CopyBuffer(io.Discard, stdout, buffer)
	if err := cmd.Wait(); err != nil {
		return 0, fmt.Errorf("run %s: %w", command[0], err)
	}
	if n == 0 {
		return 0, fmt.Errorf("run %s: no output (%w)", command[0], errors.Join(first, rest))
	}
	return took, nil
}
