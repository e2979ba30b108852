package cli

import (
	"errors"
	"os"
	"runtime/debug"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/session"
)

// app is a run of the program: its streams and the flags of all commands.
type app struct {
	streams
	signals *signals
	help    helpWriter

	config   string
	roots    []string
	excludes []string
	includes []string
	noCache  bool // of list
	// mayLackRoots is set if roots need not exist: by trace --replay.
	mayLackRoots bool
	all          bool // of list and tui
	brief        bool // of status: no hints
	// notices are the messages about the configuration and the PATHs. failed is the exit status
	// for them.
	notices []string
	failed  error
	color   string
	// exclusives are the groups of mutually exclusive flags of each command.
	exclusives map[*cobra.Command][][]string
}

const rootLong = `Show which files the next reboot wipes on a machine with an ephemeral root, select
some, and write the Nix code that keeps them. Without a command the screen opens.
Paths on stdin replace the scan.`

const rootExamples = `  list-ephemeral                         browse, select, get the snippet
  list-ephemeral ~/.config               browse one directory
  fd -t f . /var/lib | list-ephemeral    choose among the paths that fd prints
  list-ephemeral > persist.nix           write the snippet to a file
  list-ephemeral list | wc -l            count the files, for scripts`

// newRoot returns the whole command tree.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "list-ephemeral [flags] [PATH...]",
		Short:         "Find what the next reboot wipes, and keep it",
		Long:          rootLong,
		Example:       rootExamples,
		Version:       version(),
		Args:          takesPaths,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	screen := newScreen(a)
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			if err := unknownCommand(root, args[0]); err != nil {
				return err
			}
		}
		return screen.RunE(cmd, args)
	}
	root.Flags().AddFlagSet(screen.Flags())
	root.Flags().BoolP("version", "v", false, "print the version")
	root.AddCommand(screen, newList(a), newTrace(a), newWatch(a), newExplain(a), newSnippet(a), newAdopt(a), newStray(a), newStatus(a), newDoctor(a), newLost(a), newRestore(a), newReceipt(a), newVerify(a), newCompletion(), newMan(a))
	root.SetHelpCommand(newHelp())
	a.addGlobalFlags(root)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return a.checkExclusive(cmd) }
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.DisableDefaultCmd = true
	a.help.to = a.out
	root.SetOut(&a.help)
	root.SetErr(helpTexts{a.err})
	root.SetVersionTemplate("list-ephemeral {{.Version}}\n")
	root.SetHelpFunc(printHelp)
	return root
}

// addGlobalFlags defines the flags of all commands.
func (a *app) addGlobalFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.SortFlags = false
	a.color = "auto"
	textVar(flags, &a.config, "config", "", "a file", "read the configuration from `FILE`")
	textsVar(flags, &a.roots, "root", "a directory", "scan `DIR` instead of the detected roots (repeatable)")
	textsVar(flags, &a.excludes, "exclude", "a pattern", "leave out paths that match `GLOB`, as fd does (repeatable)")
	textsVar(flags, &a.includes, "include", "a path", "always list `PATH` as a candidate (repeatable)")
	choiceVar(flags, &a.color, "color", "colour the screen and listings: `WHEN` is auto, always or never", "auto", "always", "never")
	flags.BoolP("help", "h", false, "print this help")
	completeValues(root, "color", "auto", "always", "never")
	noFileCompletion(root, "exclude")
	_ = root.MarkPersistentFlagDirname("root")
	_ = root.MarkPersistentFlagFilename("config", "json")
}

// version returns the version that the linker set, otherwise the version in the build information.
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

// isMisuse reports whether an error means wrong usage or a wrong configuration.
func isMisuse(err error) bool {
	var usage session.UsageError
	return errors.As(err, &usage) || isConfigError(err)
}

// isTerminal reports whether f is a terminal.
func isTerminal(f *os.File) bool { return term.IsTerminal(f.Fd()) }
