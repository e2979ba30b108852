package unitfile

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/rootfs"
)

// maxEntries is how many entries of a directory are read. Large systems have some thousand units.
const maxEntries = 1 << 16

// SearchPath is a list of directories of units. If several have a unit, the first one wins. Their
// names are read once. Assemble may be called by several goroutines at once, the other methods may
// not.
type SearchPath struct {
	files    *rootfs.FS
	dirs     []searchDir
	pulledIn map[string][]string
	problems []Problem
}

// searchDir is a directory with its names.
type searchDir struct {
	path     string // as given
	resolved string // without symlinks
	names    map[string]fs.FileMode
}

// Search reads the names in the directories of a search path. A directory that is missing is
// left out, and so is one that an earlier path leads to as well, as /lib and /usr/lib do on
// merged systems.
func Search(files *rootfs.FS, dirs ...string) *SearchPath {
	s := &SearchPath{files: files}
	type id struct{ dev, ino uint64 }
	var seen []id
	for _, dir := range dirs {
		info, err := files.Stat(dir)
		if err == nil && slices.Contains(seen, id{info.Dev, info.Ino}) {
			continue
		}
		seen = append(seen, id{info.Dev, info.Ino})
		var entries []rootfs.Entry
		if err == nil {
			entries, err = files.List(dir, maxEntries)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			s.problems = append(s.problems, Problem{File: dir, Kind: Unreadable, Err: err})
		}
		resolved, _, err := files.Resolve(dir, nil)
		if err != nil {
			continue
		}
		d := searchDir{dir, resolved, make(map[string]fs.FileMode, len(entries))}
		for _, entry := range entries {
			d.names[entry.Name] = entry.Type
		}
		s.dirs = append(s.dirs, d)
	}
	return s
}

// Problems returns the directories that could not be read.
func (s *SearchPath) Problems() []Problem { return s.problems }

// Names returns the names of all units with a suffix, such as ".mount", sorted and without
// duplicates. Templates are among them, and masked units.
func (s *SearchPath) Names(suffix string) []string {
	var names []string
	for _, dir := range s.dirs {
		for name, kind := range dir.names {
			if strings.HasSuffix(name, suffix) && ValidName(name) && kind&fs.ModeDir == 0 {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// PulledInBy returns the units that have a link to a unit in their directory ".wants",
// ".requires" or ".upholds", systemd.unit(5), sorted. Only the name of the link counts.
func (s *SearchPath) PulledInBy(name string) []string {
	if s.pulledIn == nil {
		s.readLinks()
	}
	return s.pulledIn[name]
}

func (s *SearchPath) readLinks() {
	s.pulledIn = map[string][]string{}
	for _, dir := range s.dirs {
		for sub, kind := range dir.names {
			unit, ok := cutAny(sub, ".wants", ".requires", ".upholds")
			if !ok || kind&(fs.ModeDir|fs.ModeSymlink) == 0 || !ValidName(unit) {
				continue
			}
			at := path.Join(dir.path, sub)
			links, err := s.files.List(at, maxEntries)
			if err != nil {
				s.problems = append(s.problems, Problem{File: at, Kind: Unreadable, Err: err})
			}
			for _, link := range links {
				s.pulledIn[link.Name] = append(s.pulledIn[link.Name], unit)
			}
		}
	}
	for name, units := range s.pulledIn {
		slices.Sort(units)
		s.pulledIn[name] = slices.Compact(units)
	}
}

// cutAny removes the first of the suffixes that the text has.
func cutAny(text string, suffixes ...string) (string, bool) {
	for _, suffix := range suffixes {
		if before, ok := strings.CutSuffix(text, suffix); ok {
			return before, true
		}
	}
	return text, false
}
