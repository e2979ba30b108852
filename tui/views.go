package tui

// View is a way to show candidates.
type View uint8

// The views. ViewUnknown is shown as ViewFiles.
const (
	ViewUnknown View = iota
	ViewFiles        // one row for each file
	ViewDirs         // the directories that are worth keeping as a whole
	ViewTree         // a tree of directories that open and close
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
