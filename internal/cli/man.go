package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/DaRacci/list-ephemeral/internal/report"
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
// list-ephemeral-list.1), and returns their number. Their text depends only on the program.
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

// roff writes a page in the macros of man(7).
type roff struct{ strings.Builder }

// escaped returns text as roff source that prints exactly this text. A dash becomes a minus sign,
// so that commands can be copied from a page. A line that starts like a request is escaped. A
// character that is not ASCII is written as its code point.
func escaped(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	var b strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\[u%04X]`, r)
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// macro writes a request with arguments.
func (r *roff) macro(name string, args ...string) {
	r.WriteString("." + name)
	for _, arg := range args {
		r.WriteString(` "` + strings.ReplaceAll(escaped(arg), `"`, `\(dq`) + `"`)
	}
	r.WriteByte('\n')
}

// text writes paragraphs.
func (r *roff) text(text string) {
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			r.macro("PP")
		}
		r.WriteString(escaped(paragraph) + "\n")
	}
}

// verbatim writes lines without filling them.
func (r *roff) verbatim(text string) {
	r.macro("nf")
	r.WriteString(escaped(strings.Trim(text, "\n")) + "\n")
	r.macro("fi")
}

// item writes a term and its meaning.
func (r *roff) item(term, meaning string) {
	r.macro("TP")
	r.macro("B", term)
	r.text(meaning)
}

// page returns the manual page of a command.
func page(cmd *cobra.Command) string {
	var r roff
	main := !cmd.HasParent()
	r.macro("TH", strings.ToUpper(pageName(cmd)), "1", "", "list-ephemeral "+cmd.Root().Version, "User Commands")
	r.macro("SH", "NAME")
	r.WriteString(escaped(pageName(cmd)) + ` \- ` + escaped(lowerFirst(cmd.Short)) + "\n")
	r.macro("SH", "SYNOPSIS")
	for i, line := range synopsis(cmd) {
		if i > 0 {
			r.macro("br")
		}
		r.macro("B", cmd.CommandPath())
		r.WriteString(escaped(strings.TrimSpace(strings.TrimPrefix(line, cmd.CommandPath()))) + "\n")
	}
	r.macro("SH", "DESCRIPTION")
	r.text(description(cmd))
	if main {
		r.commands(cmd)
	}
	r.options("OPTIONS", cmd.NonInheritedFlags())
	r.options("GLOBAL OPTIONS", cmd.InheritedFlags())
	if cmd.Example != "" {
		r.macro("SH", "EXAMPLES")
		r.verbatim(cmd.Example)
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
func (r *roff) commands(root *cobra.Command) {
	r.macro("SH", "COMMANDS")
	grouped(root, func(title string, commands []*cobra.Command) {
		r.macro("SS", title)
		for _, cmd := range commands {
			r.item(strings.TrimPrefix(cmd.UseLine(), root.Name()+" "), cmd.Short+".")
		}
	})
}

// options lists flags.
func (r *roff) options(title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	r.macro("SH", title)
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
		r.item(term, usage)
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
func (r *roff) exitStatus(cmd *cobra.Command) {
	r.macro("SH", "EXIT STATUS")
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
		r.item(row[0], row[1])
	}
	if cmd.Name() == "trace" || !cmd.HasParent() {
		r.macro("PP")
		r.text("If trace prints its result, the exit status is that of CMD.")
	}
}

// files lists the files that a command reads. The commands for packagers do not read any.
func (r *roff) files(cmd *cobra.Command) {
	switch cmd.Name() {
	case "completion", "man", "help":
		return
	}
	r.macro("SH", "FILES")
	r.item("$XDG_CONFIG_HOME/list-ephemeral/config.json, /etc/list-ephemeral/config.json",
		"the configuration: the first of these that exists. It is optional, and usually written by Home Manager.")
}

// environment lists the environment variables that the program reads.
func (r *roff) environment() {
	r.macro("SH", "ENVIRONMENT")
	for _, row := range [][2]string{
		{"LIST_EPHEMERAL_CONFIG", "the configuration file to read instead"},
		{"LIST_EPHEMERAL_TIMEOUT", "the time limit of a traced command, in seconds"},
		{"XDG_CONFIG_HOME, XDG_CACHE_HOME", "the directories of configurations and caches; by default ~/.config and ~/.cache"},
		{"SUDO_USER", "under sudo, the user whose configuration and home are used"},
		{"NO_COLOR", "if set and not empty, disables colours, except with --color=always"},
	} {
		r.item(row[0], row[1])
	}
}

// seeAlso lists the pages of the parent command and of the subcommands.
func (r *roff) seeAlso(cmd *cobra.Command) {
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
	r.macro("SH", "SEE ALSO")
	for i, name := range names {
		end := ","
		if i == len(names)-1 {
			end = ""
		}
		r.WriteString(`.BR "` + escaped(name) + `" "(1)` + end + "\"\n")
	}
}
