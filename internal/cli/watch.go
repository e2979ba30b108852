package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/live"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/watch"
)

type watchFlags struct {
	list, json, print0, long bool
	all, missing             bool
	record                   string
	recordSize               sizeLimit
	timeout                  time.Duration
	style                    session.Style
}

const watchLong = `Show writes on the whole machine to paths that the next reboot wipes, as they happen, with
the program and the unit that wrote. If stdout is not a terminal, the paths are printed.
Requires root.

With --record, the last writes are kept in a file; this is for a unit that always runs.
Then list --json, explain and the preview show which program wrote a path.`

const watchExamples = `  sudo list-ephemeral watch                       see and select
  sudo list-ephemeral watch --list /home          print each path once
  sudo list-ephemeral watch -l | grep -v /tmp     with time, operation and program
  sudo list-ephemeral watch --json --timeout 10m | jq -r .unit
  sudo list-ephemeral watch --record ` + session.DefaultRecord

func newWatch(a *app) *cobra.Command {
	var f watchFlags
	cmd := &cobra.Command{
		Use:     "watch [flags] [PATH...]",
		Short:   "Show which programs write paths that the next reboot wipes",
		Long:    watchLong,
		Example: watchExamples,
		Args:    takesPaths,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.watch(cmd.Context(), &f, args) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.list, "list", false, "print each path once instead of opening the screen")
	flags.BoolVarP(&f.long, "long", "l", false, "print each write with time, operations and program")
	flags.BoolVar(&f.json, "json", false, "print each write as one JSON object per line")
	flags.BoolVarP(&f.print0, "print0", "0", false, "print each path once, ended with NUL instead of a newline")
	flags.BoolVar(&f.all, "all", false, "include directories, kept and excluded paths, caches and /tmp")
	flags.BoolVar(&f.missing, "missing", false, "include paths that no longer exist shortly after the write (temporary files)")
	textVar(flags, &f.record, "record", "", "a file", "keep the last writes in `FILE`, and print nothing")
	flags.Var(&value[sizeLimit]{to: &f.recordSize, read: parsePlainSize}, "record-size", "with --record: use at most `SIZE` on the disk (8Mi)")
	durationVar(flags, &f.timeout, "timeout", "stop after `DUR` (for example 90s or 10m)")
	addStyleFlags(cmd, &f.style)
	a.exclusive(cmd, "json", "print0", "long", "list")
	a.exclusive(cmd, "record", "json")
	a.exclusive(cmd, "record", "print0")
	a.exclusive(cmd, "record", "long")
	a.exclusive(cmd, "record", "list")
	noFileCompletion(cmd, "timeout", "record-size")
	return cmd
}

// watch shows, prints or records what is written.
func (a *app) watch(ctx context.Context, f *watchFlags, args []string) error {
	if f.record == "" && f.recordSize != (sizeLimit{}) {
		return session.Misuse(errors.New("--record-size requires --record"))
	}
	a.brief = f.record != ""
	s, err := a.newSession(ctx, args)
	if err != nil {
		return err
	}
	if err := s.SetStyle(f.style); err != nil {
		return err
	}
	w, err := live.Open(s, live.Options{All: f.all, Missing: f.missing})
	if err != nil {
		return err
	}
	defer w.Close()
	for _, m := range w.Marks() {
		if text := report.MarkText(&m); text != "" {
			a.notice("warning", text)
		}
	}
	if f.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.timeout)
		defer cancel()
	}
	switch {
	case f.record != "":
		return f.keepWrites(ctx, w)
	case f.list || f.long || f.json || f.print0 || !isTerminal(a.out):
		return a.printWrites(ctx, f, w)
	}
	return a.browseWrites(ctx, s, w)
}

// keepWrites records writes in the file of --record until a signal or the time limit.
func (f *watchFlags) keepWrites(ctx context.Context, w *live.Watch) error {
	name, err := filepath.Abs(f.record)
	if err != nil {
		return err
	}
	if name == session.DefaultRecord {
		_ = os.MkdirAll(filepath.Dir(name), 0o755) // OpenRing reports the error
	}
	ring, err := watch.OpenRing(name, f.recordSize.bytes)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	err = w.Run(ctx, func(write *live.Write) error { return ring.Add(&write.Record) })
	return errors.Join(err, ring.Close())
}

// printWrites prints writes until Ctrl-C or the time limit. That is not an error.
func (a *app) printWrites(ctx context.Context, f *watchFlags, w *live.Watch) error {
	say(a.err, "hint", report.WatchingText(w.Marks()))
	out := report.NewWriter(a.out)
	json := jsonline.NewEncoder()
	seen := live.NewSeen()
	terminal, end := isTerminal(a.out), paths.LineEnd(f.print0)
	defer func() {
		if n := w.Hidden(); n > 0 {
			say(a.err, "hint", report.HiddenWritesText(n))
		}
	}()
	return w.Run(ctx, func(write *live.Write) error {
		if write.Overflow {
			say(a.err, "warning", report.OverflowText)
			if !f.json {
				return nil
			}
		}
		name := write.Path
		if terminal {
			name = printable.Name(name)
		}
		switch {
		case f.json:
			out.Buf = report.AppendWatchJSON(json, out.Buf, write)
		case f.long:
			out.Buf = fmt.Appendf(out.Buf, "%s %s\n", report.WatchText(write), name)
		case seen.Add(write.Path):
			out.Buf = append(append(out.Buf, name...), end)
		}
		return out.Flush() // readers wait for each write
	})
}

// browseWrites opens the screen with what is written until it is closed.
func (a *app) browseWrites(ctx context.Context, s *session.Session, w *live.Watch) error {
	in, out, err := a.terminal("watch --list")
	if err != nil {
		return err
	}
	watching, cancel := context.WithCancel(ctx)
	writes := live.NewWrites()
	ended := make(chan error, 1)
	go func() {
		ended <- w.Run(watching, func(write *live.Write) error {
			writes.Add(write)
			return nil
		})
	}()
	opts := a.screenOptions(s, in, out)
	machine := screen.NewWatched(s, writes)
	opts.Machine, opts.Listed, opts.Live, opts.Groups = machine, true, true, screen.WatchedGroups()
	opts.View = setting.ViewFiles
	opts.Hidden = w.Hidden
	opts.Programs, opts.ProgramOf = nil, machine.WriterOf
	err = a.runScreen(ctx, opts, "")
	cancel()
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // --timeout
	}
	if failed := <-ended; failed != nil {
		say(a.err, "error", failed.Error())
	}
	if writes.Lost() > 0 {
		say(a.err, "warning", report.OverflowText)
	}
	return err
}
