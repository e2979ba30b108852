package tui

import (
	"context"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/triage"
	"github.com/DaRacci/list-ephemeral/tui/places"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// Machine is the interface between the screen and the system. It finds candidates, describes
// paths, and carries out what the user asks for. Paths are absolute and may contain any bytes.
//
// Methods that take a context run in their own goroutine and return soon after the context is
// done. Splits, Kept, Place, Known, Owner, Annotate and NotListed are called from several goroutines
// at once. CannotKeep, WholeDoubt and NotListed are called while the screen waits, so they should be quick. A
// Machine may also implement hits.Keeper.
type Machine interface {
	// Scan adds the candidates to the store, from the disk or from a list of paths. If all
	// is set, it also adds paths that are not candidates.
	//
	// Scan should leave two Ps idle. If it uses all of GOMAXPROCS, the screen waits for
	// Go's 10 ms preemption slice; otherwise the kernel schedules the screen's thread at
	// once because it mostly sleeps.
	Scan(ctx context.Context, into *index.Store, all bool) (Summary, error)
	// NotListed returns why a path that Scan added as a non-candidate is not a candidate.
	NotListed(path string, kind scan.Kind) table.NotListedReason
	// Splits reports whether a directory should not be kept as a whole. If so, the
	// views of places and programs show its contents instead.
	Splits(dir string) bool
	// CannotKeep returns why a directory cannot be selected at all, or "" if it can.
	CannotKeep(dir string) string
	// WholeDoubt returns why a directory is usually not kept as a whole, as a clause, or "" if it is.
	// If ask is set, the user is asked before the directory is selected.
	WholeDoubt(dir string) (why string, ask bool)
	// Kept reports whether a path is in the list of paths that people usually keep. A
	// search prefers such paths.
	Kept(path string) bool
	// Place returns what is known of a path without reading it: whose it is, how many configurations
	// keep it, and whether it is likely to be worth keeping.
	Place(path string) Place
	// Known returns a line that describes a well-known path, or "".
	Known(path string) string
	// RemovedIn returns the path in a place with ComingRemoved that the next boot no longer keeps, or ""
	// if it is the place itself.
	RemovedIn(place string) string
	// Owner returns the names of a user and a group, or "".
	Owner(uid, gid uint32) string
	// Annotate returns what a program did to a path. It is called only if Options.Groups is
	// set.
	Annotate(path string) table.Annotation
	// Explain returns a few lines about why a path is, or is not, a candidate.
	Explain(ctx context.Context, path string) []string
	// Snippet renders the selection, which is in no particular order, in the dialect with
	// that index. It is not called from two goroutines at once.
	Snippet(selected []index.Selected, dialect int) SnippetText
	// Adopt plans to copy the selection into storage. An error says why it is not possible.
	Adopt(ctx context.Context, selected []index.Selected) (Adoption, error)
	// IntoFiles returns the Nix files into which a snippet in the dialect with that index can be
	// inserted, the most likely first.
	IntoFiles(ctx context.Context, dialect int) ([]IntoFile, error)
	// PlanInto plans to insert the selection into one of these files. at are the choices among
	// IntoPlan.Choices so far. It is not called from two goroutines at once.
	PlanInto(ctx context.Context, file string, at []string, selected []index.Selected, dialect int) (IntoPlan, error)
	// LoadDecisions reads what the user decided in earlier runs, without sizes. An error says why the
	// decisions of this run cannot be saved either: SaveDecisions is not called then.
	LoadDecisions(ctx context.Context) (Decisions, error)
	// SaveDecisions adds decisions to those of earlier runs, in the order of [triage.Book.Pending],
	// and returns them together with those that other runs have made. After an error, it may be called
	// again with the same ones.
	SaveDecisions(ctx context.Context, decisions []triage.Decision) (Decisions, error)
	// ChangeText says what a change of decisions did, for example "undone: 749 paths ignored". It is
	// quick.
	ChangeText(c triage.Change) string
	// IgnoredSnippet returns the exclude patterns for what is ignored. Its Text is "" if nothing is.
	IgnoredSnippet(active *triage.Active) SnippetText
	// Storage returns the directory into which Adopt copies and how many bytes are free there; "" if it
	// is not known. It may access the disk.
	Storage() (dir string, free int64)
	// Copy puts a text on the clipboard and returns the name of the program that took it.
	// It returns "" if there is no such program; the screen then uses the terminal.
	Copy(ctx context.Context, text string) (program string)
}

// Decisions are what users decided about paths.
type Decisions struct {
	Set triage.Set
	// Notes say which lines of the file could not be read.
	Notes []string
	// Wiped says that the next reboot wipes the decisions, and what keeps them; "" if it does not. The
	// screen shows it once, after the first decision of a run.
	Wiped string
}

// Place is what is known of a path.
type Place = places.Facts

// Summary is what a scan reports in addition to its candidates.
type Summary struct {
	// Errors is the number of paths that could not be read.
	Errors int
	// Unread says for the first of them which path, and why.
	Unread []string
	// NoLongerKept says of each path with data that the next boot no longer keeps where the data is.
	NoLongerKept []string
}
