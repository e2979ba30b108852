package snippet

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Item is a path that was selected.
type Item struct {
	// Path is absolute, any bytes.
	Path string
	// Dir says that it is a directory, and stands for all below it.
	Dir bool
	// Access is nil if it is not known.
	Access *Access
}

// Access is who owns a directory, and who may enter it.
type Access struct {
	// Mode holds the permissions; the type's bits mean nothing.
	Mode fs.FileMode
	// User and Group are names, or numbers where there is no name. Empty means
	// not known.
	User, Group string
}

// octal returns the mode as chmod takes it: "0755", "1777".
func (a *Access) octal() string {
	bits := uint32(a.Mode.Perm())
	for _, special := range []struct {
		mode fs.FileMode
		bit  uint32
	}{{fs.ModeSetuid, 0o4000}, {fs.ModeSetgid, 0o2000}, {fs.ModeSticky, 0o1000}} {
		if a.Mode&special.mode != 0 {
			bits |= special.bit
		}
	}
	return fmt.Sprintf("%04o", bits)
}

// secret reports whether nobody but the owner may enter.
func (a *Access) secret() bool { return a.Mode&0o077 == 0 }

// compare orders by path. Of two items for one path, that comes first which
// says more.
func (i *Item) compare(other *Item) int {
	if c := strings.Compare(i.Path, other.Path); c != 0 {
		return c
	}
	if i.Dir != other.Dir {
		if i.Dir {
			return -1
		}
		return 1
	}
	a, b := i.Access, other.Access
	switch {
	case a == b:
		return 0
	case b == nil:
		return -1
	case a == nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a.Mode, b.Mode), strings.Compare(a.User, b.User), strings.Compare(a.Group, b.Group))
}

// A selection is what is to be written: clean, sorted, nothing twice and
// nothing below a directory. The four lists hold absolute paths.
type selection struct {
	home                string // "" if there is none
	homeDirs, homeFiles []Item
	hostDirs, hostFiles []Item
	leftOut             []Note
}

// size returns about how many bytes the selection takes as text.
func (s *selection) size() int {
	n := 0
	for _, items := range [][]Item{s.homeDirs, s.homeFiles, s.hostDirs, s.hostFiles} {
		for i := range items {
			n += len(items[i].Path) + len(`    ""`+"\n")
		}
	}
	return n
}

// cleanHome returns the home directory, or "" if there is nothing to put there.
func cleanHome(home string) string {
	if home = path.Clean(home); home == "/" || !path.IsAbs(home) {
		return ""
	}
	return home
}

// choose makes the selection: one sort, then one pass.
func choose(items []Item, home string) *selection {
	s := &selection{home: home}
	clean := make([]Item, 0, len(items))
	for _, item := range items {
		p := path.Clean(item.Path)
		if reason := s.refuse(p); reason != "" {
			s.leftOut = append(s.leftOut, Note{Path: item.Path, Reason: reason})
			continue
		}
		item.Path = p
		clean = append(clean, item)
	}
	clean = sortItems(clean)

	var listed cover
	for i := range clean {
		item := &clean[i]
		if i > 0 && clean[i-1].Path == item.Path || listed.has(item.Path) {
			continue
		}
		if item.Dir {
			listed.add(item.Path)
		}
		if !utf8.ValidString(s.name(item.Path)) {
			s.leftOut = append(s.leftOut, Note{item.Path, "the name is not UTF-8", s.parent(item.Path)})
			continue
		}
		s.add(item)
	}
	slices.SortFunc(s.leftOut, compareNotes)
	s.leftOut = slices.Compact(s.leftOut)
	return s
}

// refuse says why a clean path is not to be persisted, whatever it is.
func (s *selection) refuse(p string) (reason string) {
	switch {
	case !path.IsAbs(p):
		return "the path is not absolute"
	case strings.IndexByte(p, 0) >= 0:
		return "the path holds a NUL byte"
	case p == "/":
		return "it is the whole file system"
	case p == s.home:
		return "it is the whole home directory"
	}
	return ""
}

// name returns what a list names a path.
func (s *selection) name(p string) string {
	if below(p, s.home) {
		return p[len(s.home)+len("/"):]
	}
	return p
}

// parent returns the nearest directory above p that has a name which can be
// written and is neither the home nor above it, or "".
func (s *selection) parent(p string) string {
	for !utf8.ValidString(s.name(p)) {
		p = path.Dir(p)
	}
	if p == "/" || p == s.home || below(s.home, p) {
		return ""
	}
	return p
}

// add puts an item on its list.
func (s *selection) add(item *Item) {
	dirs, files := &s.hostDirs, &s.hostFiles
	if below(item.Path, s.home) {
		dirs, files = &s.homeDirs, &s.homeFiles
	}
	if item.Dir {
		*dirs = append(*dirs, *item)
	} else {
		*files = append(*files, *item)
	}
}

// below reports whether p lies below dir. Nothing lies below "".
func below(p, dir string) bool {
	return dir != "" && len(p) > len(dir) && p[len(dir)] == '/' && p[:len(dir)] == dir
}

// A cover holds the directories that may cover the paths to come, which come
// sorted bytewise. What a directory covers need not follow it directly:
//
//	/a      covers the last one
//	/a-b
//	/a/c
//
// But all strings that begin with "/a" stand together, so a stack is enough:
// each directory on it begins with the one below it. Only the top can cover a
// path that begins with it: had one further down a slash there, it would cover
// the top too, which would not be on the stack.
type cover struct{ stack []string }

// has reports whether a directory on the stack covers p, which is not on it, and
// drops those that cover nothing from p on.
func (c *cover) has(p string) bool {
	for top := len(c.stack) - 1; top >= 0; top-- {
		if dir := c.stack[top]; strings.HasPrefix(p, dir) {
			return p[len(dir)] == '/'
		}
		c.stack = c.stack[:top]
	}
	return false
}

// add puts a directory on the stack that has just been asked for.
func (c *cover) add(dir string) { c.stack = append(c.stack, dir) }
