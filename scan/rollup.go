package scan

import (
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Rollup turns candidates into what is worth keeping: for each, the highest
// directory above it that
//
//   - has nothing in it that is persisted, mounted, storage, system or a root, and
//     nothing that is included separately: such a directory cannot be kept as one;
//   - is no container, which is a directory that belongs to no program, as its
//     children do ([known.Homes.Container]);
//   - does not lie above a path to which the rules limit the work.
//
// That directory is the candidate's unit; where there is none, the candidate is
// one itself. So below ~/.config the units are its children, and where a file of
// one of these is persisted, that one's children. What is excluded or filtered
// out does not divide a directory: it comes along.
//
// A Rollup looks at rules only, not at the disk. It never changes and may be used
// by any number of goroutines.
type Rollup struct {
	policy *Policy
	homes  known.Homes
}

// NewRollup returns the roll-up for a policy. The homes given are those besides
// /root and the directories in /home.
func NewRollup(p *Policy, homes ...string) *Rollup {
	return &Rollup{policy: p, homes: known.HomesOf(homes...)}
}

// Homes returns the homes that the roll-up knows.
func (r *Rollup) Homes() known.Homes { return r.homes }

// Splits reports whether a directory cannot be a unit, so that its entries are to
// be looked at one by one. It is to be asked from the top down: what is below a
// directory that does not split is part of that one. "/" always splits. The path
// is absolute and clean; it takes some map lookups a component, and no memory.
func (r *Rollup) Splits(dir string) bool {
	m, limited := r.policy.marks, !r.policy.marks.only
	for name := range components(dir) {
		if m = m.children[name]; m == nil {
			break
		}
		limited = limited && !m.only
	}
	return limited || m != nil && m.divides || r.homes.Container(dir)
}

// Unit is what is worth keeping as one: a directory with all that is in it, or a
// file.
type Unit struct {
	Path string
	Dir  bool
}

// Unit returns the unit to which a candidate belongs. A directory that splits is
// in no unit, as are its entries in units of their own.
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

// Top returns the nearest directory above a path that is a container or a root: a
// coarse place to count it in.
func (r *Rollup) Top(name string) string {
	for dir := range paths.Ancestors(name) {
		if m := r.policy.marks.find(dir); m != nil && m.root || r.homes.Container(dir) {
			return dir
		}
	}
	return "/"
}
