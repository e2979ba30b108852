package pattern

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// These tests compare the package with fd itself. Versions of fd differ in a few ways, which are
// listed in quirks. The tests try which quirks the installed fd has, and accept differences only
// because of these, and only for the patterns and paths that they affect.

// fd is the program for the comparison.
type fd struct {
	program string
	quirks  quirks
}

// quirks are the ways in which an fd differs from this package. All except the last apply to old
// versions (8.6, with globset 0.4.9).
type quirks struct {
	finalDot     bool // some patterns do not match names that end in a dot
	newline      bool // "**" does not match a newline in a path
	strayBrace   bool // '}' without '{' is accepted
	noNesting    bool // nested braces are refused
	escapedSlash bool // foo\/ is refused
	bareSlash    bool // foo\\/ is refused, because it is read as an escaped slash
}

// findFd returns the installed fd, and fails the test if there is none.
func findFd(t *testing.T) *fd {
	t.Helper()
	program := probe.Tool(t, "fd", "fdfind") // Debian calls it fdfind
	out, err := exec.Command(program, "--version").Output()
	if err != nil {
		t.Fatalf("run %s --version: %v", program, err)
	}
	version := regexp.MustCompile(`^fd(?:find)? (\d+)\.`).FindSubmatch(out)
	if version == nil {
		t.Fatalf("%s is not fd: %q", program, out)
	}
	if major, _ := strconv.Atoi(string(version[1])); major < 8 {
		t.Fatalf("expected fd 8 or later, got %s", out)
	}
	f := &fd{program: program}
	f.quirks = f.try(t)
	t.Logf("%s with %+v", bytes.TrimSpace(out), f.quirks)
	return f
}

// try tries which quirks an fd has.
func (f *fd) try(t *testing.T) quirks {
	t.Helper()
	dir := t.TempDir()
	grow(t, dir, []string{"dot.", "new\nline/a"})
	misses := func(pattern, path string) bool {
		kept, err := f.run(dir, pattern)
		if err != nil {
			t.Fatalf("run fd with %q: %v", pattern, err)
		}
		return slices.Contains(kept, path)
	}
	refuses := func(pattern string) bool {
		_, err := f.run(dir, pattern)
		return err != nil
	}
	return quirks{
		finalDot:     misses("dot.", "dot."),
		newline:      misses("?", "new\nline/a"),
		strayBrace:   !refuses("}"),
		noNesting:    refuses("{a,{b,c}}"),
		escapedSlash: refuses(`foo\/`),
		bareSlash:    refuses(`foo\\/`),
	}
}

// run returns the paths that fd lists below dir with some exclude patterns, sorted and without a
// slash at either end.
func (f *fd) run(dir string, patterns ...string) ([]string, error) {
	args := []string{"--no-ignore", "--hidden", "--threads=1", "--color=never", "--print0"}
	for _, p := range patterns {
		args = append(args, "--exclude="+p)
	}
	cmd := exec.Command(f.program, append(args, "^")...) // "." does not match a byte that is not UTF-8
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.Bytes())
	}
	var paths []string
	for path := range strings.SplitSeq(stdout.String(), "\x00") {
		if path = strings.TrimSuffix(strings.TrimPrefix(path, "./"), "/"); path != "" {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths, nil
}

// grow makes files, and directories for paths that end in a slash.
func grow(t *testing.T, dir string, paths []string) {
	t.Helper()
	for _, path := range paths {
		full := dir + "/" + path // filepath.Join would clean it
		parent := filepath.Dir(full)
		if strings.HasSuffix(path, "/") {
			parent = full
		}
		if err := os.MkdirAll(parent, 0o755); err != nil {
			t.Fatal(err)
		}
		if parent == full {
			continue
		}
		if err := os.WriteFile(full, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// node is an entry of a tree made by grow.
type node struct {
	name     string
	isDir    bool
	children []node
}

// load reads the tree below dir.
func load(t *testing.T, dir string) []node {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var nodes []node
	for _, e := range entries {
		n := node{name: e.Name(), isDir: e.IsDir()}
		if n.isDir {
			n.children = load(t, dir+"/"+n.name)
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// walk lists a tree like fd, but with a Set for the patterns. If pardoned returns true, a match
// does not count.
func walk(s *Set, nodes []node, pardoned func(path string, isDir bool) bool) []string {
	var kept []string
	var visit func(at State, prefix string, nodes []node)
	visit = func(at State, prefix string, nodes []node) {
		for _, n := range nodes {
			path := prefix + n.name
			if s.Match(at, []byte(n.name), n.isDir) && !pardoned(path, n.isDir) {
				continue
			}
			kept = append(kept, path)
			if n.isDir {
				visit(s.Enter(at, []byte(n.name)), path+"/", n.children)
			}
		}
	}
	visit(Start, "", nodes)
	slices.Sort(kept)
	return kept
}

// pardons returns a function that reports which matches of a pattern an fd with these quirks
// misses.
func (q quirks) pardons(t *testing.T, pattern string) func(path string, isDir bool) bool {
	t.Helper()
	dotless, err := newReference(pattern, "") // a dot that does not match a newline
	if err != nil {
		t.Fatal(err)
	}
	s := strategyOf(dotless.tokens)
	return func(path string, isDir bool) bool {
		return q.finalDot && s.usesBasename && strings.HasSuffix(path, ".") ||
			q.newline && s.usesRegexSet && strings.Contains(path, "\n") && !dotless.match(path, isDir)
	}
}

// strategy is how globset matches a pattern, as far as the quirks depend on it.
type strategy struct{ usesBasename, usesRegexSet bool }

// strategyOf follows MatchStrategy::new of globset, which first tries a literal basename, a literal
// path, an extension and a literal suffix of paths. Other patterns that end in an extension have
// one regular expression each, which is only used for names with that extension. All remaining
// patterns share a set.
func strategyOf(tokens []token) strategy {
	isLiteral := func(t token) bool { return t.kind == literalToken }
	isSlash := func(t token) bool { return isLiteral(t) && t.char == '/' }
	isDot := func(t token) bool { return isLiteral(t) && t.char == '.' }
	rest := tokens
	floating := len(tokens) > 0 && tokens[0].kind == recursivePrefix
	if floating {
		rest = tokens[1:]
	}
	if !slices.ContainsFunc(rest, func(t token) bool { return !isLiteral(t) }) {
		nameOnly := floating && len(rest) > 0 && !slices.ContainsFunc(rest, isSlash)
		return strategy{usesBasename: nameOnly, usesRegexSet: len(rest) == 0}
	}
	extension := len(tokens) - 1
	for extension >= 0 && isLiteral(tokens[extension]) && !isDot(tokens[extension]) && !isSlash(tokens[extension]) {
		extension--
	}
	hasExtension := extension >= 0 && isDot(tokens[extension])
	return strategy{usesBasename: hasExtension, usesRegexSet: !hasExtension}
}

// excusesVerdict reports whether a quirk explains why only one of fd and this package accepts a
// pattern. ours is the error of this package, fdErr that of fd.
func (q quirks) excusesVerdict(pattern string, ours, fdErr error) bool {
	glob := strings.TrimRight(pattern, " \t")
	glob, onlyDirs := strings.CutSuffix(glob, "/")
	backslashes := len(glob) - len(strings.TrimRight(glob, `\`))
	var wrong *Error
	switch {
	case errors.As(ours, &wrong):
		return q.strayBrace && wrong.Reason == "a '}' has no '{'"
	case q.noNesting && strings.Count(pattern, "{") > 1 && strings.Contains(fdErr.Error(), "nested alternate groups"):
		return true
	case q.escapedSlash && onlyDirs && backslashes%2 == 1 && strings.Contains(fdErr.Error(), "dangling"):
		return true
	default:
		return q.bareSlash && onlyDirs && backslashes > 0 && backslashes%2 == 0
	}
}

// check compares the results of fd and this package for a pattern in a tree. It reports whether
// both accept the pattern.
func (f *fd) check(t *testing.T, dir string, tree []node, pattern string) bool {
	t.Helper()
	want, fdErr := f.run(dir, pattern)
	s, ours := Compile([]Pattern{{Text: pattern}})
	if (fdErr == nil) != (ours == nil) {
		if !f.quirks.excusesVerdict(pattern, ours, fdErr) {
			t.Errorf("%q: fd returns %v, we return %v", pattern, fdErr, ours)
		}
		return false
	}
	if ours != nil {
		return false
	}
	if got := walk(s, tree, f.quirks.pardons(t, pattern)); !slices.Equal(got, want) {
		t.Errorf("%q:\nonly with fd: %q\nonly with this package: %q", pattern, without(want, got), without(got, want))
	}
	return true
}

// without returns the elements of a that are not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// parallel calls work for 0 to n-1 in parallel, because most of the time is spent in fd processes.
func parallel(n int, work func(i int)) {
	var group sync.WaitGroup
	next := make(chan int)
	for range 2 * runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				work(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}

// trickyTree returns the paths of a tree: all tricky names at the root, and many
// of them again below some directories, one of them deep.
func trickyTree() []string {
	names := trickyNames()
	var paths []string
	isDir := map[string]bool{}
	for _, dir := range []string{
		"d/", "d/e/", "d/e/f/", "foo/", "foo/foo/", ".x/", "a/", "a/b/", "a/b/a/", "x/", "x/y/z/", "é/", `foo\/`,
		"{a,b}/", " /", "\xff/", "dot./", "log/", "xlog/d/", "[a]/", "-/", "b/c/",
	} {
		paths = append(paths, dir)
		for i := range dir {
			if dir[i] == '/' {
				isDir[dir[:i]] = true
			}
		}
	}
	for i, dir := range append([]string{""}, paths...) {
		for j, name := range names {
			path := dir + name
			if !isDir[path] && (dir == "" || (i+j)%5 == 0 || len(name) == 1 && (i+j)%5 == 1) {
				paths = append(paths, path)
			}
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(len(a), len(b)) })
	return paths
}

func TestRowsAgreeWithFd(t *testing.T) {
	f := findFd(t)
	big := t.TempDir()
	grow(t, big, trickyTree())
	bigTree := load(t, big)
	all := rows()
	dirs := make([]string, len(all))
	for i, r := range all {
		dirs[i] = t.TempDir()
		grow(t, dirs[i], append(slices.Clone(r.excluded), r.kept...))
	}
	parallel(len(all), func(i int) {
		f.check(t, dirs[i], load(t, dirs[i]), all[i].pattern)
		f.check(t, big, bigTree, all[i].pattern)
	})
	wrong := slices.DeleteFunc(wrongPatterns(), func(w wrongPattern) bool {
		// An argument cannot contain a NUL byte, and fd does not have our limits.
		return strings.Contains(w.pattern, "\x00") || strings.HasPrefix(w.name, "too ")
	})
	parallel(len(wrong), func(i int) { f.check(t, big, bigTree, wrong[i].pattern) })
}

func TestGeneratedPatternsAgreeWithFd(t *testing.T) {
	f := findFd(t)
	dir := t.TempDir()
	grow(t, dir, trickyTree())
	if err := os.Symlink("d", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	tree := load(t, dir)
	g := newGenerator(6)
	if f.quirks.noNesting {
		g.nesting = 1 // otherwise half of the patterns would be refused
	}
	var patterns []string
	for len(patterns) < probe.Cases(200, 1600) {
		if p := g.pattern(); !slices.Contains(patterns, p) {
			patterns = append(patterns, p)
		}
	}
	accepted := make([]bool, len(patterns))
	parallel(len(patterns), func(i int) { accepted[i] = f.check(t, dir, tree, patterns[i]) })
	var valid []string
	for i, p := range patterns {
		if accepted[i] {
			valid = append(valid, p)
		}
	}
	if len(valid) < len(patterns)*3/4 {
		t.Errorf("only %d of %d patterns are valid", len(valid), len(patterns))
	}
	sets := make([][]string, probe.Cases(50, 400))
	for i := range sets {
		for range 6 {
			sets[i] = append(sets[i], valid[g.IntN(len(valid))])
		}
	}
	parallel(len(sets), func(i int) { f.checkSet(t, dir, tree, sets[i]) })
}

// checkSet compares the results of fd and this package for several patterns.
func (f *fd) checkSet(t *testing.T, dir string, tree []node, patterns []string) {
	t.Helper()
	want, err := f.run(dir, patterns...)
	if err != nil {
		t.Errorf("%q: %v", patterns, err)
		return
	}
	var matches []func(path string, isDir bool) bool
	for _, text := range patterns {
		s, pardoned := compile(t, text), f.quirks.pardons(t, text)
		matches = append(matches, func(path string, isDir bool) bool {
			at, name := enter(s, path)
			return s.Match(at, name, isDir) && !pardoned(path, isDir)
		})
	}
	// A match of the set is pardoned if the matches of all its patterns are.
	pardoned := func(path string, isDir bool) bool {
		return !slices.ContainsFunc(matches, func(m func(string, bool) bool) bool { return m(path, isDir) })
	}
	if got := walk(compile(t, patterns...), tree, pardoned); !slices.Equal(got, want) {
		t.Errorf("%q:\nonly with fd: %q\nonly with this package: %q", patterns, without(want, got), without(got, want))
	}
}

func TestPatternsAgreeWithFdOnNewlines(t *testing.T) {
	f := findFd(t)
	dir := t.TempDir()
	grow(t, dir, []string{
		"a\nb/a", "a\nb/foo/x", "a\nb/a.b", "\n/a", "\n/\n", "d/\n/log", "d/x\n", "d/\nx", "a\n", "d/a\nb/c/foo", "x/foo\n./c.",
	})
	tree := load(t, dir)
	g := newGenerator(7)
	patterns := []string{"", "*", "**", "**/", "/**", "**/*", "a/**", "**/foo", "**/foo/**", "?", "[!a]", "*.b", "a*.b"}
	for len(patterns) < probe.Cases(60, 200) {
		patterns = append(patterns, g.pattern())
	}
	parallel(len(patterns), func(i int) { f.check(t, dir, tree, patterns[i]) })
}
