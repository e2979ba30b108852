package session

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// This file describes paths to the snippet.

// Item describes a path to the snippet by what is on the disk. Where there is nothing,
// it is a directory if the path ends in a slash, or if public configurations keep it as
// one.
func (s *Session) Item(path string, kind scan.Kind, info scan.Info, slash bool) snippet.Item {
	item := snippet.Item{
		Path: path, Dir: kind == scan.KindDir || kind == scan.KindUnknown && (slash || s.usuallyDir(path)),
		Kept: report.KeptBy(s.Judge(path, kind), s.mountedFrom(path)), Replaced: s.replaced(path),
	}
	item.Parent, item.Above = s.parents(path)
	switch kind {
	case scan.KindSymlink:
		item.Kind, item.Target = snippet.Symlink, linkTarget(path)
	case scan.KindSocket:
		item.Kind = snippet.Socket
	case scan.KindPipe:
		item.Kind = snippet.Pipe
	case scan.KindBlock, scan.KindChar:
		item.Kind = snippet.Device
	case scan.KindFile, scan.KindDir:
		if s.isSwap(path, item.Dir) {
			item.Kind = snippet.Swap
		}
	case scan.KindUnknown, scan.KindWhiteout:
	}
	if kind != scan.KindUnknown && kind != scan.KindSymlink && (item.Dir || s.Style.Dialect.CarriesFiles()) {
		item.Access = s.access(info)
	}
	return item
}

// usuallyDir reports whether public configurations keep a path as a directory.
func (s *Session) usuallyDir(path string) bool {
	entry, found := known.Lookup(s.known, path)
	return found && entry.Dir
}

// linkTarget returns the true path that a symlink leads to, "" if it cannot be read.
func linkTarget(path string) string {
	target, err := os.Readlink(path)
	if err != nil {
		return ""
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(path), target)
	}
	resolved := truepath.Resolve(filepath.Clean(target))
	if strings.HasPrefix(resolved, "/proc/") { // what is there differs from process to process
		return target
	}
	return resolved
}

// access translates mode and owner.
func (s *Session) access(info scan.Info) *snippet.Access {
	return &snippet.Access{Mode: info.Mode, User: s.Owners.User(info.UID), Group: s.Owners.Group(info.GID)}
}

// mostDirs bounds the directories whose mode and owner are remembered.
const mostDirs = 1 << 16

// parents returns mode and owner of the directory that a path is in, and of those above
// it without "/", nearest first; nil for one that cannot be had. Those of the last path
// are remembered, as paths come directory by directory.
func (s *Session) parents(path string) (parent *snippet.Access, above []*snippet.Access) {
	dir := filepath.Dir(path)
	if s.parent.dir != dir {
		s.parent.dir, s.parent.access, s.parent.above = dir, s.accessOf(dir), nil
		for dir != "/" {
			if dir = filepath.Dir(dir); dir != "/" {
				s.parent.above = append(s.parent.above, s.accessOf(dir))
			}
		}
	}
	return s.parent.access, s.parent.above
}

// accessOf returns mode and owner of a directory, nil if they cannot be had.
func (s *Session) accessOf(dir string) *snippet.Access {
	if access, known := s.dirs[dir]; known {
		return access
	}
	var access *snippet.Access
	if kind, info, err := scan.Stat(dir); err == nil && kind == scan.KindDir {
		access = s.access(info)
	}
	if s.dirs == nil || len(s.dirs) >= mostDirs {
		s.dirs = make(map[string]*snippet.Access)
	}
	s.dirs[dir] = access
	return access
}

// replaced reports whether programs save a file by renaming another one onto it: in
// general, or in the trace that is shown.
func (s *Session) replaced(path string) bool {
	return s.known.Replaced(path) || s.Renamed != nil && s.Renamed(path)
}

// Describe looks at a path that was selected on the screen. Directories need
// their mode and owner; files no more than their name, in most dialects.
func (s *Session) Describe(path string, kind scan.Kind) snippet.Item {
	if kind != scan.KindDir && !s.Style.Dialect.CarriesFiles() {
		return s.Item(path, kind, scan.Info{}, false)
	}
	now, info, err := scan.Stat(path)
	if err == nil {
		return s.Item(path, now, info, false)
	}
	// It has vanished since it was listed. It is written by its name, as what it was.
	item := s.Item(path, scan.KindUnknown, info, false)
	if kind != scan.KindUnknown {
		item.Dir = kind == scan.KindDir
	}
	return item
}
