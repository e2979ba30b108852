package generation

import (
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// Problem is something that is wrong with an entry, or with a file of the generation.
type Problem struct {
	Kind   ProblemKind
	Source Source
	Path   string // the path that the problem is about; "" if it is not known
	Detail string // the text that is wrong; bytes as they are in the file
	Err    error  // for Unreadable, TooManyLinks and DanglingLink
}

// ProblemKind says what is wrong.
type ProblemKind uint8

// The kinds. An entry with one of the first group is carried out all the same.
const (
	ProblemUnknown    ProblemKind = iota
	Unreadable                    // a file cannot be read
	Malformed                     // a file or a line does not have the form
	TooLarge                      // a file or directory exceeds the limit; the rest is not read
	DanglingLink                  // a link leads to a store path that does not exist
	TooManyLinks                  // a chain of more than 40 links
	NotInStore                    // a Home Manager generation outside of the store is not read
	HomeUnknown                   // the home directory of a user is not known
	PairMismatch                  // a description names other paths than the command
	StorageInSameTree             // storage is in the tree that the path is in, and wiped with it

	Masked         // the unit is masked
	UnitRefused    // systemd refuses to load the unit
	NotWanted      // no target starts the unit
	NoAuto         // fstab: not mounted at boot
	NameMismatch   // the unit's name is not the escaped Where=, so systemd refuses it
	BrokenArgument // an argument that does not mean what it seems to, such as a quoted path
	BadPath        // a path that is relative, or has ".." or a NUL in it
	DuplicateEntry // another entry for the same path counts
	HiddenByMount  // a mount above is made later and hides it
	LinkLoop       // links that lead back to themselves
	OutsideHome    // a path of a user that is not in the home directory
)

// Blocks reports whether an entry with such a problem is not carried out.
func (k ProblemKind) Blocks() bool { return k >= Masked }

// String returns a few words.
func (k ProblemKind) String() string {
	if int(k) < len(problemWords) {
		return problemWords[k]
	}
	return problemWords[ProblemUnknown]
}

var problemWords = [...]string{
	ProblemUnknown:    "unknown problem",
	Unreadable:        "unreadable",
	Malformed:         "malformed",
	TooLarge:          "too large",
	DanglingLink:      "dangling link",
	TooManyLinks:      "too many links",
	NotInStore:        "not in the store",
	HomeUnknown:       "home directory unknown",
	PairMismatch:      "description and command differ",
	StorageInSameTree: "storage is in the same tree",
	Masked:            "masked",
	UnitRefused:       "unit refused by systemd",
	NotWanted:         "not started by any target",
	NoAuto:            "not mounted at boot",
	NameMismatch:      "unit name does not match Where=",
	BrokenArgument:    "broken argument",
	BadPath:           "path is relative or contains \"..\"",
	DuplicateEntry:    "another entry for this path counts",
	HiddenByMount:     "hidden by a later mount",
	LinkLoop:          "links form a loop",
	OutsideHome:       "outside the home directory",
}

// has reports whether an entry has a problem of a kind.
func (e *Entry) has(kind ProblemKind) bool {
	for _, p := range e.Problems {
		if p.Kind == kind {
			return true
		}
	}
	return false
}

// blocked reports whether a problem keeps a boot from carrying the entry out.
func (e *Entry) blocked() bool {
	for _, p := range e.Problems {
		if p.Kind.Blocks() {
			return true
		}
	}
	return false
}

// add adds a problem of the entry's own source.
func (e *Entry) add(kind ProblemKind, detail string) {
	e.Problems = append(e.Problems, Problem{Kind: kind, Source: e.Source, Path: e.Path, Detail: detail})
}

// problem adds a problem that belongs to no entry.
func (r *reader) problem(p Problem) { r.problems = append(r.problems, p) }

// unreadable adds the problem of a file, by its error.
func (r *reader) unreadable(file string, err error) {
	r.problem(Problem{Kind: kindOf(err), Source: Source{File: file}, Err: err})
}

// fromUnit translates what unitfile found wrong in a file.
func fromUnit(p unitfile.Problem, unit string) Problem {
	kind := Malformed
	switch p.Kind {
	case unitfile.Unreadable:
		kind = kindOf(p.Err)
	case unitfile.LineTooLong:
		kind = TooLarge
	default:
	}
	detail := p.Kind.String()
	if p.Text != "" {
		detail += ": " + p.Text
	}
	return Problem{Kind: kind, Source: Source{File: p.File, Line: p.Line, Unit: unit}, Detail: detail, Err: p.Err}
}
