package snippet

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// A selection is what is to be written: clean, sorted, nothing twice and
// nothing below a directory.
type selection struct {
	// places are the host, and then the users.
	places []place
	// homes are the places that a home directory has; stranger is that of a user who
	// has none in the dialect.
	homes map[string]int
	names map[string]string // of those strangers, by home
	// refused are homes, which are never persisted as a whole; none is longer than
	// longest.
	refused map[string]bool
	longest int
	known   known.Homes // the same
	storage []string    // where persistent data is
	opts    *Options
	leftOut []Note
	kept    []Note
	unread  []Note
}

// A place is the host, or the home of a user. Its lists hold absolute paths.
type place struct {
	user        User // the zero value for the host
	dirs, files []Item
}

// stranger is the place of a home for which the dialect has no lists.
const stranger = -1

// skip is how many bytes of each path the lists leave out.
func (p *place) skip() int {
	if p.user.Home == "" {
		return 0
	}
	return len(p.user.Home) + len("/")
}

// size returns about how many bytes the selection takes as text.
func (s *selection) size() int {
	n := 0
	for _, p := range s.places {
		for _, items := range [][]Item{p.dirs, p.files} {
			for i := range items {
				n += len(items[i].Path) + len(`    ""`+"\n")
			}
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

// newSelection returns an empty selection, with a place for each user.
func newSelection(opts *Options, users []User) *selection {
	s := &selection{
		places: make([]place, 1, 1+len(users)), homes: map[string]int{}, names: map[string]string{},
		refused: map[string]bool{}, opts: opts,
	}
	for _, user := range users {
		if _, twice := s.homes[user.Home]; twice {
			continue
		}
		s.homes[user.Home] = len(s.places)
		s.places = append(s.places, place{user: user})
	}
	for _, user := range append([]User{{Home: opts.Home}}, opts.Users...) {
		if home := cleanHome(user.Home); home != "" {
			s.refused[home] = true
			s.longest = max(s.longest, len(home))
		}
	}
	for _, user := range opts.Users { // what is in root's home belongs to the host
		home := cleanHome(user.Home)
		if _, there := s.homes[home]; !there && home != "" && user.Name != "" && user.Name != "root" {
			s.homes[home], s.names[home] = stranger, user.Name
		}
	}
	s.known = known.HomesOf(slices.Collect(maps.Keys(s.refused))...)
	for _, dir := range append([]string{cmp.Or(opts.Storage, DefaultStorage)}, opts.Stores...) {
		if dir = cleanHome(dir); dir != "" {
			s.storage = append(s.storage, dir)
		}
	}
	return s
}

// choose makes the selection: one sort, then one pass.
func choose(items []Item, opts *Options, users []User) *selection {
	s := newSelection(opts, users)
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
		if i > 0 && clean[i-1].Path == item.Path {
			continue
		}
		if listed.has(item.Path) {
			s.noteUnread(item, "a directory above it is listed")
			continue
		}
		if item.Dir {
			listed.add(item.Path)
		}
		s.take(item)
	}
	for _, notes := range []*[]Note{&s.leftOut, &s.kept, &s.unread} {
		slices.SortFunc(*notes, compareNotes)
		*notes = slices.Compact(*notes)
	}
	return s
}

// take puts an item on its list, or says why it is on none.
func (s *selection) take(item *Item) {
	home, n := s.homeOf(item.Path)
	p := &s.places[max(n, 0)]
	reason := ""
	if s.opts.Dialect.Nix() {
		reason = item.reason()
	}
	switch {
	case item.Kept != "":
		s.kept = append(s.kept, Note{Path: item.Path, Reason: "already persisted by " + item.Kept})
		return
	case reason != "":
		s.leftOut = append(s.leftOut, Note{item.Path, reason, s.targetOf(item)})
		return
	case s.opts.Dialect.Nix() && !utf8.ValidString(item.Path[p.skip():]):
		s.leftOut = append(s.leftOut, Note{item.Path, "the name is not UTF-8", s.parent(item.Path)})
		return
	case n <= 0 && s.opts.Dialect == ImpermanenceHM:
		s.leftOut = append(s.leftOut, Note{Path: item.Path, Reason: "it is not below the home directory, which is all that home.persistence keeps"})
		return
	case n == stranger:
		reason := "it is in the home of " + printable.Name(s.names[home]) + ", which an entry of the host would give to root"
		s.leftOut = append(s.leftOut, Note{Path: item.Path, Reason: reason})
		return
	}
	if item.Dir {
		p.dirs = append(p.dirs, *item)
		s.noteUnread(item, "written as a directory")
	} else {
		p.files = append(p.files, *item)
		s.noteUnread(item, "written as a file")
	}
}

// noteUnread adds a note on an item that could not be read, with what becomes of it.
func (s *selection) noteUnread(item *Item, outcome string) {
	if item.Unread != "" {
		s.unread = append(s.unread, Note{Path: item.Path, Reason: item.Unread + "; " + outcome})
	}
}

// refuse says why a clean path is not to be persisted, whatever it is.
func (s *selection) refuse(p string) (reason string) {
	switch {
	case !path.IsAbs(p):
		return "the path is not absolute"
	case strings.IndexByte(p, 0) >= 0:
		return "the path contains a NUL byte"
	case p == "/":
		return "it is the whole file system"
	case len(p) <= s.longest && s.refused[p]:
		return "it is the whole home directory"
	case p == "/home", len(p) < s.longest && s.aboveHome(p):
		return "home directories are in it"
	}
	for _, storage := range s.storage {
		switch {
		case p == storage:
			return "it is the storage path"
		case paths.Below(storage, p):
			return "the storage path is in it"
		}
	}
	return neverMounted(p)
}

// homeOf returns the home that a path is in, of homes within one another the
// innermost, and its place: 0 for the host, or stranger.
func (s *selection) homeOf(p string) (home string, place int) {
	for i := 1; i < len(p) && i <= s.longest; i++ {
		if p[i] == '/' {
			if n, ok := s.homes[p[:i]]; ok {
				home, place = p[:i], n
			}
		}
	}
	return home, place
}

// placeOf returns the place whose lists a path belongs to.
func (s *selection) placeOf(p string) int {
	_, n := s.homeOf(p)
	return max(n, 0)
}

// targetOf returns what to persist instead of a symlink: where it points, if that
// can be persisted.
func (s *selection) targetOf(item *Item) string {
	if item.Kind != Symlink || item.Target == "" || !utf8.ValidString(item.Target) || s.refuse(item.Target) != "" {
		return ""
	}
	return item.Target
}

// parent returns the nearest directory above p that has a name which can be
// written and is not refused, or "".
func (s *selection) parent(p string) string {
	skip := s.places[s.placeOf(p)].skip()
	for p = path.Dir(p); len(p) > skip && !utf8.ValidString(p[skip:]); {
		p = path.Dir(p)
	}
	if len(p) <= max(skip, 1) || s.refuse(p) != "" {
		return ""
	}
	return p
}

// aboveHome reports whether a directory is a home, or a home lies below it.
func (s *selection) aboveHome(dir string) bool {
	for home := range s.refused {
		if paths.AtOrBelow(home, dir) {
			return true
		}
	}
	return false
}

// comments say what is not written.
func (s *selection) comments() []string {
	var lines []string
	for _, note := range s.kept {
		lines = append(lines, "not written, "+note.String())
	}
	for _, note := range s.leftOut {
		lines = append(lines, "not written, "+note.String())
	}
	return lines
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
