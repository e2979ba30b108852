// Command tracetruth compares what trace reports with what is on the disk: it runs real programs under
// the tracer, and lists their home before and after.
//
//	go run ./bench/tracetruth [-backend NAME] [-only NAME,...] PROGRAM
//
// For each program it prints how many paths have changed, how many of them the trace does not report
// (missed), how many only the disk check has found (by check), and how many reported changes did not
// happen (false). It runs as the user who calls it; most of the programs do not need root. Programs
// that are not installed are skipped, with their names.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	backend := flag.String("backend", "notify", "the back end")
	only := flag.String("only", "", "names of workloads")
	keep := flag.Bool("v", false, "print the paths, and what the programs print")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: tracetruth [-backend NAME] [-only NAME,...] PROGRAM")
		os.Exit(2)
	}
	r := runner{program: flag.Arg(0), backend: *backend, verbose: *keep}
	fmt.Printf("%-26s %7s %7s %9s %7s\n", "program", "changed", "missed", "by check", "false")
	var total counts
	for _, w := range workloads {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), w.name) {
			continue
		}
		c, err := r.run(w)
		if err != nil {
			fmt.Printf("%-26s %v\n", w.name, err)
			continue
		}
		c.print(w.name)
		total.add(c)
	}
	total.print("total")
	if total.missed+total.wrong > 0 {
		os.Exit(1)
	}
}

type counts struct{ changed, missed, byCheck, wrong int }

func (c *counts) add(o counts) {
	c.changed, c.missed, c.byCheck, c.wrong = c.changed+o.changed, c.missed+o.missed, c.byCheck+o.byCheck, c.wrong+o.wrong
}

func (c *counts) print(name string) {
	fmt.Printf("%-26s %7d %7d %9d %7d\n", name, c.changed, c.missed, c.byCheck, c.wrong)
}

type runner struct {
	program, backend string
	verbose          bool
}

// run runs one workload in a new home.
func (r *runner) run(w workload) (c counts, err error) {
	for _, tool := range strings.Fields(w.needs) {
		if tool == "root" {
			if os.Geteuid() != 0 {
				return c, errors.New("needs root")
			}
		} else if tool == "user" {
			if os.Geteuid() == 0 {
				return c, errors.New("refuses to run as root")
			}
		} else if _, err := exec.LookPath(tool); err != nil {
			return c, fmt.Errorf("%s is not installed", tool)
		}
	}
	top, err := os.MkdirTemp("", "truth")
	if err != nil {
		return c, err
	}
	defer func() { _ = exec.Command("chmod", "-R", "u+rwX", top).Run(); _ = os.RemoveAll(top) }()
	home, report := filepath.Join(top, "h"), filepath.Join(top, "report")
	if err := os.Mkdir(home, 0o700); err != nil {
		return c, err
	}
	env := append(os.Environ(), "HOME="+home, "TMPDIR="+home, "XDG_RUNTIME_DIR="+home, "GOFLAGS=-mod=mod", "GOPROXY=off", "GOTOOLCHAIN=local", "GOTELEMETRY=off", "RUSTUP_HOME="+rustup(), "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=", "GOCACHE="+home+"/gocache")
	sh := func(args ...string) error {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir, cmd.Env = home, env
		out, err := cmd.CombinedOutput()
		if r.verbose {
			_, _ = os.Stdout.Write(out) // a closed pipe shows at the end
		}
		if err != nil {
			return fmt.Errorf("%w: %s", err, last(out))
		}
		return nil
	}
	if err := sh("sh", "-ec", w.setup); err != nil {
		return c, fmt.Errorf("set up: %w", err)
	}
	const tick = 20 * time.Millisecond // more than the granularity of the times of files
	time.Sleep(tick)
	before := list(home)
	runErr := sh(r.program, "--root", home, "trace", "--backend", r.backend, "--wait", "all", "--timeout", "120s", "--list", "-o", report, "--", "sh", "-ec", w.script)
	if r.backend == "fanotify" {
		runErr = sh(r.program, "--root", home, "trace", "--backend", r.backend, "--timeout", "120s", "--list", "-o", report, "--", "sh", "-ec", w.script)
	}
	after := list(home)
	reported, err := read(report)
	if err != nil {
		return c, errors.Join(runErr, err)
	}
	if runErr != nil {
		fmt.Printf("%-26s (%v)\n", w.name, runErr)
	}
	return r.compare(home, before, after, reported), nil
}

// rustup returns where the toolchains of cargo are, which is below the home of the caller.
func rustup() string {
	if dir := os.Getenv("RUSTUP_HOME"); dir != "" {
		return dir
	}
	return filepath.Join(os.Getenv("HOME"), ".rustup")
}

func last(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// file is what matters of a file on the disk.
type file struct {
	mode         uint32
	inode, links uint64
	size         int64
	mtime, ctime syscall.Timespec
}

// list returns everything below a directory.
func list(dir string) map[string]file {
	files := map[string]file{}
	_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error {
		var st syscall.Stat_t
		if syscall.Lstat(path, &st) == nil {
			links := uint64(st.Nlink) //nolint:unconvert // 32-bit on arm64
			f := file{mode: st.Mode, inode: st.Ino, links: links, size: st.Size, mtime: st.Mtim, ctime: st.Ctim}
			if st.Mode&syscall.S_IFMT == syscall.S_IFDIR { // the entries of a directory are compared one by one
				f = file{mode: st.Mode, inode: st.Ino}
			}
			files[path] = f
		}
		return nil
	})
	return files
}

type path struct {
	Path    string   `json:"path"`
	Bytes   []byte   `json:"pathBytes"`
	Ops     []string `json:"ops"`
	Missing bool     `json:"missing"`
}

// read reads a saved trace.
func read(name string) (map[string]path, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	paths := map[string]path{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var p path
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return nil, err
		}
		if p.Path == "" {
			p.Path = string(p.Bytes)
		}
		paths[p.Path] = p
	}
	return paths, lines.Err()
}

// compare compares the changes on the disk with those of a trace.
func (r *runner) compare(home string, before, after map[string]file, reported map[string]path) (c counts) {
	log := func(what, path string) {
		if r.verbose {
			fmt.Printf("  %s: %s %v\n", what, path, reported[path].Ops)
		}
	}
	changed := map[string]bool{}
	for path, was := range before {
		if is, exists := after[path]; !exists || is != was {
			changed[path] = true
		}
	}
	for path := range after {
		if _, existed := before[path]; !existed {
			changed[path] = true
		}
	}
	c.changed = len(changed)
	for path := range changed {
		was, existed := before[path]
		is, exists := after[path]
		if existed && exists && was.inode == is.inode && was.links != is.links && was.mtime == is.mtime {
			continue // only another name of the file has changed
		}
		ops := reported[path].Ops
		has := func(op string) bool { return slices.Contains(ops, op) }
		switch {
		case has("created"), has("written"), has("renamed"), has("deleted"):
		case has("untraced"):
			c.byCheck++
			log("by check", path)
		default:
			c.missed++
			log("missed", path)
		}
	}
	for name, p := range reported {
		if !strings.HasPrefix(name, home+"/") {
			continue
		}
		has := func(op string) bool { return slices.Contains(p.Ops, op) }
		_, existed := before[name]
		_, exists := after[name]
		says := has("created") || has("written") || has("untraced")
		if exists && says && !changed[name] && after[name].mode&syscall.S_IFMT != syscall.S_IFDIR || has("deleted") && !existed && !exists && !has("created") && !has("written") && !has("renamed") || p.Missing == exists {
			c.wrong++
			log("false", name)
		}
	}
	return c
}
