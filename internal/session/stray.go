package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/triage"
)

// Strays are the undeclared paths in storage.
type Strays struct {
	Storage  []string
	Declared []declared
	Home     string
	Only     []string // the PATHs
	Rows     []*scan.Row
	Stats    scan.Stats
	// at returns where the Nix code declares a path; "" if it is not known.
	at func(path string) string
}

// whyNone returns why nothing at a path is stray.
func (s *Strays) whyNone(path string) *report.StrayReason {
	if StorageOfPath(s.Storage, path) == "" {
		return &report.StrayReason{Kind: report.StrayOutside, Storage: s.Storage}
	}
	if _, _, err := scan.Stat(path); err != nil {
		var errno syscall.Errno
		if errors.As(err, &errno) {
			err = errno
		}
		return &report.StrayReason{Kind: report.StrayUnread, Err: err}
	}
	for _, d := range s.Declared {
		if paths.AtOrBelow(path, d.path) {
			by := d.by
			if s.at != nil && d.live != "" {
				by.At = s.at(d.live)
			}
			return &report.StrayReason{Kind: report.StrayDeclared, Declared: by}
		}
	}
	return &report.StrayReason{Kind: report.StrayNone}
}

// StorageToSearch returns the storage paths that are directories.
func (s *Session) StorageToSearch(flag string) ([]string, error) {
	named := s.storage
	if flag != "" {
		path, err := TruePath(flag, true)
		if err != nil {
			return nil, Misuse(fmt.Errorf("--storage: %w", StatError(flag, err)))
		}
		named = []string{path}
	}
	found := directories(named)
	if len(found) == 0 {
		return nil, WithRemedy(fmt.Errorf("no storage directory found at %s", report.Enumerate(named, "or")), "name it with --storage, or as storagePaths in the configuration")
	}
	return found, nil
}

// directories returns the true paths of those paths that are directories, each once.
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

// declared is a declared path in storage.
type declared struct {
	path string
	by   report.StrayDeclaration
	live string // the path at which the running system shows it
}

// DeclaredIn returns the declared paths in storage: the location of each persisted path of the
// configuration in each storage path, and the paths in storage that are mounted elsewhere.
// If a storage path ends in the home, as in version 1 of impermanence's Home Manager module,
// persisted paths below the home are also relative to the storage path.
func (s *Session) DeclaredIn(storage []string) []declared {
	var all []declared
	for _, dir := range storage {
		for _, kept := range slices.Concat(s.Config.PersistedDirs, s.Config.PersistedFiles) {
			by := report.StrayDeclaration{Key: kept.Origin.String()}
			all = append(all, declared{filepath.Join(dir, kept.Text), by, kept.Text})
			below, inHome := paths.Rel(kept.Text, s.Config.Home)
			if inHome && below != "." && strings.HasSuffix(dir, s.Config.Home) {
				all = append(all, declared{filepath.Join(dir, below), by, kept.Text})
			}
		}
		for _, mount := range s.Mounts.Points() {
			if in, ok := s.Mounts.Stored(mount.Point, dir); ok && in != dir {
				all = append(all, declared{in, report.StrayDeclaration{Mount: mount.Point}, mount.Point})
			}
		}
	}
	return all
}

// FindStrays finds the undeclared paths, rolled up. Rows with files come first, then empty rows,
// each sorted by path. The trash is not stray.
func (s *Session) FindStrays(ctx context.Context, into *Strays) error {
	rules := scan.Rules{Mounts: s.Mounts, Roots: into.Storage}
	for _, d := range into.Declared {
		rules.Persisted = append(rules.Persisted, scan.Persisted{Path: d.path, Source: d.by.Source()})
	}
	for _, dir := range trashDirs(into.Storage) {
		rules.Persisted = append(rules.Persisted, scan.Persisted{Path: dir, Source: "the trash"})
	}
	for _, dir := range into.Storage {
		rules.Persisted = append(rules.Persisted,
			scan.Persisted{Path: filepath.Join(dir, history.Name), Source: "receipts and the graveyard"},
			scan.Persisted{Path: filepath.Join(dir, triage.Name), Source: "decisions"})
	}
	policy := scan.NewPolicy(rules)
	var rows []*scan.Row
	g := &scan.RowWriter{Rollup: scan.NewRollup(policy), Emit: func(r *scan.Row) error { rows = append(rows, r); return nil }}
	kinds := scan.KindsOf(scan.KindFile, scan.KindDir, scan.KindSymlink, scan.KindSocket, scan.KindPipe, scan.KindBlock, scan.KindChar)
	stats, err := scan.List(ctx, scan.Options{Policy: policy, Kinds: kinds, Info: true}, g.Add)
	if err == nil {
		err = g.End()
	}
	slices.SortStableFunc(rows, func(a, b *scan.Row) int {
		switch {
		case a.Empty() == b.Empty():
			return bytes.Compare(a.Path, b.Path)
		case b.Empty():
			return -1
		}
		return 1
	})
	into.Rows, into.Stats, into.at = rows, stats, s.DeclaredAt
	return err
}

// chosenStray is a stray that was chosen to be moved.
type chosenStray struct {
	Path    string
	WhyLeft *report.StrayReason // why it is not moved; nil if it is moved
}

// Chosen returns the strays to move: those named by PATHs, or all without PATHs. It returns an
// error for each PATH at which nothing is stray.
func (s *Strays) Chosen() (chosen []chosenStray, wrong []error) {
	for _, r := range s.Rows {
		path := strings.TrimSuffix(string(r.Path), "/")
		c := chosenStray{Path: path}
		switch {
		case adopt.IsLeftover(path):
			continue
		case len(s.Only) == 0:
			c.WhyLeft = s.InUse(path)
			chosen = append(chosen, c)
		}
		for _, arg := range s.Only {
			if arg != path && paths.AtOrBelow(path, arg) {
				c.WhyLeft = s.InUse(path)
			} else if paths.AtOrBelow(arg, path) {
				c = chosenStray{Path: arg}
			} else {
				continue
			}
			if !slices.ContainsFunc(chosen, func(o chosenStray) bool { return o.Path == c.Path && (o.WhyLeft == nil) == (c.WhyLeft == nil) }) {
				chosen = append(chosen, c)
			}
		}
	}
	for _, arg := range s.Only {
		if !slices.ContainsFunc(s.Rows, func(r *scan.Row) bool { return r.Touches(arg) }) {
			wrong = append(wrong, fmt.Errorf("%s: %s", arg, s.whyNone(arg).Text()))
		}
	}
	return chosen, wrong
}

// Covers reports whether a path is a stray or below one.
func (s *Strays) Covers(path string) bool {
	return slices.ContainsFunc(s.Rows, func(r *scan.Row) bool {
		return paths.AtOrBelow(path, strings.TrimSuffix(string(r.Path), "/"))
	})
}

// InUse returns why a stray is not moved unless it is named; nil if it is moved. The usual reason
// is that the path of which it is a copy exists: adopt has run, but the configuration that declares
// the path is not active yet.
func (s *Strays) InUse(path string) *report.StrayReason {
	storage := StorageOfPath(s.Storage, path)
	if path == storage+"/lost+found" {
		return &report.StrayReason{Kind: report.StrayOfFileSystem}
	}
	live := []string{path[len(storage):]}
	if s.Home != "" && strings.HasSuffix(storage, s.Home) {
		live = append(live, s.Home+live[0])
	}
	for _, name := range live {
		switch _, err := os.Lstat(name); {
		case err == nil:
			return &report.StrayReason{Kind: report.StrayLive, Path: name}
		case !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.ENOTDIR):
			return &report.StrayReason{Kind: report.StrayUnclear, Err: err}
		}
	}
	return nil
}

// StorageOfPath returns the innermost storage path that a path is in, or "".
func StorageOfPath(storage []string, path string) string {
	in := ""
	for _, s := range storage {
		if paths.AtOrBelow(path, s) && len(s) > len(in) {
			in = s
		}
	}
	return in
}
