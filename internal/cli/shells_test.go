package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// run runs a program and returns its output. The test fails if the program fails or is missing.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(probe.Tool(t, name), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// TestShellsComplete runs completions in bash and fish. Zsh completes only in a terminal, so the
// test only checks the syntax of its script and loads it.
func TestShellsComplete(t *testing.T) {
	t.Parallel()
	binary := buildStatic(t)
	dir := filepath.Dir(binary)
	for shell := range shells {
		out, err := exec.Command(binary, "completion", shell).Output()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "completion."+shell), out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const bash = `
source /usr/share/bash-completion/bash_completion
source completion.bash
complete_line() {
	COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
	COMPREPLY=()
	__start_list-ephemeral
	echo "$*: ${COMPREPLY[*]}"
}
complete_line list-ephemeral sn
complete_line list-ephemeral snippet --dialect pres
complete_line list-ephemeral list --newer
`
	out := run(t, dir, "bash", "--norc", "-c", bash)
	for _, want := range []string{"list-ephemeral sn: snippet", "--dialect pres: preservation", "--newer: --newer-than-boot"} {
		if !strings.Contains(out, want) {
			t.Errorf("bash lacks %q:\n%s", want, out)
		}
	}
	out = run(t, dir, "fish", "--no-config", "-c",
		`source completion.fish; complete -C "list-ephemeral sn"; complete -C "list-ephemeral snippet --dialect pres"`)
	for _, want := range []string{"snippet\tPrint the Nix", "preservation"} {
		if !strings.Contains(out, want) {
			t.Errorf("fish lacks %q:\n%s", want, out)
		}
	}
	run(t, dir, "zsh", "-n", "completion.zsh")
	run(t, dir, "zsh", "-f", "-c", "autoload -Uz compinit; compinit -u -d none; source ./completion.zsh; type _list-ephemeral")
}

// pages returns the manual pages of the program.
func pages(t *testing.T) (dir string, root *cobra.Command) {
	t.Helper()
	dir = t.TempDir()
	root = newRoot(&app{streams: streams{in: os.Stdin, out: os.Stdout, err: messages{os.Stderr}}})
	if _, err := writePages(root, dir); err != nil {
		t.Fatal(err)
	}
	return dir, root
}

func TestManualPagesAreValidAndComplete(t *testing.T) {
	dir, root := pages(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(files) < 8 {
		t.Fatalf("pages %v, %v", files, err)
	}
	if out := run(t, dir, "groff", append([]string{"-man", "-ww", "-z"}, files...)...); out != "" {
		t.Errorf("groff complains:\n%s", out)
	}
	again, _ := pages(t)
	visit(root, func(cmd *cobra.Command) {
		file := pageName(cmd) + ".1"
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if second, _ := os.ReadFile(filepath.Join(again, file)); !bytes.Equal(text, second) {
			t.Errorf("%s differs when it is written again", file)
		}
		shown := run(t, dir, "groff", "-man", "-Tascii", "-P-c", "-P-b", "-P-u", file)
		shown = regexp.MustCompile(`-\n *`).ReplaceAllString(shown, "-")
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !strings.Contains(shown, "--"+f.Name) {
				t.Errorf("%s lacks --%s", file, f.Name)
			}
		})
		for _, section := range []string{"NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "EXIT STATUS", "SEE ALSO"} {
			if !strings.Contains(shown, "\n"+section+"\n") {
				t.Errorf("%s lacks %s", file, section)
			}
		}
	})
}

// visit calls do for a command and all its subcommands that are in the help.
func visit(cmd *cobra.Command, do func(*cobra.Command)) {
	do(cmd)
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			visit(sub, do)
		}
	}
}
