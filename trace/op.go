package trace

import (
	"fmt"
	"strings"
)

// Op is a set of things that are done to a path.
type Op uint16

// What can be done to a path. The zero value is nothing.
const (
	Lookup Op = 1 << iota // asked for: stat, access, readlink, chdir
	Read                  // opened for reading
	Write                 // opened for writing, or its metadata changed
	Create                // made, or opened to be made where it is missing
	Delete                // removed, or renamed away
	Rename                // renamed, from it or to it
	Exec                  // run as a program
	// linked marks what link(2) makes: the file is as old as it was before.
	linked
	// changing are the operations that leave something else behind than was there.
	changing = Write | Create | Delete | Rename
)

// opNames are the names of the operations, by bit.
var opNames = [...]string{"looked up", "read", "written", "created", "deleted", "renamed", "executed"}

// Names returns the names of the operations, those that change something first.
func (o Op) Names() []string {
	names := []string{}
	for _, op := range [...]Op{Create, Write, Rename, Delete, Exec, Read, Lookup} {
		if o&op != 0 {
			names = append(names, op.name())
		}
	}
	return names
}

// String returns the names with commas between them.
func (o Op) String() string { return strings.Join(o.Names(), ",") }

func (o Op) name() string {
	for i, name := range opNames {
		if o == 1<<i {
			return name
		}
	}
	return "unknown"
}

// ParseOp returns the operation of a name, or an error that lists the names.
func ParseOp(name string) (Op, error) {
	for i, known := range opNames {
		if name == known {
			return 1 << i, nil
		}
	}
	return 0, fmt.Errorf("operation %q: expected one of %s", name, strings.Join(opNames[:], ", "))
}
