package tui

import (
	"context"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Machine is what the screen works on: it finds candidates, says what is known of paths, and
// does what the user asks for. Paths are absolute and may contain any bytes.
//
// Methods that take a context run in a goroutine of their own and return soon after it is
// done. Splits, Kept, Known, Owner and Annotate are called from several goroutines at once.
// CannotKeep and NotListed are called while the screen waits, and should be quick.
type Machine interface {
	// Scan adds the candidates to the store: from the disk, or from a list of paths. It
	// adds what is not a candidate too if all is set.
	//
	// Scan should leave two Ps idle. If it uses all of GOMAXPROCS, the screen waits for
	// Go's 10 ms preemption slice; otherwise the kernel schedules the screen's thread at
	// once because it mostly sleeps.
	Scan(ctx context.Context, into *index.Store, all bool) (Summary, error)
	// NotListed says why a path that Scan has added as such is not a candidate.
	NotListed(path string, kind scan.Kind) NotListedReason
	// Splits reports whether a directory must not be kept as a whole, so the view of
	// directories shows what is in it.
	Splits(dir string) bool
	// CannotKeep says why a directory cannot be selected at all, or "".
	CannotKeep(dir string) string
	// Kept reports whether other people keep a path; a search prefers such.
	Kept(path string) bool
	// Known says in a line what is known of a path, or "".
	Known(path string) string
	// Owner names a user and a group, or returns "".
	Owner(uid, gid uint32) string
	// Annotate says what a program did to a path, if Options.Groups is set.
	Annotate(path string) Annotation
	// Explain says in a few lines why a path is a candidate, or why not.
	Explain(ctx context.Context, path string) []string
	// Snippet renders what is selected, in no particular order, in the dialect of that
	// index. It is not called from two goroutines at once.
	Snippet(selected []index.Selected, dialect int) SnippetText
	// Adopt plans to copy what is selected into storage. An error says why that cannot be
	// done.
	Adopt(ctx context.Context, selected []index.Selected) (Adoption, error)
	// Copy puts a text on the clipboard and returns the name of the program that took it,
	// or "" if there is none: then the terminal is asked to.
	Copy(ctx context.Context, text string) (program string)
}

// Summary is what a scan reports beyond its candidates.
type Summary struct {
	// Errors is the number of paths that could not be read.
	Errors int
}

// Annotation is what a program did to a path. The zero value is nothing.
type Annotation struct {
	Short string // a word, for a column
	Long  string // all of it, for the preview
	// Rank orders paths: the highest first.
	Rank int
	// Groups has bit i set if the path belongs to group i of Options.Groups.
	Groups uint32
}

// NotListedReason says why a path is not a candidate.
type NotListedReason struct {
	// Reason is short: "excluded: **/.cache".
	Reason string
	// Selectable reports whether the path is lost all the same, and may be kept.
	Selectable bool
}
