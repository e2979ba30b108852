package places

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// Facts is what is known of a path without reading it.
type Facts struct {
	// Owner is whose the path is.
	Owner index.Owner
	// Kept is how many public configurations keep the path.
	Kept int
	// Home is the home directory that the path is in, or "".
	Home string
	// Secret reports whether the path identifies the machine or the user, or contains keys or passwords.
	Secret bool
	// Coming is what the next boot changes about the path, or about something in it. It is beside Secret,
	// because then it takes no memory: there are facts of each of a million files.
	Coming Coming
	// Unlikely is why the path is probably not worth keeping: "cache", "log"; "" if it may be.
	Unlikely string
}

// Program returns a short name of the owner, or "".
func (f *Facts) Program() string { return strings.TrimSuffix(f.Owner.Name, ".service") }

// Place is a row of the list.
type Place struct {
	Node uint32
	Facts
	// Stat has the size, the newest time and the number of files, which are exactly those of what keeping
	// the place keeps. Size and time are valid if Sized is set.
	Stat  index.NodeStat
	Sized bool
}

// Measure sets the size and the time if the totals are known.
func (p *Place) Measure(totals *index.Totals) {
	if totals != nil {
		p.Stat, p.Sized = totals.Of(p.Node), true
	}
}
