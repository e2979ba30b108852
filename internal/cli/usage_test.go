package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// runMain runs the real main as a process without a terminal, in an empty home, and
// returns what it printed on stderr and its exit status.
func runMain(t *testing.T, args ...string) (stderr string, status int) {
	t.Helper()
	home := t.TempDir()
	cmd := exec.Command("list-ephemeral", args...) // testscript has added it to $PATH
	cmd.Dir = home
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // without a controlling terminal
	var text bytes.Buffer
	cmd.Stderr = &text
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(text.String(), home, "HOME"), cmd.ProcessState.ExitCode()
}

func TestWrongUsageSaysWhatWasExpected(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args   []string
		stderr string // the first error
		status int
	}{
		// A misspelled command, with and without flags of the right one.
		{[]string{"statsu"}, `unknown command or path "statsu"; did you mean status?`, 2},
		{[]string{"statsu", "--brief"}, `unknown command or path "statsu"; did you mean status?`, 2},
		{[]string{"--root", "/", "lits"}, `unknown command or path "lits"; did you mean list?`, 2},
		{[]string{"version"}, `unknown command or path "version"; did you mean --version?`, 2},
		{[]string{"frobnicate"}, `unknown command or path "frobnicate"`, 2},
		{[]string{"esc\x1b]0;t\x07"}, `unknown command or path "esc\x1b]0;t\a"`, 2},
		{[]string{"help", "statsu"}, `unknown command "statsu"; did you mean status?`, 2},
		{[]string{"help", "foo"}, `unknown command "foo"`, 2},
		{[]string{"help", "status", "foo"}, `help: expected one command, got 2`, 2},
		// Errors of paths come before the error about a missing terminal.
		{[]string{"./statsu"}, `stat ./statsu: no such file or directory`, 1},
		{[]string{"tui", "statsu"}, `stat statsu: no such file or directory`, 1},
		{[]string{"list", "/etc/passwd/x"}, `stat /etc/passwd/x: not a directory`, 1},
		{[]string{"/"}, `no terminal for the interactive screen`, 1},
		// Arguments.
		{[]string{"status", "x"}, `status: expected no arguments, got "x"`, 2},
		{[]string{"stray", ""}, `stray: expected a PATH, got an empty string`, 2},
		{[]string{"explain"}, `explain: expected a PATH, got none`, 2},
		{[]string{"explain", "--unit", "x", "/"}, `--unit takes no PATH`, 2},
		{[]string{"explain", "--unit", ""}, `--unit: expected the name of a service unit, got an empty string`, 2},
		{[]string{"explain", "/", ""}, `explain: expected a PATH, got an empty string`, 2},
		{[]string{"list", ""}, `list: expected a PATH, got an empty string`, 2},
		{[]string{""}, `expected a PATH, got an empty string`, 2},
		{[]string{"tui", ""}, `tui: expected a PATH, got an empty string`, 2},
		{[]string{"completion"}, `completion: expected bash, zsh or fish, got none`, 2},
		{[]string{"completion", "tcsh"}, `completion: expected bash, zsh or fish, got "tcsh"`, 2},
		{[]string{"completion", "bash", "zsh"}, `completion: expected one argument, got 2`, 2},
		{[]string{"man"}, `man: expected a DIR, got none`, 2},
		{[]string{"man", ""}, `man: expected a DIR, got an empty string`, 2},
		{[]string{"man", "/proc/x"}, `mkdir /proc/x: no such file or directory`, 1},
		{[]string{"trace"}, `trace: expected a command, as in list-ephemeral trace -- CMD [ARG...]`, 2},
		{[]string{"trace", "--", ""}, `trace: expected a command, as in list-ephemeral trace -- CMD [ARG...]`, 2},
		// Values of flags. Their errors come before the error about a missing terminal.
		{[]string{"--dialect", "foo"}, `--dialect: expected plain, impermanence, impermanence-hm, preservation, json or paths, got "foo"`, 2},
		{[]string{"--storage", "persist"}, `--storage: expected an absolute path, got "persist"`, 2},
		{[]string{"list", "--exclude", ""}, `--exclude: expected a pattern, got an empty string`, 2},
		{[]string{"list", "--exclude", " "}, `--exclude: expected a pattern, got " "`, 2},
		{[]string{"list", "--root", ""}, `--root: expected a directory, got an empty string`, 2},
		{[]string{"list", "--root", "/etc/passwd"}, `--root: stat /etc/passwd: not a directory`, 2},
		{[]string{"list", "--config", ""}, `--config: expected a file, got an empty string`, 2},
		{[]string{"list", "-t", ""}, `--type: expected f, d, l, s, p, b, c or w, separated by commas, got an empty string`, 2},
		{[]string{"list", "-t", "f,x"}, `--type: expected f, d, l, s, p, b, c or w, separated by commas, got "f,x"`, 2},
		{[]string{"list", "--by", "size"}, `--by: expected owner, program, unit or kind, got "size"`, 2},
		{[]string{"list", "--unit", ""}, `--unit: expected the name of a service unit, got an empty string`, 2},
		{[]string{"list", "--kind", "state,x"}, `--kind: expected state, cache, log, config, runtime, regenerated or data, separated by commas, got "state,x"`, 2},
		{[]string{"list", "-n", "x"}, `--max-results: expected a whole number, got "x"`, 2},
		{[]string{"list", "-n", "99999999999999999999"}, `--max-results: expected a whole number, got "99999999999999999999"`, 2},
		{[]string{"list", "-n", "-1"}, `--max-results must not be negative, got -1`, 2},
		{[]string{"list", "--json=maybe"}, `--json: expected true or false, got "maybe"`, 2},
		{[]string{"list", "--sort"}, `--sort: expected a value (KEY), got none`, 2},
		{[]string{"list", "-n"}, `--max-results: expected a value (N), got none`, 2},
		{[]string{"list", "--changed-within", ""}, `--changed-within: expected a duration such as 10min, 2h, 1d or 3weeks, or a date such as 2026-01-31, got an empty string`, 2},
		{[]string{"status", "--fail-above", ""}, `--fail-above: expected a number of files such as 500, or a size with a unit such as 100M or 2Gi, got an empty string`, 2},
		{[]string{"trace", "-p", "x"}, `--pid: expected a whole number, got "x"`, 2},
		{[]string{"trace", "-p", "0"}, `--pid must be positive, got 0`, 2},
		{[]string{"trace", "--timeout", "x", "--", "true"}, `--timeout: expected a duration such as 90s or 10m, got "x"`, 2},
		{[]string{"trace", "--timeout", "0s", "--", "true"}, `--timeout must be positive, got 0s`, 2},
		{[]string{"trace", "--user", "", "--", "true"}, `--user: expected the name of a user, got an empty string`, 2},
		// Flags.
		{[]string{"list", "--exlude", "x"}, `unknown flag "--exlude"; did you mean --exclude?`, 2},
		{[]string{"list", "--zzz"}, `unknown flag "--zzz"`, 2},
		{[]string{"list", "-lé"}, `unknown flag "-é"`, 2},
		{[]string{"list", "--=x"}, `expected a flag, got "--=x"`, 2},
		{[]string{"list", "--json", "-l", "-0"}, `--print0, --json and --long are mutually exclusive`, 2},
		{[]string{"list", "--dirs", "--summary"}, `--dirs and --summary are mutually exclusive`, 2},
		{[]string{"list", "--by", "kind", "--dirs"}, `--dirs and --by are mutually exclusive`, 2},
		{[]string{"list", "--by", "kind", "-l"}, `--long and --by are mutually exclusive`, 2},
		{[]string{"stray", "--json", "-0"}, `--print0 and --json are mutually exclusive`, 2},
		{[]string{"stray", "--trash", "--restore"}, `--trash and --restore are mutually exclusive`, 2},
		{[]string{"stray", "--restore", "--empty"}, `--restore and --empty are mutually exclusive`, 2},
		{[]string{"stray", "--trash", "-0"}, `--trash and --print0 are mutually exclusive`, 2},
		{[]string{"stray", "--empty", "-l"}, `--empty and --long are mutually exclusive`, 2},
		{[]string{"stray", "--yes"}, `--older-than and --yes require --empty`, 2},
		{[]string{"stray", "--empty", "/persist"}, `--empty takes no PATH; --older-than limits what it removes`, 2},
		{[]string{"status", "--brief", "--json"}, `--brief and --json are mutually exclusive`, 2},
		{[]string{"trace", "--replay", "a", "-o", "b"}, `--replay and --output are mutually exclusive`, 2},
		{[]string{"trace", "--replay", "a", "--", "true"}, `--replay cannot be combined with a command`, 2},
		{[]string{"trace", "--replay", "/etc"}, `read the trace /etc: is a directory`, 1},
	} {
		t.Run(fmt.Sprintf("%q", tt.args), func(t *testing.T) {
			t.Parallel()
			stderr, status := runMain(t, tt.args...)
			first := stderr[strings.Index(stderr, "list-ephemeral: error: ")+1:]
			first, _, _ = strings.Cut(first, "\n")
			if want := "ist-ephemeral: error: " + tt.stderr; first != want || status != tt.status {
				t.Errorf("status %d, want %d\n%s\nwant the error %s", status, tt.status, stderr, tt.stderr)
			}
		})
	}
}

// rawShapes matches error messages of cobra, pflag, strconv and encoding/csv.
var rawShapes = regexp.MustCompile(`arg\(s\)|strconv\.|invalid argument|unknown shorthand|unknown flag:|needs an argument|bad flag syntax|` +
	`flags in the group|invalid syntax|out of range|parse error|time: |for "list-ephemeral|required flag|pflag|Usage:|panic|goroutine`)

// TestUsageErrorsAreNotThoseOfLibraries tries wrong values for every flag of every command, wrong
// numbers of arguments, and every pair of mutually exclusive flags. It checks each message that
// main would print.
func TestUsageErrorsAreNotThoseOfLibraries(t *testing.T) {
	t.Parallel()
	var commands [][]string
	flags := map[string][]*pflag.Flag{}
	visitAll(newRoot(&app{}), func(cmd *cobra.Command) {
		path := strings.Fields(cmd.CommandPath())[1:]
		commands = append(commands, path)
		cmd.LocalFlags()     // makes cobra merge the flags
		cmd.InheritedFlags() // of the parent commands
		cmd.Flags().VisitAll(func(f *pflag.Flag) { flags[strings.Join(path, " ")] = append(flags[strings.Join(path, " ")], f) })
	})
	if len(commands) < 11 {
		t.Fatalf("only %d commands", len(commands))
	}
	tried, wrong := 0, 0
	try := func(args ...string) {
		t.Helper()
		tried++
		err := runWrong(args)
		if err == nil {
			return
		}
		wrong++
		text := err.Error()
		if rawShapes.MatchString(text) {
			t.Errorf("%q: raw error: %s", args, text)
		}
		if !isMisuse(err) {
			t.Errorf("%q: not wrong usage: %s", args, text)
		}
	}
	for _, command := range commands {
		with := func(args ...string) []string { return slices.Concat(command, args) }
		for _, args := range [][]string{{"--no-such-flag"}, {"--no-such-flag=x"}, {"-Q"}, {"-\xff"}, {"--="}, {"---"}, {"--=x"}, {""}, {"a", "b", "c"}} {
			try(with(args...)...)
		}
		own := flags[strings.Join(command, " ")]
		for i, f := range own {
			for _, value := range []string{"", " ", "x", "-1", "0", "0s", "1e999", "99999999999999999999", "\xff\x00", `"`, ",", "a,b", "\n", "--help"} {
				try(with("--" + f.Name + "=" + value)...)
			}
			try(with("--" + f.Name)...)
			if f.Shorthand != "" {
				try(with("-" + f.Shorthand)...)
				try(with("-"+f.Shorthand, "\x1b[31m")...)
			}
			for _, other := range own[:i] {
				try(with("--"+f.Name+"="+example(f), "--"+other.Name+"="+example(other))...)
			}
		}
	}
	if tried < 3000 || wrong < 1000 {
		t.Errorf("%d command lines, of which only %d were wrong", tried, wrong)
	}
}

// runWrong runs cobra on a command line with commands that do nothing, and returns its error.
func runWrong(args []string) error {
	root := newRoot(&app{})
	visitAll(root, func(cmd *cobra.Command) {
		if cmd.HasParent() && cmd.RunE != nil {
			cmd.RunE = func(*cobra.Command, []string) error { return nil }
		}
	})
	root.RunE = func(*cobra.Command, []string) error { return nil }
	root.SetHelpFunc(func(*cobra.Command, []string) {})
	var printed bytes.Buffer // output of --version and of cobra
	root.SetOut(&printed)
	root.SetErr(&printed)
	root.SetArgs(args)
	return root.Execute()
}

// example returns a valid value of a flag.
func example(f *pflag.Flag) string {
	for _, text := range []string{"true", "1", "1h", "f", "/x"} {
		if value := f.Value; value.Set(text) == nil {
			return text
		}
	}
	switch f.Name {
	case "by":
		return "owner"
	case "kind":
		return "state,cache"
	}
	name, _ := pflag.UnquoteUsage(f)
	switch name {
	case "FORM":
		return "module"
	case "DIALECT":
		return "plain"
	case "WHEN", "NAME":
		return "auto"
	case "KEY":
		if f.Name == "by" {
			return "owner"
		}
		return "path"
	case "KINDS":
		return "state"
	}
	return name // writes, all, exact
}

// visitAll calls do for a command and all its subcommands.
func visitAll(cmd *cobra.Command, do func(*cobra.Command)) {
	do(cmd)
	for _, sub := range cmd.Commands() {
		visitAll(sub, do)
	}
}

func TestExampleValuesAreValid(t *testing.T) {
	t.Parallel()
	visitAll(newRoot(&app{}), func(cmd *cobra.Command) {
		cmd.LocalFlags()
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if err := f.Value.Set(example(f)); err != nil {
				t.Errorf("%s --%s=%s: %v", cmd.CommandPath(), f.Name, example(f), err)
			}
		})
	})
}

// TestHelpIsConsistent checks the groups, the width, and the form of the flags of every command.
func TestHelpIsConsistent(t *testing.T) {
	t.Parallel()
	root := newRoot(&app{})
	root.InitDefaultHelpCmd()
	inGroups := map[string]int{}
	grouped(root, func(_ string, commands []*cobra.Command) {
		for _, cmd := range commands {
			inGroups[cmd.Name()]++
		}
	})
	for _, cmd := range root.Commands() {
		if inGroups[cmd.Name()] != 1 {
			t.Errorf("%s is in %d groups", cmd.Name(), inGroups[cmd.Name()])
		}
	}
	visitAll(root, func(cmd *cobra.Command) {
		if cmd.Example == "" && cmd.Name() != "help" {
			t.Errorf("%s has no examples", cmd.Name())
		}
		for _, line := range strings.Split(description(cmd)+"\n"+usageText(cmd), "\n") {
			if len(line) > 100 {
				t.Errorf("%s: a line of %d columns: %s", cmd.Name(), len(line), line)
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			name, usage := pflag.UnquoteUsage(f)
			if f.Value.Type() != "bool" && !strings.Contains(f.Usage, "`") {
				t.Errorf("%s --%s has no name for its value, but %q", cmd.Name(), f.Name, name)
			}
			if len(usage) > 80 {
				t.Errorf("%s --%s: %d columns: %s", cmd.Name(), f.Name, len(usage), usage)
			}
			if strings.ToLower(usage[:1]) != usage[:1] || strings.HasSuffix(usage, ".") {
				t.Errorf("%s --%s: not a verb phrase: %s", cmd.Name(), f.Name, usage)
			}
		})
	})
}

func TestManPrintsTheDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	stderr, status := runMain(t, "man", dir)
	written, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(written) < 10 {
		t.Fatalf("pages %q, %v", written, err)
	}
	if want := fmt.Sprintf("wrote %d manual pages to %s\n", len(written), dir); stderr != want || status != 0 {
		t.Errorf("status %d: %s\nwant %s", status, stderr, want)
	}
}
