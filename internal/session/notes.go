package session

import (
	"bytes"
	"os"
	"path/filepath"
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

// Caches says where caches are on this machine. A relative $XDG_CACHE_HOME is to be
// ignored (XDG Base Directory Specification).
func Caches() known.Caches {
	home := os.Getenv("XDG_CACHE_HOME")
	if !filepath.IsAbs(home) {
		return known.Caches{}
	}
	return known.Caches{Home: filepath.Clean(home)}
}

// CachePlaces are the directories in which everything is cache, as they are written
// and as a walk meets them.
func CachePlaces() []string {
	var places []string
	for _, place := range Caches().Places() {
		for path := range bothPaths(place, new(truepath.Resolver)) {
			places = append(places, path)
		}
	}
	return places
}

// cacheSource is where cachePatterns are from.
const cacheSource = "--no-cache"

// cachePatterns are the exclude patterns of --no-cache. Directories with a
// CACHEDIR.TAG are for the walk to find.
func cachePatterns() []pattern.Pattern {
	var list []pattern.Pattern
	for _, path := range CachePlaces() {
		list = append(list, pattern.Pattern{Text: pattern.Literal(path) + "/", Source: cacheSource})
	}
	for _, name := range known.CacheDirNames() {
		list = append(list, pattern.Pattern{Text: pattern.Literal(name) + "/", Source: cacheSource})
	}
	return list
}

// Notes finds what is known of paths. It remembers the directory of the last one,
// as those of a listing come directory by directory.
type Notes struct {
	homes    known.Homes
	caches   known.Caches
	packages []string
	programs []known.Program

	dir  string      // with its slash
	note report.Note // of dir
	best ranked
	text []byte // of the component that is compared
}

// ranked is how well a program fits a path: an exact match before one inside, a
// long name before a short one.
type ranked struct {
	match  known.Match
	length int
}

func (r ranked) less(other ranked) bool {
	return r.match < other.match || r.match == other.match && r.length < other.length
}

// NewNotes returns what finds out what is known of paths.
func NewNotes(s *Session) *Notes {
	n := &Notes{homes: known.HomesOf(s.Homes()...), caches: Caches(), packages: s.Config.Programs}
	for _, pkg := range n.packages {
		n.programs = append(n.programs, known.NewProgram(pkg))
	}
	return n
}

// Of returns what is known of a path.
func (n *Notes) Of(path string, isDir bool) report.Note {
	slash := strings.LastIndexByte(path, '/')
	if path[:slash+1] != n.dir {
		n.enter(path[:slash+1])
	}
	note, best := n.note, n.best
	n.attribute(path[slash+1:], &note, &best)
	note.Cache = note.Cache || isDir && n.caches.Holds(path)
	if entry, ok := known.Lookup(n.homes, path); ok {
		note.Known = entry.Repositories
	}
	return note
}

// enter finds what is known of a directory.
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

// attribute gives a path to the program that its component fits best, if better
// than what is above.
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

// ProgramFilter returns what tells the candidates that belong to a package; nil
// where none is given.
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
