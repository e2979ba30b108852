package snippet

import (
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// Options configure the output. The zero value selects the plain dialect with its default attribute
// paths and no home.
type Options struct {
	// Dialect and Form select the output; JSON and Paths have no forms.
	Dialect setting.Dialect
	Form    Form
	// Home is the home directory for Plain and ImpermanenceHM. It is ignored if it is "/" or not
	// absolute.
	Home string
	// Users are the users for which the other dialects write users.<name>, in that order. Names are
	// UTF-8. Users without a name or a home are ignored. If two users have the same home, the first
	// one is used.
	Users []User
	// Storage is the storage path, absolute and UTF-8; "" means DefaultStorage.
	Storage string
	// Stores are all storage paths of the machine, absolute, with or without Storage. Neither they
	// nor the directories above them are written.
	Stores []string
	// HomeAttr and HostAttr are the attribute paths of the blocks of the plain dialect. The zero
	// values mean user.persistence and host.persistence.
	HomeAttr, HostAttr AttrPath
	// LeaveShared leaves out directories that belong to several programs (known.Homes.Shared), such as
	// /var.
	LeaveShared bool
	// Null makes Paths end each path with NUL instead of a newline.
	Null bool
}

// DefaultStorage is the storage path of most configurations.
const DefaultStorage = "/persist"

// User is a user of the machine.
type User struct {
	// Name is the user's name in users.users.
	Name string
	// Home is the home directory.
	Home string
	// Group is the name of the primary group; "" if unknown.
	Group string
}

// Snippet is the result of Render.
type Snippet struct {
	// Text contains the bindings and ends in a newline. It is empty if nothing was selected.
	Text string
	// LeftOut are the paths that are only in a comment of Text, sorted.
	LeftOut []Note
	// Kept are the paths that are not written because they are already persisted (Item.Kept),
	// sorted.
	Kept []Note
	// Unread are the paths with Item.Unread that are in Text, sorted. Reason is Item.Unread,
	// followed by how the path is written, or by the remark that a directory above it is listed.
	Unread []Note
	// Warnings are the paths that Text describes incompletely, or that may cause problems on the
	// system, sorted.
	Warnings []Note
	// Directories and Files are the numbers of paths listed in Text.
	Directories, Files int
	// Shared is the number of LeftOut that are left out because of Options.LeaveShared.
	Shared int
	// Split is set if Text has blocks for two modules, of Home Manager and of NixOS, which do not
	// share options.
	Split bool
}

// Note is a remark about a path: that it is not written, or a warning.
type Note struct {
	// Path is the path, as bytes; see String.
	Path string
	// Reason is a clause to write before the path: "the name is not UTF-8".
	Reason string
	// Instead is a path to persist instead, or "" if none can be recommended.
	Instead string
}

// inQuotes returns a path in quotes, safe for a terminal.
func inQuotes(path string) string { return `"` + printable.Name(path) + `"` }

// String returns the note on one line that is safe on a terminal.
func (n Note) String() string {
	return n.Reason + ": " + inQuotes(n.Path) + n.advice()
}

// comment returns the note without the path, for a comment above the path.
func (n Note) comment() string { return n.Reason + n.advice() }

func (n Note) advice() string {
	if n.Instead == "" {
		return ""
	}
	return "; persist " + inQuotes(n.Instead) + " instead"
}

// Render returns the snippet for a selection. It does not change items.
func Render(items []Item, opts Options) Snippet {
	d := &dialects[min(int(opts.Dialect), len(dialects)-1)]
	chosen := choose(items, &opts, d.users(&opts))
	s := Snippet{LeftOut: chosen.leftOut, Kept: chosen.kept, Unread: chosen.unread, Shared: chosen.shared}
	for i := range chosen.places {
		s.Directories += len(chosen.places[i].dirs)
		s.Files += len(chosen.places[i].files)
	}
	switch {
	case opts.Dialect == setting.DialectJSON:
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
