package tui

import "github.com/DaRacci/list-ephemeral/internal/setting"

// nextView returns the view that Tab switches to.
func nextView(v setting.View) setting.View { return (v + 1) % setting.View(len(setting.ViewNames)) }

// sortKey is the sort order of the rows. With sortSize the largest is first, with sortTime the
// newest.
type sortKey uint8

const (
	sortPath sortKey = iota
	sortSize
	sortTime
	sortRank // of annotations
)

var sortNames = [...]string{"path", "size", "time", "operation"}

// String returns the key as the screen names it.
func (k sortKey) String() string {
	if int(k) < len(sortNames) {
		return sortNames[k]
	}
	return sortNames[sortPath]
}

// next returns the next key. sortRank is included only if there are annotations.
func (k sortKey) next(annotated bool) sortKey {
	keys := sortRank
	if annotated {
		keys++
	}
	return (k + 1) % keys
}
