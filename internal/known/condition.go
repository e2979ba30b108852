package known

import (
	"fmt"
	"slices"
	"strings"
)

// FileKind is the type of a file, as far as classes depend on it.
type FileKind uint8

// The kinds of files. A condition on the kind of a file does not hold for the unknown kind.
const (
	FileUnknown   FileKind = iota
	FileRegular            // S_IFREG
	FileDirectory          // S_IFDIR
	FileSymlink            // S_IFLNK
	FileSocket             // S_IFSOCK
	FilePipe               // S_IFIFO
	FileOther              // devices
	fileKinds              // how many there are
)

var fileKindNames = [fileKinds]string{"unknown", "regular", "directory", "symlink", "socket", "pipe", "other"}

// String returns the kind in lower case.
func (k FileKind) String() string {
	if k < fileKinds {
		return fileKindNames[k]
	}
	return fileKindNames[FileUnknown]
}

// File is what a caller knows of one file. The zero value knows nothing.
type File struct {
	Kind FileKind
	// Target is what a symlink points to, absolute and clean; "" where it was not read. Where
	// the link is relative, the caller resolves it against the link's directory.
	Target string
	// Tagged says that a directory above the file has a valid CACHEDIR.TAG ([Tagged]).
	Tagged bool
}

// Fact is something that a caller can find out about a machine.
type Fact uint8

// The facts, and where they can be read. A built system is /run/current-system.
const (
	FactUnknown Fact = iota
	// FactNixOS says that the machine runs NixOS: it has /etc/NIXOS, or a built system.
	FactNixOS
	// FactOtherSystem says that the machine runs another system: it has none of them.
	FactOtherSystem
	// FactHomeManagerModule says that Home Manager is a module of NixOS: the built system has
	// a unit home-manager-USER.service.
	FactHomeManagerModule
	// FactHomeManagerAlone says that Home Manager is in use, and not a module of NixOS: the
	// user has a profile named home-manager, and the built system has no such unit.
	FactHomeManagerAlone
	// FactImmutableUsers says that users.mutableUsers is false: "mutableUsers":false is in the
	// users-groups.json that the activation script names.
	FactImmutableUsers
	// FactUsersByScript says that the activation script writes the accounts: the script
	// "activate" of the built system runs update-users-groups.pl.
	FactUsersByScript
	// FactUsersBySysusers says that systemd-sysusers writes the accounts: the built system has
	// systemd-sysusers.service, and "activate" does not write them.
	FactUsersBySysusers
	// FactEtcOverlay says that /etc is an overlay whose upper directory is /.rw-etc/upper
	// (system.etc.overlay.mutable).
	FactEtcOverlay
	facts // how many there are
)

var factNames = [facts]string{
	"unknown", "nixos", "not nixos", "home-manager module", "home-manager alone",
	"immutable users", "users by script", "users by sysusers", "etc overlay",
}

// String returns the fact as classes.tsv spells it.
func (f Fact) String() string {
	if f < facts {
		return factNames[f]
	}
	return factNames[FactUnknown]
}

// Machine is what a caller has found out about a machine. Everything that is not set here counts as
// false, so the zero value hides the least.
type Machine struct {
	// Facts are the facts that hold.
	Facts []Fact
	// Units are the names of the systemd units that the next boot has: "cups.service".
	Units []string
	// Copied are the lines of /etc/.clean: paths relative to /etc that NixOS copies there
	// at every activation. What is not a clean relative path is ignored.
	Copied []string
}

// termKind says what a term of a condition is about.
type termKind uint8

const (
	termUnknown   termKind = iota
	termOwner              // "of NAME": whose file it is; always holds
	termFact               // a fact about the machine
	termUnit               // "unit NAME"
	termOtherwise          // "otherwise": no other row of the pattern applies
	termCopied             // "copied": in Machine.Copied
	termTagged             // "tagged": File.Tagged
	termKindIs             // "symlink", "socket", "pipe"
	termKindIsNot          // "not symlink"
	termTarget             // "to PATTERN": a symlink to what is at or below it
)

// term is one part of a condition.
type term struct {
	kind   termKind
	fact   Fact
	file   FileKind
	name   string   // of an owner, a unit
	home   bool     // the target is below the home
	target []string // components of the target's pattern
}

// parseTerms reads the conditions of a row: terms separated by "; ".
func parseTerms(text string) ([]term, error) {
	if text == "" {
		return nil, nil
	}
	var terms []term
	for word := range strings.SplitSeq(text, "; ") {
		t, err := parseTerm(word)
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
	}
	return terms, nil
}

func parseTerm(word string) (term, error) {
	switch word {
	case "otherwise":
		return term{kind: termOtherwise}, nil
	case "copied":
		return term{kind: termCopied}, nil
	case "tagged":
		return term{kind: termTagged}, nil
	case "symlink", "socket", "pipe":
		return term{kind: termKindIs, file: FileKind(slices.Index(fileKindNames[:], word))}, nil
	case "not symlink":
		return term{kind: termKindIsNot, file: FileSymlink}, nil
	}
	if i := slices.Index(factNames[1:], word); i >= 0 {
		return term{kind: termFact, fact: Fact(i + 1)}, nil
	}
	if name, ok := strings.CutPrefix(word, "of "); ok && name != "" {
		return term{kind: termOwner, name: name}, nil
	}
	if name, ok := strings.CutPrefix(word, "unit "); ok && name != "" {
		return term{kind: termUnit, name: name}, nil
	}
	if pattern, ok := strings.CutPrefix(word, "to "); ok {
		home, parts, err := splitPattern(pattern)
		if err != nil || len(parts) == 0 || slices.Contains(parts, "**") {
			return term{}, fmt.Errorf("expected a path as the target of a symlink, got %q", pattern)
		}
		return term{kind: termTarget, home: home, target: parts}, nil
	}
	return term{}, fmt.Errorf("unknown condition %q", word)
}

// onFile reports whether a term is about the file, and not about the machine.
func (t *term) onFile() bool {
	switch t.kind {
	case termTagged, termKindIs, termKindIsNot, termTarget:
		return true
	case termUnknown, termOwner, termFact, termUnit, termOtherwise, termCopied:
	}
	return false
}

// admits reports whether a term on the file can hold for files of a kind.
func (t *term) admits(kind FileKind) bool {
	switch t.kind {
	case termKindIs:
		return kind == t.file
	case termKindIsNot:
		return kind != t.file && kind != FileUnknown
	case termTarget:
		return kind == FileSymlink
	case termUnknown, termOwner, termFact, termUnit, termOtherwise, termCopied, termTagged:
	}
	return true
}

// pointsTo reports whether a symlink to target is one to the term's pattern, or below it.
func (t *term) pointsTo(homes Homes, target string) bool {
	if target == "" {
		return false
	}
	rel := target
	if t.home {
		var ok bool
		if rel, ok = homes.Within(target); !ok {
			return false
		}
	}
	names := splitPath(rel)
	if len(names) < len(t.target) {
		return false
	}
	for i, part := range t.target {
		if !matchPart(part, names[i]) {
			return false
		}
	}
	return true
}
