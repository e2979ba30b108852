package tui

import (
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// withoutCaches returns a function that tells the files that are no cache: by the
// names of the directories above them, by the places given, and by CACHEDIR.TAG.
func (l *listing) withoutCaches(places []string) func(id uint32) bool {
	cache := make([]bool, len(l.dirs))
	for dir := 1; dir < len(l.dirs); dir++ {
		d := &l.dirs[dir]
		name := l.dirName(uint32(dir))
		cache[dir] = cache[d.parent] || known.CacheDir(name) || l.isOneOf(uint32(dir), places)
	}
	if tagged := l.tagged(); len(tagged) > 0 {
		for dir := 1; dir < len(l.dirs); dir++ {
			cache[dir] = cache[dir] || cache[l.dirs[dir].parent] || tagged[uint32(dir)]
		}
	}
	return func(id uint32) bool {
		f, _ := l.file(id)
		return !cache[f.dir()]
	}
}

// isOneOf reports whether a directory is one of some places. Paths are put together
// only where the name fits.
func (l *listing) isOneOf(dir uint32, places []string) bool {
	name := string(l.dirName(dir))
	for _, place := range places {
		if strings.HasSuffix(place, "/"+name) {
			return slices.Contains(places, string(l.appendNode(nil, dir|dirBit)))
		}
	}
	return false
}

// tagged returns the directories with a valid CACHEDIR.TAG, which it reads.
func (l *listing) tagged() map[uint32]bool {
	tagged := map[uint32]bool{}
	tag := lettersOf(known.TagName)
	for _, id := range l.order {
		f, name := l.file(id)
		if f.letters == tag && string(name) == known.TagName && known.Tagged(string(l.appendNode(nil, f.dir()|dirBit))) {
			tagged[f.dir()] = true
		}
	}
	return tagged
}
