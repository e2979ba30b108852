package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/nixfile"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/nixedit"
)

// sourceFiles returns the files of snippet.sources below the directory of a flake, or below the
// repository around it. Files that belong to another machine are left out.
func (s *Session) sourceFiles(ctx context.Context, dir string) (files []nixFile) {
	for _, base := range flakeBases(dir) {
		for _, source := range s.Config.Snippet.Sources {
			name := filepath.Join(base, source.Text)
			if info, err := os.Stat(name); err == nil && info.IsDir() {
				name = filepath.Join(name, "default.nix") // as import does
			}
			if ctx.Err() != nil || s.stops(filepath.Dir(name)) {
				continue
			}
			f, err := nixfile.Read(name)
			if err != nil {
				continue
			}
			if file := parseNix(f); file.err == nil && !s.comparedWithBuilt(file.parsed).foreign() {
				files = append(files, file)
			}
		}
		if len(files) > 0 {
			break
		}
	}
	return files
}

// flakeBases returns the directories to which the paths of a flake's files are relative: its own, or
// that of the repository that Nix copies into the store.
func flakeBases(dir string) []string {
	bases := []string{dir}
	for up := dir; ; up = filepath.Dir(up) {
		if exists(filepath.Join(up, ".git")) && up != dir {
			return append(bases, up)
		}
		if up == "/" || up == "." {
			return bases
		}
	}
}

// builtComparison compares what a file declares with what the built configuration persists.
type builtComparison struct {
	kept    int
	missing []string // declared for certain, but not persisted
}

// foreign reports whether the file has nothing in common with the built configuration.
func (c builtComparison) foreign() bool { return c.kept == 0 && len(c.missing) > 0 }

// comparedWithBuilt compares the paths that a file declares.
func (s *Session) comparedWithBuilt(f *nixedit.File) (c builtComparison) {
	dirs, files := s.Config.PersistedDirs.Texts(), s.Config.PersistedFiles.Texts()
	for _, d := range f.Declared(s.allLists()) {
		switch {
		case slices.Contains(files, d.Path), slices.ContainsFunc(dirs, func(dir string) bool { return paths.AtOrBelow(d.Path, dir) }):
			c.kept++
		case !d.Conditional && !d.Computed && !slices.Contains(c.missing, d.Path):
			c.missing = append(c.missing, d.Path)
		}
	}
	return c
}

// isSource reports whether a file was found by snippet.sources.
func (s *Session) isSource(path string) bool {
	for _, source := range s.Config.Snippet.Sources {
		if strings.HasSuffix(path, "/"+source.Text) || strings.HasSuffix(filepath.Dir(path), "/"+source.Text) {
			return true
		}
	}
	return false
}

// sourceNotes says how a file of snippet.sources differs from what the system was built from.
func (s *Session) sourceNotes(path string, f *nixedit.File) []string {
	if len(s.Config.Snippet.Sources) == 0 || !s.isSource(path) {
		return nil
	}
	c := s.comparedWithBuilt(f)
	if len(c.missing) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s declares %s that the built configuration does not persist, such as %s: it changed since the last rebuild, or belongs to another machine",
		printable.Name(path), report.Count(len(c.missing), "path"), printable.Name(c.missing[0]))}
}
