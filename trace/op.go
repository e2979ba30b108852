package trace

import (
	"fmt"
	"strings"
)

// Op is a set of operations on a path.
type Op uint16

// The operations. The zero value is the empty set.
const (
	Lookup   Op = 1 << iota // looked up: stat, access, readlink, chdir
	Read                    // opened for reading
	Write                   // opened for writing, or its metadata changed
	Create                  // created, or opened with O_CREAT
	Delete                  // removed, or renamed to another name
	Rename                  // renamed from or to
	Exec                    // executed
	Untraced                // changed by something that was not traced: found by the disk check
	// linked marks links created by link(2), which does not change the age of the file.
	linked
	// existed and absent mark names that a call removes: whether they existed when the call began.
	existed
	absent
	// internal are the marks that a report does not contain.
	internal = linked | existed | absent
	// changing are the operations that change something.
	changing = Write | Create | Delete | Rename
)

// Scope is how much of a run is recorded. The more, the slower it is: in most programs, lookups are
// more than half of all calls with paths, and changes are few.
type Scope uint8

// The scopes. Each contains the following ones.
const (
	ScopeAll     Scope = iota
	ScopeOpens         // no lookups: changes, executions, and opens for reading
	ScopeChanges       // only changes and executions
)

var scopeNames = [...]string{"all", "opens", "changes"}

// String returns the name of the scope.
func (s Scope) String() string {
	if int(s) < len(scopeNames) {
		return scopeNames[s]
	}
	return "unknown"
}

// ops returns the operations that a scope contains.
func (s Scope) ops() Op {
	switch s {
	case ScopeOpens:
		return changing | Exec | Read
	case ScopeChanges:
		return changing | Exec
	case ScopeAll:
	}
	return changing | Exec | Read | Lookup
}

// opNames are the names of the operations, by bit.
var opNames = [...]string{"looked up", "read", "written", "created", "deleted", "renamed", "executed", "untraced"}

// Names returns the names of the operations, with changing ones first.
func (o Op) Names() []string {
	names := []string{}
	for _, op := range [...]Op{Create, Write, Rename, Delete, Untraced, Exec, Read, Lookup} {
		if o&op != 0 {
			names = append(names, op.name())
		}
	}
	return names
}

// internalNames are the names of the marks in an unfinished report.
var internalNames = map[string]Op{"linked": linked, "existed": existed, "absent": absent}

// allNames is Names with the marks.
func (o Op) allNames() []string {
	names := o.Names()
	for _, name := range [...]string{"linked", "existed", "absent"} {
		if o&internalNames[name] != 0 {
			names = append(names, name)
		}
	}
	return names
}

// parseAnyOp is ParseOp for a name of allNames.
func parseAnyOp(name string) (Op, error) {
	if op, ok := internalNames[name]; ok {
		return op, nil
	}
	return ParseOp(name)
}

// String returns the names, separated by commas.
func (o Op) String() string { return strings.Join(o.Names(), ",") }

func (o Op) name() string {
	for i, name := range opNames {
		if o == 1<<i {
			return name
		}
	}
	return "unknown"
}

// ParseOp returns the operation with a name, or an error that lists the names.
func ParseOp(name string) (Op, error) {
	for i, known := range opNames {
		if name == known {
			return 1 << i, nil
		}
	}
	return 0, fmt.Errorf("operation %q: expected one of %s", name, strings.Join(opNames[:], ", "))
}
