// Tracing measures the cost of tracing a command, with list-ephemeral and with strace, as ratios to
// the command alone. All configurations of a workload take turns, round by round, so other work on
// the machine affects all of them. The load is printed.
//
//	tracing [-time DURATION] [-only WORKLOAD,...] LIST-EPHEMERAL OPENCLOSE
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
	name  string // without commas
	needs string // programs, separated by spaces
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
	script := func(text string) []string { return []string{"sh", "-ec", text} }
	const repository = `[ -d .git ] || { git init -q .; git config user.email a@b; git config user.name a
		for i in $(seq 20); do mkdir d$i; for j in $(seq 100); do echo $i $j >d$i/f$j; done; git add .; git commit -qm $i; done; }`
	return []workload{
		{"npm install", "npm", `rm -rf app home; mkdir -p app home; [ -d dep ] || { for i in $(seq 30); do mkdir -p dep/d$i/lib; echo "{\"name\":\"d$i\",\"version\":\"1.0.0\"}" >dep/d$i/package.json; for j in $(seq 20); do echo $j >dep/d$i/lib/$j.js; done && :; done; }
			cd app; echo '{"name":"app","version":"1.0.0"}' >package.json`, script(`export HOME=$PWD/home; cd app; npm install --offline --no-audit --no-fund --silent --install-links ../dep/*`)},
		{"javac and java", "javac java", `[ -f A.java ] || for i in $(seq 40); do printf 'class A%s { int f() { return %s; } }\n' $i $i; done >A.java; printf 'class M { public static void main(String[] a) { System.out.println(new A1().f()); } }\n' >M.java; rm -f *.class`, script(`javac *.java; java -cp . M`)},
		{"git status and log", "git", repository, script(`git status >/dev/null; git log --stat >/dev/null`)},
		{"sqlite 1500 inserts", "sqlite3", `rm -f db*`, script(`{ echo 'pragma synchronous=off; create table t(a);'; for i in $(seq 1500); do echo "insert into t values($i);"; done; } | sqlite3 db`)},
		{"make -j8 of 31 objects", "make gcc", `[ -f Makefile ] || { for i in $(seq 31); do printf '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nint f%s(void) { return %s; }\n' $i $i >f$i.c; done; printf 'all: $(patsubst %%.c,%%.o,$(wildcard *.c))\n' >Makefile; }; rm -f *.o`, []string{"make", "-s", "-j8"}},
		{"chromium with a new profile", "chromium-headless-shell", `rm -rf prof`, script(`chromium-headless-shell --no-sandbox --user-data-dir=$PWD/prof --dump-dom about:blank 2>/dev/null`)},
		{"find /usr", "find", "", []string{"find", "/usr", "-type", "f"}},
		{"500 processes", "", "", script(`i=0; while [ $i -lt 500 ]; do /bin/true; i=$((i+1)); done`)},
		{"python imports", "python3", "", []string{"python3", "-c", "import json, email, http.client, asyncio, unittest, xml.dom, sqlite3"}},
		{"50000 opens", "", "", []string{openClose, "50000"}},
		{"CPU bound", "", "", script(`i=0; while [ $i -lt 600000 ]; do i=$((i+1)); done`)},
	}
}

// missing returns the first program that a workload needs and that is not installed, or "".
func (w *workload) missing() string {
	for name := range strings.FieldsSeq(w.needs) {
		if _, err := exec.LookPath(name); err != nil {
			return name
		}
	}
	return ""
}

// configurations returns the ways to run a workload in a directory, which is the root of the traces.
func configurations(program, work string) []configuration {
	ours := func(flags ...string) []string {
		return append(append([]string{program, "--root", work, "trace", "--list"}, flags...), "--")
	}
	list := []configuration{
		{"alone", nil, false},
		{"changes (default)", ours(), true},
		{"--read", ours("--read"), true},
		{"--all", ours("--all"), true},
		{"--read, ptrace", ours("--read", "--backend", "ptrace"), true},
	}
	if os.Geteuid() == 0 {
		list = append(list, configuration{"--read, fanotify", ours("--read", "--backend", "fanotify"), true})
	}
	return append(list, configuration{"strace --seccomp-bpf", []string{"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=file", "--seccomp-bpf"}, false})
}

func main() {
	limit := flag.Duration("time", 9*time.Minute, "time for all workloads")
	only := flag.String("only", "", "workloads to run, separated by commas")
	flag.Parse()
	if flag.NArg() != 2 || *limit <= 0 {
		fmt.Fprintln(os.Stderr, "tracing: error: usage: tracing [-time DURATION] [-only WORKLOAD,...] LIST-EPHEMERAL OPENCLOSE")
		os.Exit(2)
	}
	dir, err := os.MkdirTemp("", "list-ephemeral-tracing")
	if err == nil {
		err = run(dir, flag.Arg(0), flag.Arg(1), *limit, *only)
		err = errors.Join(err, os.RemoveAll(dir))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "tracing: error:", err)
		os.Exit(1)
	}
}

// mostRounds is enough: more change the medians little.
const mostRounds = 15

// run runs the workloads. Each has an equal share of the time that is left.
func run(dir, program, openClose string, limit time.Duration, only string) error {
	env := append(os.Environ(), "LIST_EPHEMERAL_CONFIG="+filepath.Join(dir, "config.json"), "PYTHONDONTWRITEBYTECODE=1")
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte("{}"), 0o644); err != nil {
		return err
	}
	end := time.Now().Add(limit)
	list := slices.DeleteFunc(workloads(openClose), func(w workload) bool {
		if only != "" && !slices.Contains(strings.Split(only, ","), w.name) {
			return true
		}
		program := w.missing()
		if program != "" {
			fmt.Printf("%s: skipped, %s is not installed\n", w.name, program)
		}
		return program != ""
	})
	for i, w := range list {
		share := time.Until(end) / time.Duration(len(list)-i)
		work := filepath.Join(dir, "work")
		if err := os.RemoveAll(work); err != nil {
			return err
		}
		if err := os.Mkdir(work, 0o755); err != nil {
			return err
		}
		if err := compare(work, env, w, configurations(program, work), time.Now().Add(share)); err != nil {
			return err
		}
	}
	return nil
}

// compare runs one workload with each configuration, in rounds, until a time, and prints the result.
// The first round is a warm-up, and there is at least one other.
func compare(work string, env []string, w workload, configs []configuration, until time.Time) error {
	whole, inside, cpu := make([][]time.Duration, len(configs)), make([][]time.Duration, len(configs)), make([][]time.Duration, len(configs))
	load := loadNow()
	var longest time.Duration
	rounds := -1
	for ; rounds < 1 || rounds < mostRounds && time.Now().Add(longest).Before(until); rounds++ {
		begin := time.Now()
		for i, c := range configs {
			t, err := timeOnce(work, env, w, c)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", w.name, c.name, err)
			}
			if rounds >= 0 {
				whole[i], inside[i], cpu[i] = append(whole[i], t.whole), append(inside[i], t.inside), append(cpu[i], t.cpu)
			}
		}
		longest = max(longest, time.Since(begin))
	}
	alone := median(whole[0])
	fmt.Printf("%s: %.2f s alone; %d rounds; load %s to %s\n", w.name, alone.Seconds(), rounds, load, loadNow())
	for i, c := range configs[1:] {
		line := fmt.Sprintf("  %-22s %7.2f (%.2f)   %7.2f CPU", c.name, ratio(median(whole[i+1]), alone), ratio(slices.Min(whole[i+1]), slices.Min(whole[0])), ratio(median(cpu[i+1]), median(cpu[0])))
		if c.ours {
			line += fmt.Sprintf("   %7.2f (%.2f) while it runs", ratio(median(inside[i+1]), alone), ratio(slices.Min(inside[i+1]), slices.Min(whole[0])))
		}
		fmt.Println(line)
	}
	return nil
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// loadNow returns the load average of the last minute, proc_loadavg(5).
func loadNow() string {
	text, _ := os.ReadFile("/proc/loadavg")
	load, _, _ := strings.Cut(string(text), " ")
	return load
}

var took = regexp.MustCompile(`list-ephemeral: traced .* for (\S+) \(`)

// times are those of one run: of the whole, for list-ephemeral also of the command alone, and the CPU
// time of all processes.
type times struct{ whole, inside, cpu time.Duration }

// timeOnce runs a workload.
func timeOnce(work string, env []string, w workload, c configuration) (t times, err error) {
	if w.setup != "" {
		cmd := exec.Command("sh", "-e", "-c", w.setup)
		cmd.Dir, cmd.Env = work, env
		if out, err := cmd.CombinedOutput(); err != nil {
			return t, fmt.Errorf("%w: %s", err, out)
		}
	}
	args := append(slices.Clone(c.prefix), w.args...)
	cmd := exec.Command(args[0], args[1:]...)
	var output bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stderr = work, env, &output
	start := time.Now()
	err = cmd.Run()
	t.whole = time.Since(start)
	if err != nil {
		return t, fmt.Errorf("%w: %s", err, output.String())
	}
	t.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if c.ours {
		m := took.FindSubmatch(output.Bytes())
		if m == nil {
			return t, fmt.Errorf("no summary in %q", output.String())
		}
		t.inside, err = time.ParseDuration(string(m[1]))
	}
	return t, err
}

func median(times []time.Duration) time.Duration {
	times = slices.Sorted(slices.Values(times))
	return times[len(times)/2]
}
