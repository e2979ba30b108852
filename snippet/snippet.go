package snippet

import (
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// Options say what to write, and how. The zero value writes the plain dialect
// with its own attribute paths, and knows of no home.
type Options struct {
	// Dialect is the way to write, and Form how much of it; JSON and Paths have
	// no forms.
	Dialect Dialect
	Form    Form
	// Home is the home directory of Plain and ImpermanenceHM. If it is not
	// absolute, or "/", nothing is below it.
	Home string
	// Users are those for whom the other dialects write a users.<name>, in that
	// order. Names are UTF-8. Who has no name or no home counts for none; of two with
	// the same home, the first has it.
	Users []User
	// Storage is the storage path, absolute and UTF-8; "" means DefaultStorage.
	Storage string
	// Stores are all storage paths of the machine, absolute, with or without Storage.
	// Neither they nor what is above them is written.
	Stores []string
	// HomeAttr and HostAttr are where the blocks of the plain dialect go. Zero
	// means user.persistence and host.persistence.
	HomeAttr, HostAttr AttrPath
	// Null has Paths end each path with NUL instead of a newline.
	Null bool
}

// DefaultStorage is the storage path that most configurations have.
const DefaultStorage = "/persist"

// User is a user of the machine.
type User struct {
	// Name is the user's name in users.users.
	Name string
	// Home is the home directory.
	Home string
	// Group is the name of the primary group; "" if it is not known.
	Group string
}

// Snippet is what Render made of a selection.
type Snippet struct {
	// Text holds the bindings, and ends in a newline. It is empty if nothing
	// was selected.
	Text string
	// LeftOut are the paths that are not in Text but in a comment, sorted.
	LeftOut []Note
	// Kept are the paths that are not in Text because Item.Kept says that they are
	// persisted already, sorted.
	Kept []Note
	// Unread are the paths whose Item.Unread is set and that are in Text, sorted. Reason
	// is Item.Unread and what they are written as, or that their directory is listed.
	Unread []Note
	// Warnings are the paths of which Text cannot carry all, or with which the
	// system may have trouble, sorted.
	Warnings []Note
	// Directories and Files count what Text lists.
	Directories, Files int
	// Split says that Text has blocks for two modules, of Home Manager and of NixOS,
	// which do not share options.
	Split bool
}

// Note is what could not be done for a path.
type Note struct {
	// Path is the path, as bytes; see String.
	Path string
	// Reason is a clause to set before the path: "the name is not UTF-8".
	Reason string
	// Instead is a directory above it that can be persisted, if there is one to
	// recommend.
	Instead string
}

// inQuotes returns a path as a reason names it.
func inQuotes(path string) string { return `"` + printable.Name(path) + `"` }

// String returns the note on one line that is safe on a terminal.
func (n Note) String() string {
	return n.Reason + ": " + inQuotes(n.Path) + n.advice()
}

// comment returns the note for a place where the path is seen anyway.
func (n Note) comment() string { return n.Reason + n.advice() }

func (n Note) advice() string {
	if n.Instead == "" {
		return ""
	}
	return "; persist " + inQuotes(n.Instead) + " instead"
}

// Render writes the snippet for what was selected. It leaves items as they are.
func Render(items []Item, opts Options) Snippet {
	d := &dialects[min(int(opts.Dialect), len(dialects)-1)]
	chosen := choose(items, &opts, d.users(&opts))
	s := Snippet{LeftOut: chosen.leftOut, Kept: chosen.kept, Unread: chosen.unread}
	for i := range chosen.places {
		s.Directories += len(chosen.places[i].dirs)
		s.Files += len(chosen.places[i].files)
	}
	switch {
	case opts.Dialect == JSON:
		s.Text = chosen.json()
	case d.blocks == nil:
		s.Text = chosen.paths(opts.Null)
	default:
		var w writer
		w.Grow(chosen.size())
		blocks := d.blocks(chosen, &opts)
		w.write(chosen.comments(), blocks, opts.Form)
		s.Text, s.Warnings = w.String(), w.notes
		s.Split = len(blocks) == 2 && !blocks[0].empty() && !blocks[1].empty()
	}
	slices.SortFunc(s.Warnings, compareNotes)
	return s
}

func compareNotes(a, b Note) int {
	if c := strings.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	return strings.Compare(a.Reason, b.Reason)
}
