package history

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/timeform"
)

// Kind is the kind of an earlier state: what made it.
type Kind uint8

// The kinds of states.
const (
	KindUnknown   Kind = iota
	KindOldRoot        // a root subvolume that a rollback at boot has moved away
	KindSnapper        // a snapshot of snapper(8)
	KindBtrbk          // a snapshot of btrbk(1)
	KindZFS            // a snapshot of a ZFS dataset
	KindUpper          // an old upper directory of an overlay
	KindDirectory      // a directory that the user names
	KindGraveyard      // files that this program copied at shutdown
)

var kindNames = [...]string{"unknown", "old-root", "snapper", "btrbk", "zfs", "overlay-upper", "directory", "graveyard"}

// String returns the kind in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[KindUnknown]
}

// Age reports whether a state is of an earlier boot.
type Age uint8

// The ages.
const (
	AgeUnknown Age = iota
	AgeEarlier     // of a boot before the running one
	AgeCurrent     // made since the machine was booted
)

var ageNames = [...]string{"unknown", "earlier-boot", "this-boot"}

// String returns the age in lower case.
func (a Age) String() string {
	if int(a) < len(ageNames) {
		return ageNames[a]
	}
	return ageNames[AgeUnknown]
}

// Basis is where the time of a state comes from.
type Basis uint8

// The bases, the most reliable first.
const (
	BasisUnknown  Basis = iota // the time is not known
	BasisRecord                // a file that describes the state
	BasisName                  // its name
	BasisBirth                 // the birth of the subvolume
	BasisModified              // the mtime of its top directory
)

var basisNames = [...]string{"unknown", "record", "name", "birth", "modified"}

// String returns the basis in lower case.
func (b Basis) String() string {
	if int(b) < len(basisNames) {
		return basisNames[b]
	}
	return basisNames[BasisUnknown]
}

// State is an earlier state of a directory tree.
type State struct {
	// Name identifies the state among those of its kind: "old_roots/2026-11-3_08:00:00".
	Name string
	Kind Kind
	// Time is a time at which the tree was as it is in the state, zero if it is not known. A
	// rollback script names an old root by the mtime of its top directory, which is near its birth.
	Time  time.Time
	Basis Basis
	Age   Age
	// Root is the path on the running machine that the top directory of the state corresponds to:
	// "/", or "/home". It is "" if it is not known.
	Root string
	// Source is the file system or directory that contains the state, for messages.
	Source string
	// Upper reports that the state is an upper directory of an overlay: it has only what was
	// changed, and whiteouts for what was deleted.
	Upper bool

	open func() (*Dir, error)
}

// Open opens the top directory of the state. The caller closes it. The error is a *[ReasonError].
func (s *State) Open() (*Dir, error) {
	d, err := s.open()
	if err != nil {
		return nil, problem(s.Kind, s.Source+": "+s.Name, err)
	}
	d.root, d.upper = s.Root, s.Upper
	return d, nil
}

// Found contains the states of the machine.
type Found struct {
	// States are sorted by time, the newest first. States without a time come last.
	States []State
	// Problems are the sources that could not be read.
	Problems []*ReasonError

	tops []*Dir
}

// Close closes the file systems that the states are on. States cannot be opened after that;
// directories that are open stay so.
func (f *Found) Close() {
	for _, top := range f.tops {
		top.Close()
	}
	f.tops = nil
}

// Clock compares times with the time of the boot. boot.Time is one.
type Clock interface {
	// Older reports whether a time is certainly before this boot.
	Older(time.Time) bool
	// Younger reports whether a time is certainly of this boot.
	Younger(time.Time) bool
}

// OldRoots is a directory that contains old roots.
type OldRoots struct {
	// Dir is a path below the top level of a btrfs, without a leading slash.
	Dir string
	// Root is the path of the running machine at which the old roots were mounted. "" means "/".
	Root string
	// Names is the form of their names. Zero means any usual one.
	Names timeform.Form
}

// Options are the options of Find.
type Options struct {
	// Mounts is the mount table. With nil, only the directories named below are searched.
	Mounts *mounts.Table
	// Clock decides on the age of states. With nil, ages are unknown, except where something else
	// shows them.
	Clock Clock
	// Boot is the ID of the running boot, proc_sys_kernel(5), random/boot_id. A state that records
	// another one is of an earlier boot.
	Boot string
	// Zone is the time zone of names; nil means the local one.
	Zone *time.Location
	// OldRoots are searched in addition to the usual directories.
	OldRoots []OldRoots
	// Uppers are the upper directories of the overlays that a reboot wipes. Old ones are searched
	// beside them.
	Uppers []Upper
	// From are directories that the user names. Each is a state of "/".
	From []string
	// Storage are the storage paths with graveyards.
	Storage []string
}

// Upper is an upper directory of an overlay.
type Upper struct {
	// Path is the directory, and Point is where the overlay is mounted.
	Path, Point string
}

// Find returns the earlier states of the machine. It changes nothing, and leaves no mount. It
// returns an error only if ctx is cancelled. The caller closes the result.
func Find(ctx context.Context, options Options) (*Found, error) {
	if options.Zone == nil {
		options.Zone = time.Local
	}
	f := &finder{Options: options, found: new(Found), stated: map[string]bool{}}
	for _, step := range []func(context.Context){f.named, f.graveyards, f.uppers, f.zfs, f.btrfs} {
		step(ctx)
		if err := ctx.Err(); err != nil {
			f.found.Close()
			return nil, err
		}
	}
	slices.SortStableFunc(f.found.States, func(a, b State) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.Kind, b.Kind), strings.Compare(b.Name, a.Name))
	})
	return f.found, nil
}

// finder collects states.
type finder struct {
	Options
	found  *Found
	stated map[string]bool // the directories of OldRoots that are on a file system
}

func (f *finder) add(s State) { f.found.States = append(f.found.States, s) }

// fail records a source that cannot be read.
func (f *finder) fail(kind Kind, path string, err error) {
	f.found.Problems = append(f.found.Problems, problem(kind, path, err))
}

// age returns the age of a state by its time.
func (f *finder) age(at time.Time) Age {
	switch {
	case f.Clock == nil || at.IsZero():
		return AgeUnknown
	case f.Clock.Older(at):
		return AgeEarlier
	case f.Clock.Younger(at):
		return AgeCurrent
	}
	return AgeUnknown
}

// ageOfBoot returns the age of a state that records its boot. Its time alone does not show that,
// because a shutdown and the next boot are less than a minute apart.
func (f *finder) ageOfBoot(boot string, at time.Time) Age {
	switch {
	case boot == "" || f.Boot == "":
		return f.age(at)
	case boot == f.Boot:
		return AgeCurrent
	}
	return AgeEarlier
}
