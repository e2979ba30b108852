package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
	"github.com/DaRacci/list-ephemeral/tui"
)

// forgery is a message that a hostile name tries to print on a separate line.
const forgery = "list-ephemeral: error: FORGED"

// hostileBytes are names, or parts of names, that affect a terminal.
var hostileBytes = []string{
	"plain", "\n", "\r", "\x1b]0;title\a", "\x1b[2J", "\x9b2J", "\u009b2J", "\u0085", "\u2028", "\u202egnp", "\u2066", "\xff\xfe",
	"\b\x7f", "\t", "%s%n", "\u200b", "\u0301", "`\n", "\x1b[201~", "a:b", "-x\n", "--x\n", "=\n", "$\n{",
}

// FuzzMessagesAreSafe runs every command on a terminal, with a hostile name in each argument, and
// checks the output.
func FuzzMessagesAreSafe(f *testing.F) {
	for _, name := range hostileBytes {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		name = strings.NewReplacer("/", "_", "\x00", "_").Replace(name)
		if len(name) > 100 {
			t.Skip("too long for a file name with its prefix and suffix")
		}
		name += "\n" + forgery
		m := newHostileMachine(t, name)
		for _, args := range m.commandLines() {
			m.check(args, m.run(args))
		}
		m.check([]string{"(the messages that take a mount or another user)"}, m.onTerminal(m.rareMessages))
	})
}

// hostileMachine is a directory with hostile names in it, and a terminal.
type hostileMachine struct {
	t          *testing.T
	name       string
	dir, file  string // hostile
	dirMissing string
}

func newHostileMachine(t *testing.T, name string) *hostileMachine {
	base := t.TempDir()
	home := filepath.Join(base, "home")
	m := &hostileMachine{t: t, name: name, dir: filepath.Join(base, name)}
	m.file, m.dirMissing = filepath.Join(m.dir, name), filepath.Join(m.dir, name+"zz")
	for _, err := range []error{
		os.MkdirAll(m.dir, 0o755), os.Mkdir(home, 0o755), os.Mkdir(filepath.Join(base, "storage"), 0o755),
		os.WriteFile(m.file, []byte(name), 0o644), os.WriteFile(filepath.Join(m.dir, "config.json"), m.config(home, base), 0o644),
		os.WriteFile(filepath.Join(m.dir, "wrong.json"), jsonOf(map[string]any{name: 1, "programs": name, "persistedDirs": []any{name, 7}}), 0o644),
		os.Symlink(m.file, filepath.Join(m.dir, "link"+name)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for variable, value := range map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": "", "LIST_EPHEMERAL_CONFIG": "", "SUDO_USER": "",
		"NO_COLOR": "1", // our own escape sequences: see TestColouredNamesAreEscaped
	} {
		t.Setenv(variable, value)
	}
	return m
}

func (m *hostileMachine) config(home, base string) []byte {
	return jsonOf(map[string]any{
		m.name: 1, "homeDir": home, "programs": []string{m.name}, "storagePaths": []string{filepath.Join(base, "storage")},
		"persistedDirs": []string{m.dirMissing}, "persistedFiles": []string{filepath.Join(m.dir, "kept"+m.name)}, "roots": []string{m.dir},
	})
}

func jsonOf(value any) []byte { return jsonline.NewEncoder().Append(nil, value) }

// bareLines are command lines without a configuration or with an invalid one. The words in capitals
// are replaced by hostile names.
const bareLines = `
list --config=DIR/wrong.json
list --config=MISSING
list --config=FILE
list --color=NAME
help NAME
completion NAME
man FILE/NAME
NAME
--NAME
-NAME`

// configuredLines are command lines that get a configuration.
const configuredLines = `
list DIR
list -l DIR
list -v -tl DIR
list -dl
list --json
list --summary
list MISSING
list FILE/NAME
list DIR MISSING
list --root=MISSING
list --root=FILE
list --program=NAME
list --exclude=[NAME
list --exclude=NAME FILE
list --include=MISSING
list --type=NAME
list --sort=NAME
list --size=NAME
list --changed-within=NAME
list --max-results=NAME
status --brief
stray NAME
status
explain FILE
status --json
doctor
doctor --verbose
doctor --json
lost --from=DIR
receipt --storage=NAME
receipt --storage=DIR
receipt --max-age=NAME
verify
verify --json
lost -l --from=DIR FILE
lost --json --from=DIR
lost --from=NAME
lost --from=MISSING
lost --list-states --from=DIR
restore --from=DIR FILE
restore -n --from=DIR MISSING
restore --from=NAME FILE
explain DIR
status --fail-above=NAME
explain MISSING
status NAME
stray --storage=DIR
stray --storage=MISSING
stray --storage=FILE
adopt FILE
adopt --storage=DIR FILE
adopt --storage=MISSING FILE
adopt --storage=NAME FILE
adopt --from-beneath FILE
adopt -n --storage=/proc FILE
adopt -n --json --storage=/proc MISSING
snippet FILE
snippet --dialect=paths FILE
snippet --dialect=json MISSING
snippet --dialect=NAME FILE
snippet --form=NAME FILE
snippet --storage=NAME FILE
snippet --home-attr=NAME FILE
snippet --print0=NAME FILE
explain DIR/linkNAME
trace --replay=FILE
trace --replay=MISSING
trace --replay=DIR
trace -- MISSING
trace -- FILE
trace -- NAME
trace -oFILE/NAME -- true
trace -oDIR -- true
trace --user=NAME -- true
trace --backend=NAME -- true
trace --only=NAME -- true
trace --timeout=NAME -- true
trace --pid=NAME
trace --unit=NAME
watch --timeout=NAME
watch --record-size=NAME
watch --record=DIR --timeout=1s
watch --list --timeout=NAME DIR`

// commandLines returns all command lines with the hostile names inserted.
func (m *hostileMachine) commandLines() [][]string {
	names := strings.NewReplacer("DIR", m.dir, "FILE", m.file, "MISSING", m.dirMissing, "NAME", m.name)
	parse := func(text string) (all [][]string) {
		for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
			args := strings.Fields(line)
			for i := range args {
				args[i] = names.Replace(args[i])
			}
			all = append(all, args)
		}
		return all
	}
	configured := parse(configuredLines)
	for i, args := range configured {
		configured[i] = slices.Insert(args, 1, "--config="+filepath.Join(m.dir, "config.json"))
	}
	return append(parse(bareLines), configured...)
}

// run runs a command line like Main.
func (m *hostileMachine) run(args []string) string {
	return m.onTerminal(func(std streams) {
		ctx, signals, cancel := withSignals(context.Background())
		defer cancel()
		root := newRoot(&app{streams: std, signals: signals})
		root.SetArgs(args)
		reportError(std.err, root.ExecuteContext(ctx))
	})
}

// rareMessages prints messages that otherwise require another file system or another user's files.
func (m *hostileMachine) rareMessages(std streams) {
	a := &app{streams: std}
	denied := &fs.PathError{Op: "open", Path: m.file, Err: syscall.EACCES}
	_ = a.reportUnread(scan.Stats{Errors: []scan.PathError{{Path: m.file, Op: "open", Err: syscall.EACCES}}}, true)
	unit := adopt.Unit{Path: m.file, Target: m.file, Err: denied}
	plan := &adopt.Plan{Storage: m.dir, Units: []adopt.Unit{unit}, Needs: 1}
	results := []*adopt.Result{{
		Path: m.file, Target: m.file, Mounts: []string{m.dir}, More: 2, Problems: []adopt.Problem{{Path: m.file, Err: denied}},
	}}
	reportError(a.err, a.printPlan(plan, false))
	a.printResults(results, false)
	a.tellAdopted(plan, results, time.Second)
	a.remedy(results)
	reportError(a.err, session.AdoptError(&fs.PathError{Op: "open", Path: m.dir, Err: syscall.EROFS}, m.dir))
	a.summarizeTrace(&traceFlags{}, &trace.Report{
		Command: []string{m.file}, Rejected: []string{m.name}, Privileged: []string{m.file}, Signal: syscall.SIGKILL,
	})
	_ = a.printSnippet(tui.SnippetText{Text: "x\n", Notes: []string{m.name}, Commented: []string{m.name}})
}

// onTerminal calls do with a raw terminal as its streams, and returns the output.
func (m *hostileMachine) onTerminal(do func(streams)) string {
	m.t.Helper()
	ours, theirs, err := pty.Open()
	if err != nil {
		m.t.Fatal(err)
	}
	defer ours.Close()
	if _, err := term.MakeRaw(theirs.Fd()); err != nil { // otherwise the kernel changes \n to \r\n
		m.t.Fatal(err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		m.t.Fatal(err)
	}
	defer null.Close()
	written := make(chan string)
	go func() {
		text, err := io.ReadAll(ours)
		if err != nil && !errors.Is(err, syscall.EIO) { // EIO: the last writer closed the terminal
			m.t.Error(err)
		}
		written <- string(text)
	}()
	do(streams{in: null, out: theirs, err: messages{theirs}})
	theirs.Close()
	return <-written
}

// check fails if the output contains bytes that are not escaped, or a message forged by a name.
func (m *hostileMachine) check(args []string, text string) {
	m.t.Helper()
	if text == "" {
		m.t.Errorf("%q: no output", args)
	}
	for line := range strings.SplitSeq(strings.ReplaceAll(text, clearLine, ""), "\n") {
		if !utf8.ValidString(line) || printable.Name(line) != line {
			m.t.Errorf("%q: raw bytes: %q", args, line)
		}
		if strings.HasPrefix(line, forgery) {
			m.t.Errorf("%q: forged: %q", args, line)
		}
	}
}

func TestHostileMachineCoversEveryCommand(t *testing.T) {
	m := &hostileMachine{name: "x"}
	lines := m.commandLines()
	for _, cmd := range newRoot(&app{}).Commands() {
		name := cmd.Name()
		if name == "tui" {
			continue // the tests of package tui have hostile names in every view
		}
		if !slices.ContainsFunc(lines, func(args []string) bool { return args[0] == name }) {
			t.Errorf("no command line with %s", name)
		}
	}
}
