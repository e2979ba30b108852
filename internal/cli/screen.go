package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui"
)

const screenExamples = `  list-ephemeral tui                       browse everything
  list-ephemeral tui ~/.config             browse one directory
  list-ephemeral list -0 -p firefox | list-ephemeral tui -0`

func newScreen(a *app) *cobra.Command {
	var print0 bool
	var style session.Style
	cmd := &cobra.Command{
		Use:     "tui [flags] [PATH...]",
		Short:   "Browse, select and get the snippet (the default command)",
		Example: screenExamples,
		Args:    takesPaths,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.screen(cmd.Context(), style, args, print0)
		},
	}
	cmd.Flags().BoolVarP(&print0, "read0", "0", false, "read NUL-terminated paths from stdin")
	addStyleFlags(cmd, &style)
	return cmd
}

// screen opens the screen, and prints the snippet when the user confirms it.
func (a *app) screen(ctx context.Context, style session.Style, args []string, print0 bool) error {
	s, err := a.newSession(ctx, args)
	if err != nil {
		return err
	}
	if err := s.SetStyle(style); err != nil {
		return err
	}
	in, out, err := a.terminal("list") // last: errors of the arguments come first
	if err != nil {
		return err
	}
	opts := a.screenOptions(s, in, out)
	opts.Excluded = screen.New(s).Excluded
	hint := "list-ephemeral list --verbose prints them"
	if in != a.in {
		if len(args) > 0 {
			return session.Misuse(errors.New("PATH cannot be combined with paths on stdin"))
		}
		hint = fmt.Sprintf("lines of more than %d bytes are not paths", paths.Longest)
		opts.Machine = screen.NewListed(s, a.in, paths.LineEnd(print0))
		opts.Once, opts.Listed, opts.View, opts.Excluded = true, true, setting.ViewFiles, nil
	}
	return a.runScreen(ctx, opts, hint)
}

// screenOptions returns the options of a screen with the candidates of a scan.
func (a *app) screenOptions(s *session.Session, in, out *os.File) tui.Options {
	return tui.Options{
		Machine:  screen.New(s),
		Dialects: setting.DialectNames,
		Dialect:  int(s.Style.Dialect),
		Home:     s.Config.Home,
		Caches:   session.CachePlaces(),
		View:     s.Config.UI.View,
		Host:     hostName(s), FileSystem: report.RootsShort(s.Fates().Roots()), Loss: lossWords(s),
		Configurations: known.Repositories, NoConfiguration: s.Config.Source == "",
		Paths:    s.Only,
		Programs: s.Config.Programs, ProgramOf: s.ProgramOf,
		Doubt:    report.DoubtShort(s.Doubtful()),
		Warnings: slices.Concat(withoutHint(a.notices), fateNotices(s)),
		Input:    in,
		Output:   out,
		Color:    a.screenColor(),
		Theme:    s.Config.UI.Theme,
		ASCII:    s.Config.UI.ASCII,
		NoMouse:  !s.Config.UI.Mouse,
	}
}

// withoutHint leaves out the hint about the configuration: the card of a first run says it.
func withoutHint(notices []string) []string {
	return slices.DeleteFunc(slices.Clone(notices), func(text string) bool { return text == noConfiguration })
}

// hostName returns "user@host" for the headline of the screen, with the user whose home is configured.
func hostName(s *session.Session) string {
	host, err := os.Hostname()
	if err != nil {
		return ""
	}
	if s.Config.Home == "" {
		return host
	}
	return filepath.Base(s.Config.Home) + "@" + host
}

// lossWords says what happens to candidates that are not kept. It claims a loss only if a boot is seen to
// wipe every root.
func lossWords(s *session.Session) string {
	if len(s.Doubtful()) > 0 {
		return "not kept"
	}
	return "will be lost"
}

// runScreen opens the screen, and prints the snippet when the user confirms it. hint is the remedy
// for paths that could not be read.
func (a *app) runScreen(ctx context.Context, opts tui.Options, hint string) error {
	runtime.UnlockOSThread() // otherwise the screen would change threads for each message
	result, err := tui.Run(ctx, opts)
	if err != nil {
		return whySignal(ctx, err)
	}
	if result.DecisionsErr != nil {
		say(a.err, "error", "decisions are not saved: "+result.DecisionsErr.Error())
	}
	if result.Outcome != tui.Confirmed {
		return exitError(128 + 2) // like SIGINT: the screen reads Ctrl-C as a key
	}
	return cmp.Or(a.printSnippet(result.Snippet), a.tellScan(&result, hint), a.failed)
}

// tellScan repeats on stderr the errors of the scan that the screen has shown. They may be the
// reason why a path is not in the snippet.
func (a *app) tellScan(r *tui.Result, hint string) error {
	if r.ScanErr != nil {
		return r.ScanErr
	}
	if r.Summary.Errors == 0 {
		return nil
	}
	say(a.err, "error", unread(r.Summary.Errors))
	say(a.err, "hint", hint)
	return exitError(exitFailed)
}

// terminal returns the files that the screen reads keys from and writes to: the standard streams
// if they are terminals, otherwise the controlling terminal. The hint of an error names a command that
// needs no terminal.
func (a *app) terminal(command string) (in, out *os.File, err error) {
	in, out = a.in, a.out
	if isTerminal(in) && isTerminal(out) {
		return in, out, nil
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, session.WithRemedy(errors.New("no terminal for the interactive screen"), "list-ephemeral "+command+" prints the paths without a terminal")
	}
	if !isTerminal(in) {
		in = tty
	}
	if !isTerminal(out) {
		out = tty
	}
	return in, out, nil
}

// saveTerminal returns a function that restores the current mode of the terminal. A killed command
// leaves the terminal in its own mode, for example without echo. Shells do the same.
func saveTerminal(terminal *os.File) (restore func()) {
	fd := int(terminal.Fd())
	mode, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return func() {} // not a terminal
	}
	return func() {
		// The kernel stops a background process that does this (tcsetattr(3)).
		if group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err == nil && group == unix.Getpgrp() {
			_ = unix.IoctlSetTermios(fd, unix.TCSETSW, mode) // fails if the terminal is gone
		}
	}
}
