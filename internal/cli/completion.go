package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// shells are the shells with completions.
var shells = map[string]func(root *cobra.Command, to io.Writer) error{
	"bash": func(root *cobra.Command, to io.Writer) error { return root.GenBashCompletionV2(to, true) },
	"zsh":  func(root *cobra.Command, to io.Writer) error { return root.GenZshCompletion(to) },
	"fish": func(root *cobra.Command, to io.Writer) error { return root.GenFishCompletion(to, true) },
}

// shellNames are the shells for messages.
const shellNames = "bash, zsh or fish"

const completionLong = `Print a completion script for SHELL. Packages install it. Without a package, write it
where the shell looks for completions, as the examples do.`

const completionExamples = `  list-ephemeral completion bash > ~/.local/share/bash-completion/completions/list-ephemeral
  list-ephemeral completion zsh > "${fpath[1]}/_list-ephemeral"
  list-ephemeral completion fish > ~/.config/fish/completions/list-ephemeral.fish`

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:                   "completion SHELL",
		Short:                 "Print a completion script for bash, zsh or fish",
		Long:                  completionLong,
		Example:               completionExamples,
		DisableFlagsInUseLine: true,

		Args:      takesOne(shellNames),
		ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(cmd *cobra.Command, args []string) error {
			generate, known := shells[args[0]]
			if !known {
				return session.Misuse(fmt.Errorf("completion: expected %s, got %q", shellNames, args[0]))
			}
			return generate(cmd.Root(), cmd.OutOrStdout())
		},
	}
}

// completeValues completes the value of a flag to words, not to files.
func completeValues(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// noFileCompletion disables completion for flags whose values cannot be enumerated.
func noFileCompletion(cmd *cobra.Command, flags ...string) {
	for _, flag := range flags {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions)
	}
}

// programNames completes to the programs of the configuration. Without a valid configuration it
// completes to nothing.
func (a *app) programNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	cfg, err := config.Load(config.Env{}, a.config)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return plainNames(cfg.Programs), cobra.ShellCompDirectiveNoFileComp
}

// unitNames completes to the service units of the machine and its users.
func (a *app) unitNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	s, err := session.New(session.Options{Config: a.config})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return slices.Compact(slices.Sorted(slices.Values(plainNames(s.UnitNames())))), cobra.ShellCompDirectiveNoFileComp
}

// commandNames completes the first argument to the commands in $PATH. The arguments after it
// belong to the command.
func commandNames(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 || strings.Contains(begun, "/") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var names []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		entries, _ := os.ReadDir(dir)
		for _, entry := range entries {
			if strings.HasPrefix(entry.Name(), begun) && !entry.IsDir() {
				names = append(names, entry.Name())
			}
		}
	}
	slices.Sort(names)
	return plainNames(slices.Compact(names)), cobra.ShellCompDirectiveDefault
}

// plainNames returns the names that a completion can contain: one a line, without bytes that a
// terminal interprets. A tab would begin a description.
func plainNames(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return printable.Name(name) != name })
}
