package scan

import (
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Rollup turns candidates into the paths that are worth keeping. For each candidate, it finds the
// highest directory above it that
//
//   - contains nothing that is persisted, mounted, storage, system, a root or included separately,
//     because such a directory cannot be kept as one unit; mounts that a container engine makes
//     inside its own storage do not count;
//   - is not a container, which is a directory that belongs to no single program, although its
//     children do ([known.Homes.Container]), and not a directory of which people usually keep
//     parts ([known.Homes.Splits]);
//   - is not above a path to which the rules limit the work.
//
// That directory is the candidate's unit. If there is no such directory, the candidate is its own
// unit. So the units below ~/.config are its children, or, for a child with a persisted file in it,
// the children of that child. Excluded and filtered paths do not divide a directory: they are kept
// with it.
//
// A Rollup uses only rules and does not access the disk. It never changes and is safe for
// concurrent use.
type Rollup struct {
	policy *Policy
	homes  known.Homes
}

// NewRollup returns the roll-up for a policy. homes are home directories in addition to /root and
// the directories in /home.
func NewRollup(p *Policy, homes ...string) *Rollup {
	return &Rollup{policy: p, homes: known.HomesOf(homes...)}
}

// Homes returns the home directories of the roll-up.
func (r *Rollup) Homes() known.Homes { return r.homes }

// Splits reports whether a directory cannot be a unit, so its entries have to be checked one by
// one. Call it from the top down: everything below a directory that does not split belongs to that
// directory. "/" always splits. The path must be absolute and clean. Splits takes a few map lookups
// per component and allocates nothing.
func (r *Rollup) Splits(dir string) bool {
	m, limited := r.policy.marks, !r.policy.marks.only
	for name := range components(dir) {
		if m = m.children[name]; m == nil {
			break
		}
		limited = limited && !m.only
	}
	return limited || m != nil && m.divides || r.homes.Splits(dir)
}

// Division is why a directory cannot be a unit.
type Division struct {
	Kind DivisionKind
	// Path is what is in the directory, of DivisionPersisted and DivisionMounted.
	Path string
}

// DivisionKind is the kind of a Division.
type DivisionKind uint8

// The kinds. The zero value means that the directory is not divided.
const (
	DivisionNone DivisionKind = iota
	// DivisionPersisted, DivisionMounted and DivisionOther mean that the directory contains a path that
	// is persisted, a mount point, or another boundary or root.
	DivisionPersisted
	DivisionMounted
	DivisionOther
	// DivisionShared means that it is a container, which belongs to several programs.
	DivisionShared
	// DivisionParts means that people usually keep parts of it.
	DivisionParts
	// DivisionLimited means that the work is limited to paths in it.
	DivisionLimited
)

var divisionNames = [...]string{"none", "persisted", "mounted", "other", "shared", "parts", "limited"}

// String returns the kind in one word.
func (k DivisionKind) String() string { return divisionNames[min(int(k), len(divisionNames)-1)] }

// Division returns why a directory splits. What is mounted or persisted in it comes before what is
// known of its name. The path must be absolute and clean.
func (r *Rollup) Division(dir string) Division {
	if m := r.policy.marks.find(dir); m != nil && m.divides {
		m, path := m.divider(dir)
		switch {
		case m.class == ClassPersisted || m.keep || m.declared:
			return Division{DivisionPersisted, path}
		case m.class == ClassMounted:
			return Division{DivisionMounted, path}
		}
		return Division{DivisionOther, path}
	}
	switch {
	case r.homes.Container(dir):
		return Division{Kind: DivisionShared}
	case r.homes.Splits(dir):
		return Division{Kind: DivisionParts}
	case r.Splits(dir):
		return Division{Kind: DivisionLimited}
	}
	return Division{}
}

// Unit is a path that is worth keeping as a whole: a directory with everything in it, or a file.
type Unit struct {
	Path string
	Dir  bool
}

// Unit returns the unit to which a candidate belongs. A directory that splits belongs to no unit,
// because its entries are in separate units.
func (r *Rollup) Unit(name string, isDir bool) (Unit, bool) {
	for i := 1; i < len(name); i++ {
		if name[i] == '/' && !r.Splits(name[:i]) {
			return Unit{Path: name[:i], Dir: true}, true
		}
	}
	if isDir && r.Splits(name) {
		return Unit{}, false
	}
	return Unit{Path: name, Dir: isDir}, true
}

// Top returns the nearest directory above a path that is a container or a root. Summaries count the
// path there.
func (r *Rollup) Top(name string) string {
	for dir := range paths.Ancestors(name) {
		if m := r.policy.marks.find(dir); m != nil && m.root || r.homes.Container(dir) {
			return dir
		}
	}
	return "/"
}
