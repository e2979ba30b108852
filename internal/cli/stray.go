package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
)

type strayFlags struct {
	print0, json, long, verbose bool
	storage                     string
}

const strayLong = `List paths in persistent storage that are neither declared in the configuration nor
mounted anywhere. A directory without declared paths is listed as a whole; directories
without files come last. Nothing is changed.`

const strayExamples = `  list-ephemeral stray                        undeclared paths in all storage
  list-ephemeral stray -l                     with files, size and age
  list-ephemeral stray --storage /persist -0  one storage path, for scripts`

func newStray(a *app) *cobra.Command {
	var f strayFlags
	cmd := &cobra.Command{
		Use:     "stray [flags]",
		Short:   "List undeclared paths in persistent storage",
		Long:    strayLong,
		Example: strayExamples,
		Args:    takesNothing,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.stray(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.print0, "print0", "0", false, "end each path with NUL instead of a newline")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per line")
	flags.BoolVarP(&f.long, "long", "l", false, "add the number of files, size and age")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each path that could not be read")
	textVar(flags, &f.storage, "storage", "", "a directory", "search the storage path `DIR` (default: all configured or mounted)")
	a.exclusive(cmd, "print0", "json", "long")
	_ = cmd.MarkFlagDirname("storage")
	return cmd
}

// stray prints what lies in storage and is not declared.
func (a *app) stray(ctx context.Context, f strayFlags) error {
	p, err := a.plan(ctx, nil)
	if err != nil {
		return err
	}
	storage, err := p.storageToSearch(f.storage)
	if err != nil {
		return err
	}
	declared := p.declaredIn(storage)
	if len(declared) == 0 {
		return hintedError{
			fmt.Errorf("no declared paths found in %s; refusing to report everything as stray", strings.Join(storage, ", ")),
			"declare them as persistedDirs and persistedFiles in the configuration; nothing is mounted from there",
		}
	}
	rows, stats, err := p.strays(ctx, storage, declared)
	if err != nil {
		return whySignal(ctx, err)
	}
	return errors.Join(a.printStrays(f, rows), a.concludeStrays(f, rows, stats))
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

// strays finds what is not declared, rolled up: first what holds files, then what holds
// none, each sorted.
func (p *plan) strays(ctx context.Context, storage []string, known []declared) ([]*row, scan.Stats, error) {
	rules := scan.Rules{Mounts: p.mounts, Roots: storage}
	for _, d := range known {
		rules.Persisted = append(rules.Persisted, scan.Persisted{Path: d.path, Source: d.by})
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
	return rows, stats, err
}

// empty reports whether a row is a directory without a file in it.
func (r *row) empty() bool { return r.isDir() && r.files == 0 }

// printStrays prints the rows.
func (a *app) printStrays(f strayFlags, rows []*row) error {
	format := strayFormat(f, isTerminal(a.out), time.Now())
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

func strayFormat(f strayFlags, safe bool, now time.Time) rowFormat {
	path := dirPathFormat('\n', safe)
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
		return dirPathFormat(0, safe)
	}
	return path
}

// concludeStrays sums up on stderr, and says what could not be read.
func (a *app) concludeStrays(f strayFlags, rows []*row, stats scan.Stats) error {
	files, empty, left := 0, 0, 0
	var size int64
	for _, r := range rows {
		files += r.files
		size = sizes.Add(size, r.bytes)
		if r.empty() {
			empty++
		}
		if strings.HasPrefix(filepath.Base(string(r.path)), adoptLeftover) {
			left++
		}
	}
	text := fmt.Sprintf("%s with %s not declared", count(files, "file"), printable.Size(size))
	if empty > 0 {
		text += ", and " + plural(empty, "empty directory", "empty directories")
	}
	a.err.line(text)
	if left > 0 {
		say(a.err, "hint", fmt.Sprintf("%s by an adopt that was killed: the next one there removes it", plural(left, "path was left", "paths were left")))
	}
	if len(stats.Errors) == 0 {
		return nil
	}
	return a.tellUnread(stats, f.verbose)
}

// adoptLeftover is the directory that a killed adopt leaves behind.
const adoptLeftover = ".list-ephemeral-adopt"

// plural returns a number with its noun, where that has a form of its own for many.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
