package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
)

type strayFlags struct {
	print0, json, long, verbose bool
	storage                     string
	trash, restore, empty, yes  bool
	before                      time.Time // of --older-than; the zero value is no limit
}

const strayLong = `List paths in persistent storage that are neither declared in the configuration nor
mounted anywhere: whole directories where nothing in them is declared, then those
that contain no file at all. A PATH limits the list to what is at or below it.

With --trash they are moved to STORAGE/.trash instead, at once and whatever their
size, and --restore puts them back. Nothing is removed before --empty. A stray whose
path exists outside storage too is moved only if PATH names it: adopt may have just
copied it there for a configuration that is not active yet.`

const strayExamples = `  list-ephemeral stray -l                       what is not declared
  sudo list-ephemeral stray --trash /persist/home/alice/.old
  sudo list-ephemeral stray --restore           undo the last --trash
  sudo list-ephemeral stray --restore 2026-02-03 /persist/etc/x
  sudo list-ephemeral stray --empty --older-than 30d`

func newStray(a *app) *cobra.Command {
	var f strayFlags
	cmd := &cobra.Command{
		Use:     "stray [flags] [PATH...]",
		Short:   "List undeclared paths in persistent storage, or move them to the trash",
		Long:    strayLong,
		Example: strayExamples,
		Args:    takesPaths,
		RunE: func(cmd *cobra.Command, args []string) error {
			work := func() error { return a.stray(cmd.Context(), f, args) }
			if f.trash || f.restore || f.empty {
				return work() // never left in the middle
			}
			return unstuck(cmd.Context(), work)
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.print0, "print0", "0", false, "end each path with NUL instead of a newline")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per line")
	flags.BoolVarP(&f.long, "long", "l", false, "add the number of files, size and age")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each path that could not be read")
	textVar(flags, &f.storage, "storage", "", "a directory", "search the storage path `DIR` (default: all configured or mounted)")
	flags.BoolVar(&f.trash, "trash", false, "move strays to the trash")
	flags.BoolVar(&f.restore, "restore", false, "move back the last --trash, or each DATE or PATH given")
	flags.BoolVar(&f.empty, "empty", false, "remove for good what is in the trash")
	flags.Var(&value[time.Time]{to: &f.before, read: readTime}, "older-than", "with --empty: remove only what is in the trash since `DUR` (30d)")
	flags.BoolVarP(&f.yes, "yes", "y", false, "with --empty: do not ask")
	a.exclusive(cmd, "print0", "json", "long")
	a.exclusive(cmd, "trash", "restore", "empty")
	for _, action := range []string{"trash", "restore", "empty"} {
		a.exclusive(cmd, action, "print0")
		a.exclusive(cmd, action, "long")
	}
	_ = cmd.MarkFlagDirname("storage")
	completesToNothing(cmd, "older-than")
	return cmd
}

// check reports flags that do not go together.
func (f *strayFlags) check(args []string) error {
	switch {
	case !f.empty && (!f.before.IsZero() || f.yes):
		return errors.New("--older-than and --yes require --empty")
	case f.empty && len(args) > 0:
		return errors.New("--empty takes no PATH; --older-than limits what it removes")
	}
	return nil
}

// strays is what is in storage and not declared.
type strays struct {
	storage  []string
	declared []declared
	home     string
	only     []string // the PATHs
	rows     []*row
	stats    scan.Stats
}

// stray prints or moves what is in storage and not declared.
func (a *app) stray(ctx context.Context, f strayFlags, args []string) error {
	if err := f.check(args); err != nil {
		return usageError{err}
	}
	p, err := a.plan(ctx, nil)
	if err != nil {
		return err
	}
	s := &strays{home: p.config.Home}
	if s.storage, err = p.storageToSearch(f.storage); err != nil {
		return err
	}
	switch {
	case f.restore:
		return a.restoreTrash(ctx, f, s.storage, args)
	case f.empty:
		return a.emptyTrash(ctx, f, s.storage)
	}
	for _, arg := range args {
		path, err := truePath(arg, false)
		if err != nil {
			return err
		}
		s.only = append(s.only, path)
	}
	s.declared = p.declaredIn(s.storage)
	if len(s.declared) == 0 {
		return hintedError{
			fmt.Errorf("no declared paths found in %s; refusing to report everything as stray", strings.Join(s.storage, ", ")),
			"declare them as persistedDirs and persistedFiles in the configuration; nothing is mounted from there",
		}
	}
	if err := p.findStrays(ctx, s); err != nil {
		return whySignal(ctx, err)
	}
	if f.trash {
		return errors.Join(a.trashStrays(ctx, f, s, args), a.reportUnreadStrays(f, s))
	}
	var failed error
	if len(args) > 0 {
		_, failed = a.chosenStrays(s, args)
		s.rows = slices.DeleteFunc(s.rows, func(r *row) bool {
			return !slices.ContainsFunc(s.only, r.touches)
		})
	}
	return errors.Join(a.printStrays(f, s.rows), failed, a.concludeStrays(ctx, f, s))
}

// touches reports whether a row is at or below a path, or the path below the row.
func (r *row) touches(path string) bool {
	own := strings.TrimSuffix(string(r.path), "/")
	return atOrBelow(own, path) || atOrBelow(path, own)
}

// whyNone says why nothing is stray at a path.
func (s *strays) whyNone(path string) string {
	if storageOfPath(s.storage, path) == "" {
		return "it is not in " + strings.Join(s.storage, " or ")
	}
	if _, _, err := scan.Stat(path); err != nil {
		var errno syscall.Errno
		if errors.As(err, &errno) {
			err = errno
		}
		return err.Error()
	}
	for _, d := range s.declared {
		if atOrBelow(path, d.path) {
			return "it is declared by " + d.by
		}
	}
	return "nothing in it is stray"
}

// storageToSearch returns the storage paths that are there.
func (p *plan) storageToSearch(flag string) ([]string, error) {
	named := p.storage
	if flag != "" {
		path, err := truePath(flag, true)
		if err != nil {
			return nil, usageError{fmt.Errorf("--storage: %w", statError(flag, err))}
		}
		named = []string{path}
	}
	found := directories(named)
	if len(found) == 0 {
		return nil, hintedError{fmt.Errorf("no storage directory found at %s", enumerate(named, "or")), "name it with --storage, or as storagePaths in the configuration"}
	}
	return found, nil
}

// directories returns those of paths that are directories, without symlinks.
func directories(paths []string) []string {
	var found []string
	for _, path := range paths {
		path = truepath.Resolve(path)
		if kind, _, err := scan.Stat(path); err == nil && kind == scan.KindDir && !slices.Contains(found, path) {
			found = append(found, path)
		}
	}
	return found
}

// declared is a path in storage that something declares.
type declared struct{ path, by string }

// declaredIn returns what is declared in storage paths: the persisted paths of the
// configuration at their place in each, and what the mount table shows elsewhere. In a
// storage path that ends in the home, as version 1 of impermanence's Home Manager module
// has it, what lies below the home is relative to that.
func (p *plan) declaredIn(storage []string) []declared {
	var all []declared
	for _, dir := range storage {
		for _, kept := range slices.Concat(p.config.PersistedDirs, p.config.PersistedFiles) {
			all = append(all, declared{filepath.Join(dir, kept.Text), kept.Origin.String()})
			if below, inHome := strings.CutPrefix(kept.Text, p.config.Home+"/"); inHome && strings.HasSuffix(dir, p.config.Home) {
				all = append(all, declared{filepath.Join(dir, below), kept.Origin.String()})
			}
		}
		for _, mount := range p.mounts.Points() {
			if in, ok := p.mounts.Stored(mount.Point, dir); ok && in != dir {
				all = append(all, declared{in, "mounted at " + mount.Point})
			}
		}
	}
	return all
}

// findStrays finds what is not declared, rolled up: first what contains files, then what
// contains none, each sorted. The trash is not stray.
func (p *plan) findStrays(ctx context.Context, s *strays) error {
	rules := scan.Rules{Mounts: p.mounts, Roots: s.storage}
	for _, d := range s.declared {
		rules.Persisted = append(rules.Persisted, scan.Persisted{Path: d.path, Source: d.by})
	}
	for _, dir := range trashDirs(s.storage) {
		rules.Persisted = append(rules.Persisted, scan.Persisted{Path: dir, Source: "the trash"})
	}
	policy := scan.NewPolicy(rules)
	var rows []*row
	g := &gatherer{rollup: scan.NewRollup(policy), done: func(r *row) error { rows = append(rows, r); return nil }}
	kinds := scan.KindsOf(scan.KindFile, scan.KindDir, scan.KindSymlink, scan.KindSocket, scan.KindPipe, scan.KindBlock, scan.KindChar)
	stats, err := scan.List(ctx, scan.Options{Policy: policy, Kinds: kinds, Info: true}, g.add)
	if err == nil {
		err = g.end()
	}
	slices.SortStableFunc(rows, func(a, b *row) int {
		switch {
		case a.empty() == b.empty():
			return bytes.Compare(a.path, b.path)
		case b.empty():
			return -1
		}
		return 1
	})
	s.rows, s.stats = rows, stats
	return err
}

// empty reports whether a row is a directory without a file in it.
func (r *row) empty() bool { return r.isDir() && r.files == 0 }

// printStrays prints the rows.
func (a *app) printStrays(f strayFlags, rows []*row) error {
	format := strayFormat(f, a.pathStyle(), time.Now())
	out := newWriter(a.out)
	for _, r := range rows {
		out.buf = format(out.buf, r)
		if err := out.full(); err != nil {
			return err
		}
	}
	return out.flush()
}

// strayLine is the schema of stray --json, which docs/json.md documents.
type strayLine struct {
	Path      string    `json:"path,omitempty"`
	PathBytes string    `json:"pathBytes,omitempty"`
	Type      string    `json:"type"`
	Files     int       `json:"files"`
	Bytes     int64     `json:"bytes"`
	ModTime   time.Time `json:"mtime"`
	Empty     bool      `json:"empty"`
}

func strayFormat(f strayFlags, style pathStyle, now time.Time) rowFormat {
	path := dirPathFormat('\n', style)
	switch {
	case f.json:
		json := jsonline.NewEncoder()
		return func(dst []byte, r *row) []byte {
			line := strayLine{Type: r.kind.String(), Files: r.files, Bytes: r.bytes, ModTime: r.newest.UTC(), Empty: r.empty()}
			line.Path, line.PathBytes = jsonline.Path(strings.TrimSuffix(string(r.path), "/"))
			return json.Append(dst, &line)
		}
	case f.long:
		return func(dst []byte, r *row) []byte {
			files := fmt.Sprint(r.files)
			if r.empty() {
				files = "empty"
			}
			dst = fmt.Appendf(dst, "%7s %5s %4s ", files, printable.Size(r.bytes), printable.Age(now.Sub(r.newest)))
			return path(dst, r)
		}
	case f.print0:
		return dirPathFormat(0, style.plain())
	}
	return path
}

// concludeStrays sums up on stderr, and says what could not be read.
func (a *app) concludeStrays(ctx context.Context, f strayFlags, s *strays) error {
	files, empty, left := 0, 0, 0
	var size int64
	for _, r := range s.rows {
		files += r.files
		size = sizes.Add(size, r.bytes)
		if r.empty() {
			empty++
		}
		if adopt.IsLeftover(string(r.path)) {
			left++
		}
	}
	text := fmt.Sprintf("%s with %s not declared", count(files, "file"), printable.Size(size))
	if empty > 0 {
		text += ", and " + plural(empty, "empty directory", "empty directories")
	}
	a.err.line(text)
	if held := inTrash(ctx, s.storage); held != "" {
		a.err.line(held)
	}
	if left > 0 {
		say(a.err, "hint", fmt.Sprintf("%s by an adopt that was killed: the next one there removes it", plural(left, "path was left", "paths were left")))
	}
	return a.reportUnreadStrays(f, s)
}

// reportUnreadStrays says what could not be read.
func (a *app) reportUnreadStrays(f strayFlags, s *strays) error {
	if len(s.stats.Errors) == 0 {
		return nil
	}
	return a.tellUnread(s.stats, f.verbose)
}

// plural returns a number with its noun, where that has a form of its own for many.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
