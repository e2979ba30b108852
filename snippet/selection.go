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
	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// A selection is the set of paths to write: clean, sorted, without duplicates and without paths
// below a selected directory.
type selection struct {
	// places are the host, followed by the users.
	places []place
	// homes maps home directories to indices of places, or to stranger for a user without lists in
	// the dialect.
	homes map[string]int
	names map[string]string // the names of those users, by home
	// allHomes are the homes of all users, which are never persisted as a whole; longest is the
	// length of the longest one.
	allHomes map[string]bool
	longest  int
	known    known.Homes // the same homes
	storage  []string    // all storage paths
	opts     *Options
	leftOut  []Note
	kept     []Note
	unread   []Note
	shared   int // the number of leftOut that belong to several programs
}

// A place is the host, or the home of a user. Its lists contain absolute paths.
type place struct {
	user        User // the zero value for the host
	dirs, files []Item
}

// stranger is the place of a home for which the dialect has no lists.
const stranger = -1

// skip returns how many leading bytes of each path are not written.
func (p *place) skip() int {
	if p.user.Home == "" {
		return 0
	}
	return len(p.user.Home) + len("/")
}

// size returns the approximate size of the selection as text.
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

// cleanHome returns the cleaned home directory, or "" if it is "/" or not absolute.
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
		allHomes: map[string]bool{}, opts: opts,
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
			s.allHomes[home] = true
			s.longest = max(s.longest, len(home))
		}
	}
	for _, user := range opts.Users { // paths in root's home belong to the host
		home := cleanHome(user.Home)
		if _, there := s.homes[home]; !there && home != "" && user.Name != "" && user.Name != "root" {
			s.homes[home], s.names[home] = stranger, user.Name
		}
	}
	s.known = known.HomesOf(slices.Collect(maps.Keys(s.allHomes))...)
	for _, dir := range append([]string{cmp.Or(opts.Storage, DefaultStorage)}, opts.Stores...) {
		if dir = cleanHome(dir); dir != "" {
			s.storage = append(s.storage, dir)
		}
	}
	return s
}

// choose builds the selection, with one sort and one pass.
func choose(items []Item, opts *Options, users []User) *selection {
	s := newSelection(opts, users)
	clean := make([]Item, 0, len(items))
	for _, item := range items {
		p := path.Clean(item.Path)
		if reason := s.refuse(p); reason != "" {
			s.leftOut = append(s.leftOut, Note{Path: item.Path, Reason: reason})
			continue
		}
		if reason := s.sharedBy(p); reason != "" && item.Kept == "" {
			s.leftOut = append(s.leftOut, Note{Path: item.Path, Reason: reason})
			s.shared++
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

// take appends an item to its list, or adds a note why it is not listed.
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
	case n <= 0 && s.opts.Dialect == setting.DialectImpermanenceHM:
		s.leftOut = append(s.leftOut, Note{Path: item.Path, Reason: "it is not below the home directory, and home.persistence keeps nothing else"})
		return
	case n == stranger:
		reason := "it is in the home of " + printable.Name(s.names[home]) + "; an entry for the host would give that home to root"
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

// noteUnread adds a note if an item could not be read; outcome is how it is written.
func (s *selection) noteUnread(item *Item, outcome string) {
	if item.Unread != "" {
		s.unread = append(s.unread, Note{Path: item.Path, Reason: item.Unread + "; " + outcome})
	}
}

// refuse returns why a clean path must not be persisted, whatever its kind; "" if it may be.
func (s *selection) refuse(p string) (reason string) {
	switch {
	case !path.IsAbs(p):
		return "the path is not absolute"
	case strings.IndexByte(p, 0) >= 0:
		return "the path contains a NUL byte"
	case p == "/":
		return "it is the whole file system"
	case len(p) <= s.longest && s.allHomes[p]:
		return "it is the whole home directory"
	case p == "/home", len(p) < s.longest && s.aboveHome(p):
		return "it contains home directories"
	}
	for _, storage := range s.storage {
		switch {
		case p == storage:
			return "it is the storage path"
		case paths.Below(storage, p):
			return "it contains the storage path"
		}
	}
	return neverMounted(p)
}

// sharedBy returns why Options.LeaveShared leaves out a directory; "" if it does not.
func (s *selection) sharedBy(p string) string {
	if !s.opts.LeaveShared || !s.known.Shared(p) {
		return ""
	}
	if rel, in := s.known.Within(p); in && rel == "." {
		return "it is a whole home directory; persist directories in it instead"
	}
	return "it belongs to several programs; persist directories in it instead"
}

// WhyNot returns why Render leaves out a directory, whatever is in it, as a clause; "" if it does not.
// The path must be absolute and clean.
func WhyNot(dir string, opts *Options) string {
	s := newSelection(opts, dialects[min(int(opts.Dialect), len(dialects)-1)].users(opts))
	return cmp.Or(s.refuse(dir), s.sharedBy(dir))
}

// homeOf returns the innermost home that contains a path, and the index of its place, which is 0
// for the host, or stranger.
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

// placeOf returns the index of the place whose lists a path belongs to.
func (s *selection) placeOf(p string) int {
	_, n := s.homeOf(p)
	return max(n, 0)
}

// targetOf returns the path to persist instead of a symlink or a bind mount: its target, if that can
// be persisted, or "".
func (s *selection) targetOf(item *Item) string {
	if shown := item.ShownFrom; shown != "" && utf8.ValidString(shown) && s.refuse(shown) == "" {
		return shown
	}
	if item.Kind != Symlink || item.Target == "" || !utf8.ValidString(item.Target) || s.refuse(item.Target) != "" {
		return ""
	}
	return item.Target
}

// parent returns the nearest directory above p whose name can be written, or "" if there is none or
// it is refused.
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

// aboveHome reports whether a directory is a home or contains one.
func (s *selection) aboveHome(dir string) bool {
	for home := range s.allHomes {
		if paths.AtOrBelow(home, dir) {
			return true
		}
	}
	return false
}

// comments returns the comments about paths that are not written.
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

// A cover contains the directories that may cover the next paths, which are added in bytewise
// order. The paths that a directory covers need not follow it directly:
//
//	/a      covers the last path
//	/a-b
//	/a/c
//
// However, all strings that begin with "/a" are adjacent, so a stack is enough, in which each
// directory has the one below it as a string prefix. Only the top can cover a path that begins with
// it: if a directory further down covered the path, it would also cover the top, and the top would
// not be on the stack.
type cover struct{ stack []string }

// has reports whether a directory on the stack covers p, which is not on it. It removes the
// directories that cover neither p nor any later path.
func (c *cover) has(p string) bool {
	for top := len(c.stack) - 1; top >= 0; top-- {
		if dir := c.stack[top]; strings.HasPrefix(p, dir) {
			return p[len(dir)] == '/'
		}
		c.stack = c.stack[:top]
	}
	return false
}

// add pushes a directory onto the stack. It must follow a call of has that returned false for it.
func (c *cover) add(dir string) { c.stack = append(c.stack, dir) }
