package trace

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// strace(1) is the reference: its output, with paths made absolute, must match the tracer. This
// file has its own table of the arguments that are paths, in the order in which strace prints them.

// straceShapes returns the arguments of each call: "d" is a descriptor that the next path is
// relative to, "p" a path, "f" the descriptor of a file, "-" any other argument. The operations on each path follow, as letters
// of opLetters; "o" depends on the following flags.
var straceShapes = sync.OnceValue(func() map[string]string {
	shapes := map[string]string{}
	for shape, names := range map[string]string{
		"p l":        "stat lstat access readlink chdir statfs swapon swapoff acct umount2 umount getxattr lgetxattr listxattr llistxattr chroot uselib stat64 lstat64 statfs64 oldstat oldlstat oldumount",
		"-p l":       "inotify_add_watch quotactl",
		"p w":        "chmod chown lchown truncate utime utimes setxattr lsetxattr removexattr lremovexattr truncate64 chown32 lchown32",
		"p c":        "mkdir mknod",
		"f w":        "fchmod fchown fchown32 fsetxattr fremovexattr",
		"p d":        "rmdir unlink",
		"p cw":       "creat",
		"p x":        "execve",
		"p o":        "open",
		"pp nd nc":   "rename",
		"pp l c":     "link",
		"pp l l":     "pivot_root mount",
		"-p c":       "symlink",
		"dp l":       "newfstatat fstatat64 statx faccessat faccessat2 readlinkat name_to_handle_at",
		"dp w":       "fchmodat fchmodat2 fchownat utimensat futimesat utimensat_time64",
		"dp c":       "mkdirat mknodat",
		"dp d":       "unlinkat",
		"dp o":       "openat openat2",
		"dp x":       "execveat",
		"dpdp nd nc": "renameat renameat2",
		"dpdp l c":   "linkat",
		"-dp c":      "symlinkat",
	} {
		for _, name := range strings.Fields(names) {
			shapes[name] = shape
		}
	}
	return shapes
})

var opLetters = map[rune]Op{'l': Lookup, 'r': Read, 'w': Write, 'c': Create, 'd': Delete, 'n': Rename, 'x': Exec}

// touchSet maps paths to the operations on them.
type touchSet map[string]Op

func (s touchSet) add(path string, op Op) {
	if path = filepath.Clean(path); !Uninteresting([]byte(path)) {
		s[path] |= op
	}
}

// strace runs a command under strace and returns the paths that it touches.
func strace(t *testing.T, dir string, env []string, args ...string) touchSet {
	t.Helper()
	out := filepath.Join(t.TempDir(), "strace")
	cmd := exec.Command(probe.Tool(t, "strace"), append([]string{
		"-f", "-y", "-qq", "-s", "5000", "-o", out, "-e", "trace=%file,%process,bind,connect,fchdir,quotactl,inotify_add_watch,name_to_handle_at,fchmod,fchown,fchown32,fsetxattr,fremovexattr", "--",
	}, args...)...)
	cmd.Dir, cmd.Env = dir, env
	if output, err := cmd.CombinedOutput(); err != nil && len(output) > 0 && strings.Contains(string(output), "strace:") {
		t.Logf("strace: %v: %s", err, output)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return parseStrace(text, dir)
}

// parseStrace returns the paths in the output of strace -f -y, for a command that started in dir.
func parseStrace(text []byte, dir string) touchSet {
	p := straceParser{touches: touchSet{}, cwd: map[string]string{}, pending: map[string]string{}, early: map[string][]string{}}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		pid, rest, _ := strings.Cut(lines.Text(), " ")
		if len(p.cwd) == 0 {
			p.cwd[pid] = dir
		}
		p.line(pid, strings.TrimSpace(rest))
	}
	for len(p.early) > 0 { // the parent was killed before its call returned
		for pid := range p.early {
			p.started(pid, dir)
			break
		}
	}
	return p.touches
}

type straceParser struct {
	touches touchSet
	cwd     map[string]string   // by process
	pending map[string]string   // unfinished calls
	early   map[string][]string // lines of processes whose parent is still in clone(2), so their directory is not known
}

var (
	straceCall    = regexp.MustCompile(`^([a-z0-9_]+)\((.*)\)\s+= (\S+)`)
	straceResumed = regexp.MustCompile(`^<\.\.\. [a-z0-9_]+ resumed>(.*)$`)
)

// started sets the directory of a process, and reads the lines that it has written already.
func (p *straceParser) started(pid, dir string) {
	p.cwd[pid] = dir
	lines := p.early[pid]
	delete(p.early, pid)
	for _, line := range lines {
		p.line(pid, line)
	}
}

func (p *straceParser) line(pid, rest string) {
	if _, known := p.cwd[pid]; !known {
		p.early[pid] = append(p.early[pid], rest)
		return
	}
	if before, found := strings.CutSuffix(rest, " <unfinished ...>"); found {
		p.pending[pid] = before
		if name, args, ok := strings.Cut(before, "("); ok && strings.HasPrefix(name, "exec") {
			p.call(pid, name, args, "?") // whether it succeeds or not
			delete(p.pending, pid)
		}
		return
	}
	if m := straceResumed.FindStringSubmatch(rest); m != nil {
		if p.pending[pid] == "" {
			return
		}
		rest = p.pending[pid] + m[1]
		delete(p.pending, pid)
	}
	if m := straceCall.FindStringSubmatch(rest); m != nil {
		p.call(pid, m[1], m[2], m[3])
	}
}

func (p *straceParser) call(pid, name, text, result string) {
	args := splitArgs(text)
	switch name {
	case "clone", "clone3", "fork", "vfork":
		if _, err := strconv.Atoi(result); err == nil {
			p.started(result, p.cwd[pid])
		}
		return
	case "fchdir":
		if result == "0" {
			p.cwd[pid] = descriptorPath(args[0])
		}
		return
	case "bind", "connect":
		if m := regexp.MustCompile(`sun_path="((?:[^"\\]|\\.)*)"`).FindStringSubmatch(text); m != nil {
			op := Lookup
			if name == "bind" {
				op = Create
			}
			p.put(pid, "", unquoteC(m[1]), op)
		}
		return
	}
	shape, known := straceShapes()[name]
	if !known {
		return
	}
	kinds, ops, _ := strings.Cut(shape, " ")
	done := strings.Fields(ops)
	base, n := "", 0
	for i, kind := range kinds {
		switch {
		case i >= len(args):
		case kind == 'd':
			base = descriptorPath(args[i])
		case kind == 'f':
			p.descriptor(args[i], opsOf(done[n], text))
		case kind == 'p' && args[i] == "NULL" && strings.HasPrefix(name, "utimensat") && !strings.HasPrefix(args[i-1], "AT_FDCWD"): // futimens(3)
			p.descriptor(args[i-1], opsOf(done[n], text))
		case kind == 'p':
			path, ok := unquoted(args[i])
			if strings.Contains(text, "RESOLVE_IN_ROOT") {
				path = strings.TrimLeft(path, "/")
			}
			if ok && (path != "" || name == "readlinkat") {
				p.put(pid, base, path, opsOf(done[n], text))
			}
			base = ""
			n++
		}
	}
	if name == "chdir" && result == "0" {
		path, _ := unquoted(args[0])
		p.cwd[pid] = absolute(p.cwd[pid], path)
	}
}

// descriptor adds a call on the file of a descriptor, if it has a name.
func (p *straceParser) descriptor(arg string, op Op) {
	if path := descriptorPath(arg); strings.HasPrefix(path, "/") && !strings.HasSuffix(arg, "(deleted)") {
		p.touches.add(path, op)
	}
}

func (p *straceParser) put(pid, base, path string, op Op) {
	if base == "" {
		base = p.cwd[pid]
	}
	p.touches.add(absolute(base, path), op)
}

func absolute(base, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(base, path)
}

func opsOf(letters, text string) Op {
	var op Op
	for _, letter := range letters {
		if letter != 'o' {
			op |= opLetters[letter]
			continue
		}
		has := func(flag string) bool { return regexp.MustCompile(`\b` + flag + `\b`).MatchString(text) }
		switch {
		case has("O_PATH"), has("O_TMPFILE"):
			return Lookup
		case has("O_WRONLY"):
			op |= Write
		case has("O_RDWR"):
			op |= Read | Write
		default:
			op |= Read
		}
		if has("O_CREAT") {
			op |= Create
		}
		if has("O_TRUNC") {
			op |= Write
		}
	}
	return op
}

// splitArgs splits at the commas outside of strings, structs and arrays.
func splitArgs(text string) []string {
	var args []string
	depth, start, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case strings.IndexByte("{[<(", c) >= 0:
			depth++
		case strings.IndexByte("}]>)", c) >= 0:
			depth--
		case c == ',' && depth == 0:
			args = append(args, strings.TrimSpace(text[start:i]))
			start = i + 1
		}
	}
	return append(args, strings.TrimSpace(text[start:]))
}

// descriptorPath returns the path in "3</path>" or "AT_FDCWD</path>".
func descriptorPath(arg string) string {
	_, path, ok := strings.Cut(arg, "<")
	if !ok {
		return "/"
	}
	return unquoteC(strings.TrimSuffix(path, ">"))
}

func unquoted(arg string) (string, bool) {
	if len(arg) < 2 || arg[0] != '"' || arg[len(arg)-1] != '"' {
		return "", false
	}
	return unquoteC(arg[1 : len(arg)-1]), true
}

var escapedC = regexp.MustCompile(`\\([0-7]{1,3}|.)`)

func unquoteC(text string) string {
	return escapedC.ReplaceAllStringFunc(text, func(m string) string {
		if named := map[string]string{`\n`: "\n", `\t`: "\t", `\r`: "\r", `\v`: "\v", `\f`: "\f"}[m]; named != "" {
			return named
		}
		if n, err := strconv.ParseUint(m[1:], 8, 8); err == nil {
			return string([]byte{byte(n)})
		}
		return m[1:]
	})
}

// TestStraceParserKnowsTheDirectoryOfANewProcess: the lines of a child may come before the return of
// the parent's clone(2), which alone says whose child it is.
func TestStraceParserKnowsTheDirectoryOfANewProcess(t *testing.T) {
	got := parseStrace([]byte(`10 chdir("/a") = 0
10 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>
11 access("in-child", R_OK) = 0
11 chdir("b") = 0
11 vfork( <unfinished ...>
12 access("in-grandchild", R_OK <unfinished ...>
10 <... clone resumed>) = 11
12 <... access resumed>) = 0
11 <... vfork resumed>) = 12
10 access("in-parent", R_OK) = 0
10 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>
13 access("orphan", R_OK) = 0
`), "/start")
	want := touchSet{"/a": Lookup, "/a/b": Lookup, "/a/in-child": Lookup, "/a/b/in-grandchild": Lookup, "/a/in-parent": Lookup, "/start/orphan": Lookup}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
