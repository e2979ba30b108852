package table

import (
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/places"
)

// Source is what the rows need to know of the machine. Its methods are called from several goroutines
// at once.
type Source interface {
	// Splits, Kept, Place, Annotate and NotListed are those of tui.Machine.
	Splits(dir string) bool
	Kept(path string) bool
	Place(path string) places.Facts
	Annotate(path string) Annotation
	NotListed(path string, kind scan.Kind) NotListedReason
}

// Annotation is what a program did to a path. The zero value means no annotation.
type Annotation struct {
	Short string // a word, for a column
	Long  string // everything, for the preview
	// Rank orders paths, the highest first.
	Rank int
	// Groups has bit i set if the path belongs to group i of Options.Groups.
	Groups uint32
}

// NotListedReason says why a path is not a candidate.
type NotListedReason struct {
	// Reason is short: "excluded: **/.cache".
	Reason string
	// Selectable reports whether the path is lost nevertheless, and can be kept.
	Selectable bool
}
