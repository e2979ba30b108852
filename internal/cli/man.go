package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/roff"
)

const manLong = `Write the manual pages of the program and of its commands into the directory DIR, which
is created if it does not exist.`

const manExamples = `  list-ephemeral man ~/.local/share/man/man1
  list-ephemeral man . && man ./list-ephemeral.1`

func newMan(a *app) *cobra.Command {
	return &cobra.Command{
		Use:                   "man DIR",
		Short:                 "Write the manual pages into a directory",
		Long:                  manLong,
		Example:               manExamples,
		DisableFlagsInUseLine: true,
		Args:                  takesOne("a DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := filepath.Abs(args[0])
			if err != nil {
				return fmt.Errorf("make %s absolute: %w", args[0], err)
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
			written, err := writePages(cmd.Root(), dir)
			if err != nil {
				return err
			}
			a.err.line(fmt.Sprintf("wrote %s to %s", report.Count(written, "manual page"), dir))
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
}

// writePages writes the pages of a command and its subcommands (list-ephemeral.1,
// list-ephemeral-list.1), and returns their number. Their text does not depend on the
// machine, the user or the time.
func writePages(cmd *cobra.Command, dir string) (written int, err error) {
	if !cmd.IsAvailableCommand() && cmd.HasParent() {
		return 0, nil
	}
	if err := os.WriteFile(filepath.Join(dir, pageName(cmd)+".1"), []byte(page(cmd)), 0o644); err != nil {
		return 0, err
	}
	written = 1
	for _, sub := range cmd.Commands() {
		more, err := writePages(sub, dir)
		if err != nil {
			return written, err
		}
		written += more
	}
	return written, nil
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manual is a page of a command.
type manual struct{ roff.Page }

// page returns the manual page of a command.
func page(cmd *cobra.Command) string {
	var r manual
	main := !cmd.HasParent()
	r.Macro("TH", strings.ToUpper(pageName(cmd)), "1", "", "list-ephemeral "+cmd.Root().Version, "User Commands")
	r.Macro("SH", "NAME")
	r.Name(pageName(cmd), lowerFirst(cmd.Short))
	r.Macro("SH", "SYNOPSIS")
	for i, line := range synopsis(cmd) {
		if i > 0 {
			r.Macro("br")
		}
		r.Macro("B", cmd.CommandPath())
		r.Line(strings.TrimSpace(strings.TrimPrefix(line, cmd.CommandPath())))
	}
	r.Macro("SH", "DESCRIPTION")
	r.Text(description(cmd))
	if main {
		r.commands(cmd)
	}
	r.options("OPTIONS", cmd.NonInheritedFlags())
	r.options("GLOBAL OPTIONS", cmd.InheritedFlags())
	if cmd.Example != "" {
		r.Macro("SH", "EXAMPLES")
		r.Verbatim(cmd.Example)
	}
	r.exitStatus(cmd)
	r.files(cmd)
	if main {
		r.environment()
	}
	r.seeAlso(cmd)
	return r.String()
}

// lowerFirst returns a sentence in the form of the whatis database.
func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// commands lists the commands by group.
func (r *manual) commands(root *cobra.Command) {
	r.Macro("SH", "COMMANDS")
	grouped(root, func(title string, commands []*cobra.Command) {
		r.Macro("SS", title)
		for _, cmd := range commands {
			r.Item(strings.TrimPrefix(cmd.UseLine(), root.Name()+" "), cmd.Short+".")
		}
	})
}

// options lists flags.
func (r *manual) options(title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	r.Macro("SH", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		term := "--" + f.Name
		if f.Shorthand != "" {
			term = "-" + f.Shorthand + ", " + term
		}
		if value != "" {
			term += " " + value
		}
		r.Item(term, usage)
	})
}

// traceStatuses are the additional exit statuses of trace.
var traceStatuses = [][2]string{
	{strconv.Itoa(exitTimedOut), "CMD was stopped by the time limit"},
	{strconv.Itoa(exitNoTrace), "CMD could not be traced"},
	{strconv.Itoa(exitNotRun), "CMD was found, but could not be executed"},
	{strconv.Itoa(exitNoCommand), "CMD was not found"},
}

// exitStatus lists the exit statuses of a command.
func (r *manual) exitStatus(cmd *cobra.Command) {
	r.Macro("SH", "EXIT STATUS")
	rows := [][2]string{
		{"0", "success; also if the reader of a pipe closed it"},
		{"1", "an error, or some paths could not be read (the others were processed)"},
		{"2", "invalid usage or configuration"},
		{"130", "interrupted, or Ctrl-C in the screen"},
	}
	if cmd.Name() == "trace" {
		rows = append(rows[:3:3], append(traceStatuses, rows[3])...)
	}
	for _, row := range rows {
		r.Item(row[0], row[1])
	}
	if cmd.Name() == "trace" || !cmd.HasParent() {
		r.Macro("PP")
		r.Text("If trace prints its result, the exit status is that of CMD.")
	}
}

// files lists the files that a command reads. The commands for packagers do not read any.
func (r *manual) files(cmd *cobra.Command) {
	switch cmd.Name() {
	case "completion", "man", "help":
		return
	}
	r.Macro("SH", "FILES")
	r.Item("$XDG_CONFIG_HOME/list-ephemeral/config.json, /etc/list-ephemeral/config.json",
		"the configuration: the first of these that exists. It is optional, and usually written by Home Manager.")
	r.Item("$XDG_STATE_HOME/list-ephemeral/decisions",
		"what you kept, ignored or put off. Root's file is .list-ephemeral-triage/decisions in the storage path.")
}

// environment lists the environment variables that the program reads.
func (r *manual) environment() {
	r.Macro("SH", "ENVIRONMENT")
	for _, row := range [][2]string{
		{"LIST_EPHEMERAL_CONFIG", "the configuration file to read instead"},
		{"LIST_EPHEMERAL_TIMEOUT", "the time limit of a traced command, in seconds"},
		{"XDG_CONFIG_HOME, XDG_CACHE_HOME", "the directories of configurations and caches; by default ~/.config and ~/.cache"},
		{"XDG_STATE_HOME", "the directory of decisions; by default ~/.local/state"},
		{"SUDO_USER", "under sudo, the user whose configuration and home are used"},
		{"NO_COLOR", "if set and not empty, disables colours, except with --color=always"},
	} {
		r.Item(row[0], row[1])
	}
}

// seeAlso lists the pages of the parent command and of the subcommands.
func (r *manual) seeAlso(cmd *cobra.Command) {
	var names []string
	if cmd.HasParent() {
		names = append(names, pageName(cmd.Parent()))
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, pageName(sub))
		}
	}
	if len(names) == 0 {
		return
	}
	r.Macro("SH", "SEE ALSO")
	r.References(names...)
}
