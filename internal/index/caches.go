package index

import (
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// NotCache returns a function that reports whether a file is not cache. A file is cache if a
// directory above it has a well-known name, is one of places (absolute paths), or has a valid
// CACHEDIR.TAG.
func (l *Listing) NotCache(places []string) func(id uint32) bool {
	cache := make([]bool, len(l.dirs))
	for dir := 1; dir < len(l.dirs); dir++ {
		d := &l.dirs[dir]
		name := l.DirName(uint32(dir))
		cache[dir] = cache[d.parent] || known.CacheDir(name) || l.isOneOf(uint32(dir), places)
	}
	if tagged := l.tagged(); len(tagged) > 0 {
		for dir := 1; dir < len(l.dirs); dir++ {
			cache[dir] = cache[dir] || cache[l.dirs[dir].parent] || tagged[uint32(dir)]
		}
	}
	return func(id uint32) bool {
		f, _ := l.File(id)
		return !cache[f.Dir()]
	}
}

// isOneOf reports whether a directory is one of some paths. It builds the path only if the name
// is that of a place.
func (l *Listing) isOneOf(dir uint32, places []string) bool {
	name := string(l.DirName(dir))
	for _, place := range places {
		if strings.HasSuffix(place, "/"+name) {
			return slices.Contains(places, string(l.AppendNode(nil, dir|dirBit)))
		}
	}
	return false
}

// tagged returns the directories with a valid CACHEDIR.TAG. It reads the tag files.
func (l *Listing) tagged() map[uint32]bool {
	tagged := map[uint32]bool{}
	tag := LettersOf(known.TagName)
	for _, id := range l.order {
		f, name := l.File(id)
		if f.letters == tag && string(name) == known.TagName && known.Tagged(string(l.AppendNode(nil, f.Dir()|dirBit))) {
			tagged[f.Dir()] = true
		}
	}
	return tagged
}
