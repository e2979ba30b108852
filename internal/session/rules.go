package session

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
)

// rules converts configuration and flags to the rules of a scan.
func (s *Session) rules() (scan.Rules, error) {
	cfg := s.Config
	rules := scan.Rules{Mounts: s.Mounts, Only: s.Only, Storage: s.storage, Classes: sync.OnceValue(s.classes)}
	s.setPersisted(&rules)
	for _, include := range cfg.ExtraIncludes {
		for path := range s.bothPaths(include.Text) {
			rules.Include = append(rules.Include, path)
		}
	}
	for _, arg := range s.options.Includes {
		path, err := TruePath(arg, false)
		if err != nil {
			return rules, err
		}
		rules.Include = append(rules.Include, path)
	}
	s.setRoots(&rules)
	rules.Hide = s.Config.HidesKnown() && !s.options.All
	s.patterns = s.excludePatterns()
	var err error
	if rules.Exclude, err = pattern.Compile(s.patterns); err != nil {
		return rules, Misuse(err)
	}
	return rules, nil
}

// setRoots sets the roots: those of the flags, otherwise of the configuration, otherwise the trees
// that a boot wipes, and "/".
func (s *Session) setRoots(rules *scan.Rules) {
	rules.Stated = s.stated
	for _, tree := range s.fates.Roots() {
		if s.stated || !IsContainerLayer(tree) {
			rules.Roots = append(rules.Roots, tree.Point)
		}
	}
	for _, tree := range s.fates.All() {
		overlaps := func(root string) bool {
			return root == tree.Point || rules.Stated && (paths.AtOrBelow(root, tree.Point) || paths.AtOrBelow(tree.Point, root))
		}
		isOwn := !IsContainerLayer(tree) || s.stated && slices.Contains(rules.Roots, tree.Point)
		if tree.Upper != "" && isOwn && slices.ContainsFunc(rules.Roots, overlaps) {
			rules.Overlays = append(rules.Overlays, scan.Overlay{Point: tree.Point, Upper: tree.Upper, Work: tree.Work})
		}
	}
}

// IsContainerLayer reports whether an overlay is the file system of a container. Podman and Docker
// mount it beside its upper directory, where a scan finds its files: overlay/ID/merged and
// overlay/ID/diff (containers/storage, drivers/overlay; moby, daemon/graphdriver/overlay2).
func IsContainerLayer(tree boot.Tree) bool {
	return filepath.Base(tree.Point) == "merged" && filepath.Base(tree.Upper) == "diff" && filepath.Dir(tree.Upper) == filepath.Dir(tree.Point)
}

// statedRoots returns the roots from the flags; without flags, from the configuration.
func (s *Session) statedRoots() ([]string, error) {
	var roots []string
	for _, arg := range s.options.Roots {
		root, err := trueRoot(arg)
		if errors.Is(err, fs.ErrNotExist) && s.options.MayLackRoots {
			root, err = filepath.Abs(arg)
		}
		if err != nil {
			return nil, Misuse(fmt.Errorf("--root: %w", err))
		}
		roots = append(roots, root)
	}
	if len(roots) > 0 {
		return roots, nil
	}
	for _, value := range s.Config.Roots {
		root, err := trueRoot(value.Text)
		if err != nil {
			return nil, Misuse(fmt.Errorf("%s: %w", value.Origin, err))
		}
		roots = append(roots, root)
	}
	return roots, nil
}

// trueRoot returns the true path of a root, which has to be a directory.
func trueRoot(arg string) (string, error) {
	path, err := TruePath(arg, true)
	if err != nil {
		return "", StatError(arg, err)
	}
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return "", fmt.Errorf("stat %s: not a directory", arg)
	}
	return path, nil
}

// excludePatterns returns the exclude patterns of configuration and flags.
func (s *Session) excludePatterns() []pattern.Pattern {
	var list []pattern.Pattern
	configured := s.Config.Patterns()
	if s.options.All {
		configured = nil
	}
	for _, p := range configured {
		list = append(list, pattern.Pattern{Text: p.Text, Source: p.Origin.String()})
	}
	for _, text := range s.options.Excludes {
		list = append(list, pattern.Pattern{Text: text, Source: "--exclude"})
	}
	if s.options.NoCache {
		list = append(list, cachePatterns()...)
	}
	return list
}

// storagePaths returns the storage paths: the usual ones, and without a configuration of them those
// from which the built system keeps data.
func (s *Session) storagePaths() []string {
	storage := s.usualStorage()
	if len(s.Config.StoragePaths) > 0 {
		return storage
	}
	return append(storage, s.declaredStorage(storage)...)
}

// usualStorage returns the storage paths of the configuration, otherwise /persist, and further usual
// ones if they are mount points.
func (s *Session) usualStorage() []string {
	if len(s.Config.StoragePaths) > 0 {
		return s.Config.StoragePaths.Texts()
	}
	storage := []string{"/persist"}
	for _, path := range []string{"/persistent", "/nix/persist"} {
		if s.Mounts.At(path).Point == path {
			storage = append(storage, path)
		}
	}
	return storage
}

// stopsAt returns a function that reports whether resolving a path of the configuration stops
// there. It stops at mounts that may not respond. They contain no candidates unless a root is at
// or below them.
func (s *Session) stopsAt() func(path string) bool {
	stops := map[string]bool{}
	for _, mount := range s.Mounts.Points() {
		stops[mount.Point] = !mount.Answers()
	}
	for _, root := range slices.Concat(s.options.Roots, s.Config.Roots.Texts()) {
		if abs, err := filepath.Abs(root); err == nil {
			for ; abs != "/"; abs = filepath.Dir(abs) {
				stops[abs] = false
			}
		}
	}
	return func(path string) bool { return stops[path] }
}

// bothPaths yields a path as written and, if a directory above it is a symlink, as a walk finds
// it.
func (s *Session) bothPaths(path string) iter.Seq[string] {
	return bothPaths(path, &truepath.Resolver{Stop: s.stops})
}

func bothPaths(path string, resolver *truepath.Resolver) iter.Seq[string] {
	return func(yield func(string) bool) {
		if resolved, _ := resolver.Parent(path); yield(path) && resolved != path {
			yield(resolved)
		}
	}
}

// resolved is [truepath.Resolve], but it does not enter mounts that may not respond.
func (s *Session) resolved(path string) string {
	resolver := truepath.Resolver{Stop: s.stops}
	return resolver.Whole(path)
}
