package session

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Explanation returns the verdict on a path with the facts that explain it.
func (s *Session) Explanation(path string) report.Explanation {
	kind, info, err := scan.Stat(path)
	e := report.Explanation{Name: path, Verdict: s.Judge(path, kind), Tree: s.FateOf(path), Kind: kind, Size: info.Size, Err: err}
	if overlay, upper := s.Policy.Overlay(path); overlay != nil && (err == nil || isWhiteout(upper)) {
		e.Upper = upper
	}
	e.ShownFrom = s.shownFrom(path, e.Verdict)
	if d, ok := s.Declared(path); ok {
		e.Declared = &d
	} else {
		e.Removed = s.removed(path)
	}
	switch e.Verdict.Class {
	case scan.ClassCandidate, scan.ClassIncluded, scan.ClassPersisted, scan.ClassMounted, scan.ClassLinked, scan.ClassExcluded, scan.ClassHidden:
		e.DeclaredAt = s.DeclaredAt(path)
	case scan.ClassUnknown, scan.ClassRoot, scan.ClassStorage, scan.ClassSystem, scan.ClassOutside, scan.ClassLayer, scan.ClassLower:
	}
	o := s.OwnerOf(path)
	e.Owner = &o
	e.Ignored, _ = known.IgnoredBy(s.known, path)
	if w, ok := s.Written(path); ok {
		e.Written = &w
	}
	if kind == scan.KindBlock || kind == scan.KindChar {
		var st unix.Stat_t
		if unix.Lstat(path, &st) == nil {
			e.Device = fmt.Sprintf("%d, %d", unix.Major(st.Rdev), unix.Minor(st.Rdev))
		}
	}
	return e
}

// isWhiteout reports whether a path in an upper directory says that a lower layer's path is deleted
// (Documentation/filesystems/overlayfs.rst).
func isWhiteout(upper string) bool {
	var st unix.Stat_t
	return unix.Lstat(upper, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFCHR && st.Rdev == 0
}

// Judge returns the verdict on a path on the disk. It is the verdict of the policy, except for
// symlinks that contain no data of their own and for paths that exist only in a lower layer of
// an overlay.
func (s *Session) Judge(path string, kind scan.Kind) scan.Verdict {
	v := s.Policy.Judge(path, kind)
	if v.Class == scan.ClassCandidate && kind == scan.KindSymlink {
		if target, err := os.Readlink(path); err == nil && s.leadsAway(path, target) {
			return scan.Verdict{Class: scan.ClassLinked, By: path, Target: target}
		}
	}
	if v.Class == scan.ClassCandidate && kind != scan.KindUnknown {
		if o, upper := s.Policy.Overlay(path); o != nil {
			if _, err := os.Lstat(upper); errors.Is(err, fs.ErrNotExist) {
				return scan.Verdict{Class: scan.ClassLower, By: path, Target: o.Point}
			}
		}
	}
	if v.Class == scan.ClassCandidate && kind == scan.KindDir && s.ScanRules.Hide && s.isManaged(path) {
		return scan.Verdict{Class: scan.ClassHidden, By: path, Finding: managedDir}
	}
	return v
}

// shownFrom returns, for a path on a bind mount of a part of a wiped tree, the path in that tree,
// where list has it; otherwise "".
func (s *Session) shownFrom(path string, v scan.Verdict) string {
	if v.Class != scan.ClassMounted {
		return ""
	}
	tree := s.FateOf(path)
	rel, ok := paths.Rel(path, tree.Point)
	if tree.Fate != boot.Wiped || tree.Alias == "" || !ok {
		return ""
	}
	shown := filepath.Join(tree.Alias, rel)
	if s.Policy.Judge(shown, scan.KindFile).Class != scan.ClassCandidate {
		return ""
	}
	return shown
}

// managedDir is why a directory of managed links is hidden.
var managedDir = known.Finding{
	Class: known.ClassManaged, Pattern: "only links", Source: "the entries of the directory",
	Reason: "It contains only symlinks into the store or storage, which a boot makes again.",
}

// ManagedDirs returns a function that reports whether a directory contains only managed
// links, or is in one that does. A walk does not know that of a directory, so this reads the
// directory. It is for one goroutine, and for the paths of a listing, in their order. It is nil where
// the configuration says what is hidden.
func (s *Session) ManagedDirs() func(path string) bool {
	if !s.ScanRules.Hide {
		return nil
	}
	last := ""
	return func(path string) bool {
		if last != "" && paths.AtOrBelow(path, last) {
			return true
		}
		if !s.isManaged(path) {
			return false
		}
		last = path
		return true
	}
}

// isManaged reports whether a directory contains symlinks that are not candidates, also in
// directories in it, and nothing else. An empty directory does not.
func (s *Session) isManaged(dir string) bool {
	links, other := s.onlyLinks(dir)
	return links && !other
}

// onlyLinks reports whether a directory contains managed links, and whether anything else. It stops
// at the first other entry.
func (s *Session) onlyLinks(dir string) (links, other bool) {
	f, err := os.Open(dir)
	if err != nil {
		return false, true
	}
	defer f.Close()
	for {
		entries, err := f.ReadDir(64)
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			switch {
			case e.IsDir() && s.Policy.Judge(path, scan.KindDir).Class == scan.ClassCandidate:
				in, more := s.onlyLinks(path)
				if links = links || in; more {
					return links, true
				}
			case e.Type() == fs.ModeSymlink && s.isManagedLink(path):
				links = true
			default:
				return links, true
			}
		}
		if err != nil {
			return links, !errors.Is(err, io.EOF)
		}
	}
}

// isManagedLink reports whether a symlink is not a candidate by its target.
func (s *Session) isManagedLink(path string) bool {
	target, err := os.Readlink(path)
	return err == nil && s.Policy.Hides(filepath.Dir(path), filepath.Base(path), target)
}

// leadsAway reports whether a symlink ends in the store or in storage.
func (s *Session) leadsAway(path, target string) bool {
	if s.Policy.Hides(filepath.Dir(path), filepath.Base(path), target) {
		return true
	}
	end, err := filepath.EvalSymlinks(path)
	return err == nil && s.Policy.Hides(filepath.Dir(path), filepath.Base(path), end)
}

// MountedFrom returns the path in storage that a path is mounted from, or "".
func (s *Session) MountedFrom(path string) string {
	for _, storage := range s.storage {
		if in, ok := s.Mounts.Stored(path, storage); ok {
			return in
		}
	}
	return ""
}
