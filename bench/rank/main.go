// Rank measures the ranking of the search: the rank of the target of each query of
// bench/corpus among a million paths. It compares the search of the screen, the
// library that its first stage is based on, and fzf.
//
//	rank [-n PATHS] [-seed N] [-fzf PROGRAM] [-v]
//
// It prints the mean reciprocal rank (MRR: 1 if each target comes first, 0.5 if
// each comes second), how many targets come first and among the first ten, and the
// total time of all queries, which for fzf includes reading and printing all paths.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/bench/corpus"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/scan"
)

func main() {
	n := flag.Int("n", 1_000_000, "number of paths")
	seed := flag.Uint64("seed", 1, "seed of the paths")
	fzf := flag.String("fzf", "fzf", "the fzf to compare with")
	verbose := flag.Bool("v", false, "print the rank of each target")
	flag.Parse()
	if err := run(*n, *seed, *fzf, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "rank: error:", err)
		os.Exit(1)
	}
}

// ranker is one search program. rank returns the rank of a target, starting at 1, or
// 0 if the target is not found.
type ranker struct {
	name string
	rank func(t corpus.Target) (int, error)
}

func run(n int, seed uint64, fzf string, verbose bool) error {
	paths := makePaths(n, seed)
	ours, err := newOurs(paths)
	if err != nil {
		return err
	}
	rankers := []ranker{{"list-ephemeral", ours}, {"sahilm/fuzzy", library(paths)}}
	version, err := exec.Command(fzf, "--version").Output()
	if err != nil {
		return fmt.Errorf("run %s: %w", fzf, err)
	}
	name := "fzf " + string(bytes.Fields(version)[0])
	for _, scheme := range []string{"path", "default"} {
		rankers = append(rankers, ranker{name + " --scheme=" + scheme, filter(fzf, scheme, paths)})
	}
	targets := corpus.Targets()
	ranks := make([][]int, len(rankers))
	fmt.Printf("%d queries, %d paths\n", len(targets), len(paths))
	for i, r := range rankers {
		began := time.Now()
		for _, t := range targets {
			rank, err := r.rank(t)
			if err != nil {
				return fmt.Errorf("search %q with %s: %w", t.Query, r.name, err)
			}
			ranks[i] = append(ranks[i], rank)
		}
		mrr, first, ten := summary(ranks[i])
		fmt.Printf("%-28s MRR %.3f   first %2d   top ten %2d   %6.0f ms\n", r.name, mrr, first, ten,
			float64(time.Since(began).Microseconds())/1000)
	}
	if verbose {
		printRanks(targets, rankers, ranks)
	}
	return nil
}

// makePaths returns the paths in random order, so the order cannot affect the ranking.
func makePaths(n int, seed uint64) []string {
	var paths []string
	corpus.Each(n, seed, func(path string) { paths = append(paths, path) })
	slices.Sort(paths)
	paths = slices.Compact(paths)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	return paths
}

func newOurs(paths []string) (func(corpus.Target) (int, error), error) {
	var store index.Store
	for _, p := range paths {
		store.AddPath([]byte(p), scan.KindFile)
	}
	listing, err := store.List(context.Background())
	if err != nil {
		return nil, fmt.Errorf("sort paths: %w", err)
	}
	return func(t corpus.Target) (int, error) {
		found, err := search.Find(context.Background(), listing, search.Query{Text: t.Query, Kept: keptByOthers})
		if err != nil {
			return 0, err
		}
		at := slices.IndexFunc(found.Rows, func(node uint32) bool {
			return string(listing.AppendNode(nil, node)) == t.Path
		})
		return at + 1, nil
	}, nil
}

// keptByOthers is the function that the screen uses on machines with homes in the usual places.
func keptByOthers(path string) bool {
	_, kept := known.Keeper(known.Homes{}, path)
	return kept
}

func library(paths []string) func(corpus.Target) (int, error) {
	return func(t corpus.Target) (int, error) {
		found := fuzzy.Find(t.Query, paths)
		return slices.IndexFunc(found, func(m fuzzy.Match) bool { return m.Str == t.Path }) + 1, nil
	}
}

// filter runs fzf without its screen, each time on all paths.
func filter(fzf, scheme string, paths []string) func(corpus.Target) (int, error) {
	input := strings.Join(paths, "\n")
	return func(t corpus.Target) (int, error) {
		cmd := exec.Command(fzf, "--scheme="+scheme, "--filter="+t.Query)
		cmd.Stdin, cmd.Stderr = strings.NewReader(input), os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			return 0, err
		}
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		rank, line := 0, 0
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if line++; lines.Text() == t.Path {
				rank = line
			}
		}
		if err := lines.Err(); err != nil {
			return 0, err
		}
		return rank, cmd.Wait()
	}
}

func summary(ranks []int) (mrr float64, first, ten int) {
	for _, rank := range ranks {
		if rank == 0 {
			continue
		}
		mrr += 1 / float64(rank)
		if rank == 1 {
			first++
		}
		if rank <= 10 {
			ten++
		}
	}
	return mrr / float64(len(ranks)), first, ten
}

func printRanks(targets []corpus.Target, rankers []ranker, ranks [][]int) {
	fmt.Println()
	for i, r := range rankers {
		fmt.Printf("%c %s\n", 'A'+i, r.name)
	}
	fmt.Printf("\n%-14s", "rank by")
	for i := range rankers {
		fmt.Printf(" %7c", 'A'+i)
	}
	fmt.Println("  target")
	for n, t := range targets {
		fmt.Printf("%-14s", t.Query)
		for i := range rankers {
			fmt.Printf(" %7d", ranks[i][n])
		}
		fmt.Println(" ", t.Path)
	}
}
