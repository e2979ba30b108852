package session

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// This file converts paths to items of a snippet.

// Item returns a path as an item of a snippet, from its state on the disk. A missing path is a
// directory if it was given with a slash at the end, or if public configurations keep it as a
// directory.
func (s *Session) Item(path string, kind scan.Kind, info scan.Info, slash bool) snippet.Item {
	item := snippet.Item{
		Path: path, Dir: kind == scan.KindDir || kind == scan.KindUnknown && (slash || s.usuallyDir(path)),
		Replaced: s.replaced(path),
	}
	verdict := s.Judge(path, kind)
	item.Kept, item.ShownFrom = s.keptBy(path, verdict), s.shownFrom(path, verdict)
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
		if item.Dir && s.Style.Dialect.Nix() {
			item.StoreLink = s.storeLink(path)
		}
	case scan.KindUnknown, scan.KindWhiteout:
	}
	if kind != scan.KindUnknown && kind != scan.KindSymlink && (item.Dir || s.Style.Dialect.CarriesFiles()) {
		item.Access = s.access(info)
	}
	s.addOwner(&item, kind)
	return item
}

// mostNames is how many entries of a directory are read in search of a symlink.
const mostNames = 256

// storeLink returns the name of a symlink into the Nix store that a directory contains; "" if none of
// the entries that are read is one. Of several, it is the first by name.
func (s *Session) storeLink(dir string) string {
	if !s.Mounts.At(s.resolved(dir)).Answers() {
		return ""
	}
	f, err := os.Open(dir)
	if err != nil {
		return ""
	}
	defer f.Close()
	entries, _ := f.ReadDir(mostNames)
	first := ""
	for _, entry := range entries {
		if entry.Type()&fs.ModeSymlink == 0 || first != "" && first < entry.Name() {
			continue
		}
		if target, err := os.Readlink(filepath.Join(dir, entry.Name())); err == nil && strings.HasPrefix(target, "/nix/store/") {
			first = entry.Name()
		}
	}
	return first
}

// keptBy returns what persists a path already, or declares it, as a clause; "" if nothing does.
func (s *Session) keptBy(path string, v scan.Verdict) string {
	if by := report.KeptBy(v, s.MountedFrom(path)); by != "" {
		return by
	}
	if d, ok := s.Declared(path); ok {
		return d.KeptText()
	}
	return ""
}

// usuallyDir reports whether public configurations keep a path as a directory.
func (s *Session) usuallyDir(path string) bool {
	entry, found := known.Lookup(s.known, path)
	return found && entry.Dir
}

// linkTarget returns the true path of a symlink's target; "" if the symlink cannot be read.
func linkTarget(path string) string {
	target, err := os.Readlink(path)
	if err != nil {
		return ""
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(path), target)
	}
	resolved := truepath.Resolve(filepath.Clean(target))
	if strings.HasPrefix(resolved, "/proc/") { // its contents differ for each process
		return target
	}
	return resolved
}

// access returns mode, user and group with their names.
func (s *Session) access(info scan.Info) *snippet.Access {
	return &snippet.Access{Mode: info.Mode, User: s.Owners.User(info.UID), Group: s.Owners.Group(info.GID)}
}

// mostDirs is the maximum size of the cache Session.dirs.
const mostDirs = 1 << 16

// parents returns mode and owner of the directory that contains a path, and of the directories
// above it except "/", nearest first; nil for a directory that cannot be read. The result for
// the last directory is cached, because paths usually come grouped by directory.
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

// accessOf returns mode and owner of a directory; nil if they cannot be read.
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

// replaced reports whether programs save a file by renaming another file onto it, either
// according to the known paths or to the current trace.
func (s *Session) replaced(path string) bool {
	return s.known.Replaced(path) || s.Renamed != nil && s.Renamed(path)
}

// Describe returns a path that was selected on the screen as an item. Directories are read for
// their mode and owner. In most dialects, files are not read because only the name is written.
func (s *Session) Describe(path string, kind scan.Kind) snippet.Item {
	if kind != scan.KindDir && !s.Style.Dialect.CarriesFiles() {
		return s.Item(path, kind, scan.Info{}, false)
	}
	now, info, err := scan.Stat(path)
	if err == nil {
		return s.Item(path, now, info, false)
	}
	// The path was deleted after it was listed. Write it with the kind that it had.
	item := s.Item(path, scan.KindUnknown, info, false)
	if kind != scan.KindUnknown {
		item.Dir = kind == scan.KindDir
	}
	return item
}

// addOwner adds to an item what is known of its owner: the unit that declares the path, as a
// comment, and for a path that does not exist, whether it is a directory, and mode and owner as the
// unit or tmpfiles.d(5) gives them. What is on the disk is better, so it is not changed.
func (s *Session) addOwner(item *snippet.Item, kind scan.Kind) {
	comment := !s.noComments && s.Style.Dialect.Nix()
	if !s.styled || item.Kept != "" || kind != scan.KindUnknown && !comment {
		return
	}
	o := s.OwnerOf(item.Path)
	if comment && o.Type == owner.TypeUnit && declares(o.From.Source) {
		item.Comment = o.Name
	}
	if kind != scan.KindUnknown {
		return
	}
	item.Dir = item.Dir || o.Path == item.Path && o.From.Source == owner.SourceUnitDirectory
	if mode, ok := unitMode(&o); ok && item.Dir && item.Access == nil {
		item.Access = &snippet.Access{Mode: mode, User: o.User, Group: o.Group}
	}
}

// declares reports whether a unit itself names the path, or its container does. The name of the unit
// alone is not enough for a comment.
func declares(source owner.Source) bool {
	return source == owner.SourceUnitDirectory || source == owner.SourceUnitPath || source == owner.SourceTmpfiles || source == owner.SourceContainers
}

// unitMode returns the mode that a unit or tmpfiles.d(5) gives a path.
func unitMode(o *owner.Owner) (fs.FileMode, bool) {
	if o.ModeFrom.Source != owner.SourceUnitDirectory && o.ModeFrom.Source != owner.SourceTmpfiles {
		return 0, false
	}
	bits, err := strconv.ParseUint(o.Mode, 8, 12)
	if err != nil {
		return 0, false
	}
	mode := fs.FileMode(bits & 0o777)
	for bit, special := range map[uint64]fs.FileMode{0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky} {
		if bits&bit != 0 {
			mode |= special
		}
	}
	return mode, true
}
