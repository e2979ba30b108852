// Tracing measures the cost of tracing a command, with list-ephemeral's back ends and
// with strace, as ratios to the command alone. All configurations of a workload take
// turns, round by round, so other work on the machine affects all of them.
//
//	tracing [-rounds N] [-only WORKLOAD,...] LIST-EPHEMERAL OPENCLOSE
//
// OPENCLOSE is the program of openclose.c. For list-ephemeral there are two ratios: one
// of the whole program, until the last path is printed, and one of the command alone.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// workload is a command, in a directory that setup prepares before each run.
type workload struct {
	name  string
	setup string // a shell script, in the directory
	args  []string
}

// configuration is a way to run a workload.
type configuration struct {
	name   string
	prefix []string
	ours   bool
}

func workloads(openClose string) []workload {
	return []workload{
		{"CPU bound", "", []string{"sh", "-c", "i=0; while [ $i -lt 600000 ]; do i=$((i+1)); done; cat /etc/hostname"}},
		{"cold go build", "rm -rf cache; printf 'module m\n' >go.mod; printf 'package main\nfunc main() {}\n' >main.go", []string{"go", "build", "-o", "out", "."}},
		{"2000 processes", "", []string{"sh", "-c", "i=0; while [ $i -lt 2000 ]; do /bin/true; i=$((i+1)); done"}},
		{"python imports", "", []string{"python3", "-c", "import json, email, http.client, asyncio, unittest, xml.dom, sqlite3"}},
		{"git status and log", "[ -d .git ] || { git init -q .; git config user.email a@b; git config user.name a; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do mkdir -p d$i; for j in 1 2 3 4 5 6 7 8 9; do echo $i $j >d$i/f$j; done; git add .; git commit -qm $i; done; }", []string{"sh", "-c", "for i in 1 2 3 4 5; do git status; git log --stat; done >/dev/null"}},
		{"find /usr", "", []string{"find", "/usr", "-type", "f"}},
		{"200000 opens", "", []string{openClose}},
	}
}

func configurations(program string) []configuration {
	ours := func(flags ...string) []string {
		return append(append([]string{program, "trace", "--list"}, flags...), "--")
	}
	strace := []string{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=file"}
	bpf := append(slices.Clone(strace), "--seccomp-bpf")
	list := []configuration{
		{"alone", nil, false},
		{"notify", ours(), true},
		{"notify, only writes", ours("--only", "writes"), true},
		{"ptrace", ours("--backend", "ptrace"), true},
	}
	if os.Geteuid() == 0 {
		list = append(list, configuration{"fanotify", ours("--backend", "fanotify"), true})
	}
	return append(list,
		configuration{"strace", strace, false},
		configuration{"strace --seccomp-bpf", bpf, false},
		configuration{"alone, one CPU", []string{"taskset", "-c", "0"}, false},
		configuration{"strace --seccomp-bpf, one CPU", append([]string{"taskset", "-c", "0"}, bpf...), false},
	)
}

func main() {
	rounds := flag.Int("rounds", 5, "number of rounds")
	only := flag.String("only", "", "workloads to run, separated by commas")
	flag.Parse()
	if flag.NArg() != 2 || *rounds < 1 {
		fmt.Fprintln(os.Stderr, "tracing: error: usage: tracing [-rounds N] [-only WORKLOAD,...] LIST-EPHEMERAL OPENCLOSE")
		os.Exit(2)
	}
	dir, err := os.MkdirTemp("", "list-ephemeral-tracing")
	if err == nil {
		err = run(dir, flag.Arg(0), flag.Arg(1), *rounds, *only)
		err = errors.Join(err, os.RemoveAll(dir))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tracing: error:", err)
		os.Exit(1)
	}
}

// tooSlow is the time after which a run is not repeated: strace takes minutes for some.
const tooSlow = 20 * time.Second

func run(dir, program, openClose string, rounds int, only string) error {
	env := append(os.Environ(), "GOCACHE="+filepath.Join(dir, "cache"), "GOFLAGS=-mod=mod", "PYTHONDONTWRITEBYTECODE=1", "LIST_EPHEMERAL_CONFIG="+filepath.Join(dir, "config.json"))
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte("{}"), 0o644); err != nil {
		return err
	}
	for _, w := range workloads(openClose) {
		if only != "" && !slices.Contains(strings.Split(only, ","), w.name) {
			continue
		}
		work := filepath.Join(dir, "work")
		if err := os.RemoveAll(work); err != nil {
			return err
		}
		if err := os.Mkdir(work, 0o755); err != nil {
			return err
		}
		configs := configurations(program)
		whole, inside := make([][]time.Duration, len(configs)), make([][]time.Duration, len(configs))
		for range rounds + 1 { // the first round is a warm-up
			for i, c := range configs {
				if n := len(whole[i]); n > 0 && whole[i][n-1] > tooSlow {
					continue
				}
				all, its, err := timeOnce(work, dir, env, w, c)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", w.name, c.name, err)
				}
				whole[i], inside[i] = append(whole[i], all), append(inside[i], its)
			}
		}
		printRatios(w.name, configs, whole, inside)
	}
	return nil
}

var took = regexp.MustCompile(`list-ephemeral: traced .* for (\S+) \(`)

// timeOnce runs a workload and returns the time of the whole run, and for
// list-ephemeral also the time of the command.
func timeOnce(work, dir string, env []string, w workload, c configuration) (whole, inside time.Duration, err error) {
	if w.setup != "" {
		cmd := exec.Command("sh", "-e", "-c", "rm -rf "+filepath.Join(dir, "cache")+"; "+w.setup)
		cmd.Dir, cmd.Env = work, env
		if out, err := cmd.CombinedOutput(); err != nil {
			return 0, 0, fmt.Errorf("%w: %s", err, out)
		}
	}
	args := append(slices.Clone(c.prefix), w.args...)
	cmd := exec.Command(args[0], args[1:]...)
	var output bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stderr = work, env, &output
	start := time.Now()
	err = cmd.Run()
	whole = time.Since(start)
	if err != nil {
		return 0, 0, fmt.Errorf("%w: %s", err, output.String())
	}
	if c.ours {
		m := took.FindSubmatch(output.Bytes())
		if m == nil {
			return 0, 0, fmt.Errorf("no summary in %q", output.String())
		}
		inside, err = time.ParseDuration(string(m[1]))
	}
	return whole, inside, err
}

// printRatios prints the ratios to the command alone, without the first round.
func printRatios(name string, configs []configuration, whole, inside [][]time.Duration) {
	alone := median(whole[0])
	fmt.Printf("%s: %.2f s alone\n", name, alone.Seconds())
	for i, c := range configs[1:] {
		line := fmt.Sprintf("  %-30s %7.2f", c.name, float64(median(whole[i+1]))/float64(alone))
		if c.ours {
			line += fmt.Sprintf("   %7.2f while it runs", float64(median(inside[i+1]))/float64(alone))
		}
		fmt.Println(line)
	}
}

func median(times []time.Duration) time.Duration {
	if len(times) > 1 {
		times = times[1:]
	}
	times = slices.Clone(times)
	slices.Sort(times)
	return times[len(times)/2]
}
