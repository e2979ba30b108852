package snippet

import (
	"fmt"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// Options say what to write, and how. The zero value writes the plain dialect
// with its own attribute paths, and knows of no home.
type Options struct {
	// Dialect is the way to write.
	Dialect Dialect
	// Home is the home directory. If it is not absolute, or "/", nothing is
	// below it.
	Home string
	// HomeAttr and HostAttr are where the blocks of the plain dialect go. Zero
	// means user.persistence and host.persistence.
	HomeAttr, HostAttr AttrPath
}

// Dialect is a way of writing the snippet.
type Dialect uint8

// Plain is for wrapper options that a configuration declares itself:
//
//	user.persistence = { directories = […]; files = […]; };
//	host.persistence = { directories = […]; files = […]; };
//
// A home entry is a string. A host directory is a string or a set that holds
// mode, user and group too. It is the zero value.
const Plain Dialect = 0

// String returns the dialect's name, as ParseDialect takes it.
func (d Dialect) String() string {
	if d == Plain {
		return "plain"
	}
	return fmt.Sprintf("dialect %d", uint8(d))
}

// ParseDialect returns the dialect of that name.
func ParseDialect(name string) (Dialect, error) {
	if name != Plain.String() {
		return 0, fmt.Errorf("parse dialect %q: want %s", name, Plain)
	}
	return Plain, nil
}

// Snippet is what Render made of a selection.
type Snippet struct {
	// Text holds the bindings, and ends in a newline. It is empty if nothing
	// was selected.
	Text string
	// LeftOut are the paths that are not in Text but in a comment, sorted.
	LeftOut []Note
	// Warnings are the paths of which Text cannot carry all, sorted.
	Warnings []Note
	// Directories and Files count what Text lists.
	Directories, Files int
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

// String returns the note on one line that is safe on a terminal.
func (n Note) String() string {
	text := fmt.Sprintf(`%s: "%s"`, n.Reason, printable.Name(n.Path))
	if n.Instead != "" {
		text += fmt.Sprintf(`; persist "%s" instead`, printable.Name(n.Instead))
	}
	return text
}

// Render writes the snippet for what was selected. It leaves items as they are.
func Render(items []Item, opts Options) Snippet {
	chosen := choose(items, cleanHome(opts.Home))
	var w writer
	w.Grow(chosen.size())
	for _, note := range chosen.leftOut {
		w.comment("", "not written, "+note.String())
	}
	s := Snippet{LeftOut: chosen.leftOut}
	for _, b := range plainBlocks(chosen, opts) {
		s.Directories += len(b.directories)
		s.Files += len(b.files)
		s.Warnings = append(s.Warnings, w.block(&b)...)
	}
	slices.SortFunc(s.Warnings, compareNotes)
	s.Text = w.String()
	return s
}

func compareNotes(a, b Note) int {
	if c := strings.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	return strings.Compare(a.Reason, b.Reason)
}
