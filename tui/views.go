package tui

// View is a way to show candidates.
type View uint8

// The views. ViewFiles stands in for ViewUnknown.
const (
	ViewUnknown View = iota
	ViewFiles        // one a row
	ViewDirs         // the directories that are worth keeping as a whole
	ViewTree         // directories that open and close
)

var viewNames = [...]string{"unknown", "files", "directories", "tree"}

// String returns the view as the screen names it.
func (v View) String() string {
	if int(v) < len(viewNames) {
		return viewNames[v]
	}
	return viewNames[ViewUnknown]
}

// next returns the view that Tab switches to.
func (v View) next() View {
	if v == ViewTree {
		return ViewFiles
	}
	return v + 1
}

// sortKey is what rows are ordered by; sizes and times put the largest and the
// newest first.
type sortKey uint8

const (
	sortPath sortKey = iota
	sortSize
	sortTime
	sortRank // of annotations
)

var sortNames = [...]string{"path", "size", "time", "what was done"}

// String returns the key as the screen names it.
func (k sortKey) String() string {
	if int(k) < len(sortNames) {
		return sortNames[k]
	}
	return sortNames[sortPath]
}

// next returns the key that comes after, among those that there are.
func (k sortKey) next(annotated bool) sortKey {
	keys := sortRank
	if annotated {
		keys++
	}
	return (k + 1) % keys
}
