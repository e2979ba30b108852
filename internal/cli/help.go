package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/DaRacci/list-ephemeral/internal/session"
)

// commandGroups are the commands in the order of the help and the manual page. A test checks that
// every command is in one group.
var commandGroups = []struct {
	title    string
	commands []string
}{
	{"Inspect", []string{"tui", "list", "status", "doctor", "explain", "trace", "watch"}},
	{"Keep", []string{"snippet", "adopt", "stray"}},
	{"Past", []string{"lost", "restore", "receipt", "verify"}},
	{"Set up", []string{"completion", "man", "help"}},
}

// helpWidth is the width of the help in columns.
const helpWidth = 80

// grouped calls do for each group, with its title and its existing commands.
func grouped(root *cobra.Command, do func(title string, commands []*cobra.Command)) {
	for _, group := range commandGroups {
		var commands []*cobra.Command
		for _, name := range group.commands {
			at := slices.IndexFunc(root.Commands(), func(cmd *cobra.Command) bool { return cmd.Name() == name })
			if at >= 0 {
				commands = append(commands, root.Commands()[at])
			}
		}
		do(group.title, commands)
	}
}

// usageText returns the text of --help below the description: the synopsis, examples, commands,
// flags and global flags.
func usageText(cmd *cobra.Command) string {
	var b strings.Builder
	b.WriteString("Usage:\n")
	for _, line := range synopsis(cmd) {
		b.WriteString("  " + line + "\n")
	}
	if cmd.Example != "" {
		b.WriteString("\nExamples:\n" + cmd.Example + "\n")
	}
	if !cmd.HasParent() {
		grouped(cmd, func(title string, commands []*cobra.Command) {
			fmt.Fprintf(&b, "\n%s:\n", title)
			for _, sub := range commands {
				fmt.Fprintf(&b, "  %-12s%s\n", sub.Name(), sub.Short)
			}
		})
	}
	flagsText(&b, "Flags", cmd.LocalFlags())
	flagsText(&b, "Global flags", cmd.InheritedFlags())
	return b.String()
}

// synopsis returns the usage lines of a command.
func synopsis(cmd *cobra.Command) []string {
	if cmd.HasParent() {
		return []string{cmd.UseLine()}
	}
	return []string{cmd.UseLine(), cmd.Name() + " COMMAND [flags] [ARG...]"}
}

func flagsText(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if flags.HasAvailableFlags() {
		fmt.Fprintf(b, "\n%s:\n%s\n", title, strings.TrimRight(flags.FlagUsagesWrapped(helpWidth), "\n"))
	}
}

// printHelp prints the description and the usage of a command.
func printHelp(cmd *cobra.Command, _ []string) {
	fmt.Fprintf(cmd.OutOrStdout(), "%s\n\n%s", description(cmd), usageText(cmd))
}

// description returns the description of a command in sentences.
func description(cmd *cobra.Command) string {
	if cmd.Long != "" {
		return cmd.Long
	}
	return cmd.Short + "."
}

func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:                   "help [COMMAND]",
		Short:                 "Show the help of a command",
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch len(args) {
			case 0:
				return root.Help()
			case 1:
			default:
				return session.Misuse(fmt.Errorf("help: expected one command, got %d", len(args)))
			}
			about, _, err := root.Find(args)
			if err != nil || about == root {
				return noSuchCommand(root, "command", args[0])
			}
			return about.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if len(args) == 0 {
				grouped(cmd.Root(), func(_ string, commands []*cobra.Command) {
					for _, sub := range commands {
						names = append(names, sub.Name()+"\t"+sub.Short)
					}
				})
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// helpWriter is stdout for cobra, which prints the help and the version but ignores errors.
type helpWriter struct {
	to  io.Writer
	err error // of the first write that failed
}

func (w *helpWriter) Write(text []byte) (int, error) {
	if w.err == nil {
		_, w.err = w.to.Write(text)
	}
	return len(text), nil
}
