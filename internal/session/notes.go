package session

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Homes returns the home directories that the configuration names.
func (s *Session) Homes() []string {
	var homes []string
	add := func(path string) {
		for home := range s.bothPaths(path) {
			homes = append(homes, home)
		}
	}
	add(s.Config.Home)
	for _, home := range s.Config.Users {
		add(home)
	}
	return homes
}

// Caches returns the locations of caches on this machine. A relative $XDG_CACHE_HOME is ignored,
// as the XDG Base Directory Specification requires.
func Caches() known.Caches {
	home := os.Getenv("XDG_CACHE_HOME")
	if !filepath.IsAbs(home) {
		return known.Caches{}
	}
	return known.Caches{Home: filepath.Clean(home)}
}

// CachePlaces returns the directories in which everything is cache, both as written and as a
// walk finds them, that is without symlinks.
func CachePlaces() []string {
	var places []string
	for _, place := range Caches().Places() {
		for path := range bothPaths(place, new(truepath.Resolver)) {
			places = append(places, path)
		}
	}
	return places
}

// cachePatterns returns the exclude patterns of --no-cache. They do not cover directories with
// a CACHEDIR.TAG, which the walk finds.
func cachePatterns() []pattern.Pattern {
	var list []pattern.Pattern
	for _, name := range slices.Concat(CachePlaces(), known.CacheDirNames()) {
		list = append(list, pattern.Pattern{Text: pattern.Literal(name) + "/", Source: "--no-cache", Cache: true})
	}
	return list
}

// Notes looks up the program, the cache state and the number of keepers of paths. It caches the
// result for the last directory, because the paths of a listing are grouped by directory.
type Notes struct {
	session  *Session
	homes    known.Homes
	caches   known.Caches
	packages []string
	programs []known.Program

	dir  string      // with a slash at the end
	note report.Note // of dir
	best ranked      // of dir
	text []byte      // the component to compare; reused
}

// ranked is how well a program matches a path. An exact match ranks above a match inside a name,
// and a long name above a short one.
type ranked struct {
	match  known.Match
	length int
}

func (r ranked) less(other ranked) bool {
	return r.match < other.match || r.match == other.match && r.length < other.length
}

// NewNotes returns the Notes for a session's homes and programs.
func NewNotes(s *Session) *Notes {
	n := &Notes{session: s, homes: known.HomesOf(s.Homes()...), caches: Caches(), packages: s.Config.Programs}
	for _, pkg := range n.packages {
		n.programs = append(n.programs, known.NewProgram(pkg))
	}
	return n
}

// Of returns the note on a path.
func (n *Notes) Of(path string, isDir bool) report.Note {
	slash := strings.LastIndexByte(path, '/')
	if path[:slash+1] != n.dir {
		n.enter(path[:slash+1])
	}
	note, best := n.note, n.best
	n.attribute(path[slash+1:], &note, &best)
	note.Cache = note.Cache || isDir && n.caches.Holds(path)
	if entry, ok := known.Lookup(n.homes, path); ok {
		note.Known = max(note.Known, entry.Repositories)
	}
	if d, ok := n.session.Declared(path); ok {
		note.Declared = d.Source
	}
	note.Coming = n.session.ComingOf(path)
	if w, ok := n.session.Written(path); ok {
		note.Written = &w
	}
	return note
}

// enter sets the cached directory.
func (n *Notes) enter(dir string) {
	n.dir = dir
	n.note, n.best = report.Note{}, ranked{match: known.MatchNone}
	path := strings.TrimSuffix(dir, "/")
	if path == "" {
		return // "/"
	}
	for part := range strings.SplitSeq(path[1:], "/") {
		n.attribute(part, &n.note, &n.best)
	}
	n.note.Cache = n.caches.Holds(path)
	if entry, ok := known.Keeper(n.homes, path); ok && entry.Dir && !n.homes.Container(path) {
		n.note.Known = entry.Repositories
	}
}

// attribute sets the program of a path if the component matches a program better than the
// components above it.
func (n *Notes) attribute(component string, note *report.Note, best *ranked) {
	n.text = append(n.text[:0], component...)
	c := known.ComponentOf(n.text)
	for i := range n.programs {
		p := &n.programs[i]
		if best.match == known.MatchExact && len(p.Name()) <= best.length {
			continue // cannot be better
		}
		match := p.Match(c)
		if rank := (ranked{match, len(p.Name())}); match > known.MatchNone && best.less(rank) {
			*best, note.Program = rank, n.packages[i]
		}
	}
}

// ProgramFilter returns a function that reports whether a candidate belongs to a package. It
// returns nil if pkg is "".
func ProgramFilter(pkg string) func(*scan.Entry) bool {
	if pkg == "" {
		return nil
	}
	program := known.NewProgram(pkg)
	var dir []byte
	inside := false
	return func(e *scan.Entry) bool {
		slash := bytes.LastIndexByte(e.Path, '/')
		if !bytes.Equal(e.Path[:slash+1], dir) {
			dir, inside = append(dir[:0], e.Path[:slash+1]...), false
			for part := range bytes.SplitSeq(dir, []byte("/")) {
				inside = inside || program.Match(known.ComponentOf(part)) > known.MatchNone
			}
		}
		return inside || program.Match(known.ComponentOf(e.Path[slash+1:])) > known.MatchNone
	}
}
