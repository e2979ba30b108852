package cli

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"
)

// app is one run of the program: its streams and the flags of all commands.
type app struct {
	streams
	signals *signals
	help    helpWriter

	config   string
	roots    []string
	excludes []string
	includes []string
	noCache  bool // of list
	brief    bool // of status: no hints
	color    string
	// commands are the names of all commands, for hints.
	commands []string
}

const rootLong = `list-ephemeral shows which files the next reboot will wipe on a machine whose root
is ephemeral, lets you select some, and writes the Nix configuration that keeps
them. Without a command it opens the screen; with paths on stdin it shows those
instead of looking for itself.`

const rootExamples = `  list-ephemeral                         browse, select, get the snippet
  list-ephemeral ~/.config               only what lies there
  fd -t f . /var/lib | list-ephemeral    choose among paths from elsewhere
  list-ephemeral > persist.nix           the snippet goes to the file
  list-ephemeral list | wc -l            for pipes`

// newRoot returns the whole command tree.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "list-ephemeral [flags] [PATH...]",
		Short:         "Find what the next reboot wipes, and keep it",
		Long:          rootLong,
		Example:       rootExamples,
		Version:       version(),
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	screen := newScreen(a)
	root.RunE = screen.RunE
	root.Flags().AddFlagSet(screen.Flags())
	root.AddCommand(screen, newList(a), newTrace(a), newExplain(a), newSnippet(a), newAdopt(a), newStray(a), newStatus(a), newCompletion(), newMan())
	flags := root.PersistentFlags()
	flags.SortFlags = false
	flags.StringVar(&a.config, "config", "", "read this configuration `FILE`")
	flags.StringArrayVar(&a.roots, "root", nil, "look at the tree below `DIR` instead of the detected ones (repeatable)")
	flags.StringArrayVar(&a.excludes, "exclude", nil, "leave out what matches `GLOB`, as fd does (repeatable)")
	flags.StringArrayVar(&a.includes, "include", nil, "always take `PATH` as a candidate (repeatable)")
	flags.StringVar(&a.color, "color", "auto", "colours: `WHEN` is auto, always or never")
	completesTo(root, "color", "auto", "always", "never")
	completesToNothing(root, "exclude")
	_ = root.MarkPersistentFlagDirname("root")
	_ = root.MarkPersistentFlagFilename("config", "json")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		switch a.color {
		case "auto", "always", "never":
			return nil
		}
		return usageError{fmt.Errorf("--color %q: want auto, always or never", a.color)}
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return hintedError{usageError{err}, cmd.CommandPath() + " --help lists the flags"}
	})
	for _, cmd := range root.Commands() {
		a.commands = append(a.commands, cmd.Name())
	}
	root.CompletionOptions.DisableDefaultCmd = true
	a.help.to = a.out
	root.SetOut(&a.help)
	root.SetErr(a.err)
	root.SetVersionTemplate("list-ephemeral {{.Version}}\n")
	root.SetUsageTemplate(usageTemplate)
	root.SetHelpTemplate(helpTemplate)
	return root
}

// version is what the linker set, or what the build knows of itself.
func version() string {
	if linkedVersion != "" {
		return linkedVersion
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// linkedVersion is set by -ldflags "-X …/internal/cli.linkedVersion=1.2.3".
var linkedVersion string

const helpTemplate = `{{with (or .Long .Short)}}{{. | trimTrailingWhitespaces}}

{{end}}{{.UsageString}}`

// usageTemplate is cobra's in the manner of a manual page's synopsis: what to
// type first, examples before flags, and global flags once.
const usageTemplate = `Usage:
{{- if .HasAvailableSubCommands}}
  list-ephemeral [tui] [flags] [PATH...]
  list-ephemeral COMMAND [flags] [ARG...]
{{- else}}
  {{.UseLine}}
{{- end}}
{{- if .HasExample}}

Examples:
{{.Example}}
{{- end}}
{{- if .HasAvailableSubCommands}}

Commands:
{{- range .Commands}}{{if (or .IsAvailableCommand (eq .Name "help"))}}
  {{rpad .Name .NamePadding}} {{.Short}}
{{- end}}{{end}}
{{- end}}
{{- if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{- end}}
{{- if .HasAvailableInheritedFlags}}

Global flags:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{- end}}
`

// isMisuse reports whether an error means that the program was used wrongly.
func isMisuse(err error) bool {
	var usage usageError
	return errors.As(err, &usage) || isConfigError(err) || isCobraUsage(err)
}

// isCobraUsage recognises errors of cobra's own checks, which have no type.
func isCobraUsage(err error) bool {
	text := err.Error()
	for _, start := range []string{"unknown command", "accepts ", "requires at least", "invalid argument"} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return false
}

// isTerminal reports whether f is a terminal.
func isTerminal(f *os.File) bool { return term.IsTerminal(f.Fd()) }
