// Haystack prints the paths of bench/corpus, one a line.
//
//	haystack N
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"

	"github.com/DaRacci/list-ephemeral/bench/corpus"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "haystack: error: usage: haystack N")
		os.Exit(2)
	}
	n, err := strconv.Atoi(os.Args[1])
	if err != nil || n < 1 {
		fmt.Fprintf(os.Stderr, "haystack: error: expected a number of paths, got %q\n", os.Args[1])
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	corpus.Each(n, 1, func(path string) { fmt.Fprintln(out, path) })
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "haystack: error:", err)
		os.Exit(1)
	}
}
