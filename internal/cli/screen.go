package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
	"github.com/DaRacci/list-ephemeral/tui"
)

func newScreen(a *app) *cobra.Command {
	var print0 bool
	cmd := &cobra.Command{
		Use:   "tui [flags] [PATH...]",
		Short: "Browse, select, get the snippet (what runs without a command)",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.screen(cmd.Context(), args, print0)
		},
	}
	cmd.Flags().BoolVarP(&print0, "read0", "0", false, "paths on stdin end with NUL instead of a newline")
	return cmd
}

// screen opens the screen, and prints the snippet when it is left with one.
func (a *app) screen(ctx context.Context, args []string, print0 bool) error {
	in, out, err := a.terminal()
	if err != nil {
		return err
	}
	plan, err := a.plan(args)
	if err != nil {
		return err
	}
	if err := plan.setStyle(snippetFlags{}); err != nil {
		return err
	}
	opts := tui.Options{
		Scan:     plan.scan,
		Snippet:  plan.snippet,
		Programs: plan.config.Programs,
		Warnings: plan.warnings,
		Input:    in,
		Output:   out,
		Color:    colors[a.color],
		ASCII:    plan.config.UI.ASCII,
		NoMouse:  !plan.config.UI.Mouse,
	}
	if in != a.in {
		if len(args) > 0 {
			return usageError{errors.New("paths on stdin replace the scan, so PATH cannot limit it: give one or the other")}
		}
		opts.Scan = func(ctx context.Context, into *tui.Store) (tui.Summary, error) {
			return tui.Summary{}, readCandidates(ctx, a.in, lineEnd(print0), into)
		}
	}
	result, err := tui.Run(ctx, opts)
	if err != nil {
		return whySignal(ctx, err)
	}
	if result.Outcome != tui.Confirmed {
		return exitError(128 + 2) // as if by SIGINT: Ctrl-C is a key to us
	}
	return a.printSnippet(result.Snippet, nil)
}

var colors = map[string]tui.Color{"auto": tui.ColorAuto, "always": tui.ColorAlways, "never": tui.ColorNever}

func lineEnd(print0 bool) byte {
	if print0 {
		return 0
	}
	return '\n'
}

// terminal returns where keys come from and the screen goes to: the standard
// streams where they are a terminal, else the controlling terminal.
func (a *app) terminal() (in, out *os.File, err error) {
	in, out = a.in, a.out
	if isTerminal(in) && isTerminal(out) {
		return in, out, nil
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, hintedError{
			fmt.Errorf("open the screen: no terminal (%w)", errors.Unwrap(err)),
			"list-ephemeral list prints the paths without one",
		}
	}
	if !isTerminal(in) {
		in = tty
	}
	if !isTerminal(out) {
		out = tty
	}
	return in, out, nil
}

// scan fills the screen's store from the disk.
func (p *plan) scan(ctx context.Context, into *tui.Store) (tui.Summary, error) {
	stats, err := scan.Walk(ctx, scan.Options{Policy: p.policy}, into.AddDir)
	return tui.Summary{Errors: len(stats.Errors)}, err
}

// snippet renders what was selected on the screen.
func (p *plan) snippet(selected []tui.Selected) tui.SnippetText {
	items := make([]snippet.Item, len(selected))
	for i, s := range selected {
		items[i] = p.describe(s)
	}
	return p.render(items)
}

// longestPath is more than any path that the kernel can name in pieces a user
// would type; a line longer than this is no path.
const longestPath = 1 << 20

// readCandidates adds the paths of a list, one a line, to the screen's store.
// Relative ones are taken from the working directory, and what a path is comes
// from the disk.
func readCandidates(ctx context.Context, from *os.File, end byte, into *tui.Store) error {
	return readPaths(ctx, from, end, func(path string, isDir bool) {
		kind, _, err := scan.Stat(path)
		if err != nil && isDir { // what is not there is shown all the same
			kind = scan.KindDir
		}
		into.AddPath([]byte(path), kind)
	})
}

// readPaths calls add with each path of a list, made absolute and clean, and
// with whether it ended in a slash.
func readPaths(ctx context.Context, from *os.File, end byte, add func(path string, isDir bool)) error {
	cwd, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("read paths: %w", err)
	}
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 64<<10), longestPath)
	lines.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		if i := bytes.IndexByte(data, end); i >= 0 {
			return i + 1, data[:i], nil
		}
		if atEOF && len(data) > 0 {
			return len(data), data, nil
		}
		return 0, nil, nil
	})
	for lines.Scan() && ctx.Err() == nil {
		path := lines.Text()
		if path == "" {
			continue
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(cwd, path)
		}
		add(filepath.Clean(path), path[len(path)-1] == '/')
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read paths: %w", err)
	}
	return ctx.Err()
}
