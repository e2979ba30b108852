package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/config"
)

// shells are those that completions can be written for.
var shells = map[string]func(root *cobra.Command, to io.Writer) error{
	"bash": func(root *cobra.Command, to io.Writer) error { return root.GenBashCompletionV2(to, true) },
	"zsh":  func(root *cobra.Command, to io.Writer) error { return root.GenZshCompletion(to) },
	"fish": func(root *cobra.Command, to io.Writer) error { return root.GenFishCompletion(to, true) },
}

const completionLong = `Print what has SHELL complete commands, flags and their values. Packages install it;
by hand it goes where the shell looks for it, or is loaded at its start.`

const completionExamples = `  list-ephemeral completion bash > ~/.local/share/bash-completion/completions/list-ephemeral
  list-ephemeral completion zsh > "${fpath[1]}/_list-ephemeral"
  list-ephemeral completion fish > ~/.config/fish/completions/list-ephemeral.fish`

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:                   "completion SHELL",
		Short:                 "Print completions for bash, zsh or fish",
		Long:                  completionLong,
		Example:               completionExamples,
		DisableFlagsInUseLine: true,

		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(cmd *cobra.Command, args []string) error {
			return shells[args[0]](cmd.Root(), cmd.OutOrStdout())
		},
	}
}

// completesTo has a flag complete to words, and not to files.
func completesTo(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

// completesToNothing is for flags with values that nobody can know.
func completesToNothing(cmd *cobra.Command, flags ...string) {
	for _, flag := range flags {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.NoFileCompletions)
	}
}

// programNames completes to the programs of the configuration. Without one, or with a
// wrong one, there is nothing to complete.
func (a *app) programNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	cfg, err := config.Load(config.Env{}, a.config)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return cfg.Programs, cobra.ShellCompDirectiveNoFileComp
}

// commandNames completes to the commands in $PATH, for the first argument; what follows
// is the command's own.
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
	return slices.Compact(names), cobra.ShellCompDirectiveDefault
}
