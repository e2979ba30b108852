package report

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/scan"
)

// StorageLoss is why a storage path does not survive the next reboot.
type StorageLoss struct {
	Kind StorageLossKind
	// Mount is the mount that the path is on.
	Mount *mounts.Mount
	// Shows is the path below Root that the storage path shows, for StorageShowsRoot.
	Shows, Root string
	// Doubtful reports that nothing shows that a boot wipes the root. Then the text does not claim
	// it.
	Doubtful bool
}

// StorageLossKind says what kind of reason a StorageLoss is.
type StorageLossKind uint8

// The kinds.
const (
	StorageLossUnknown StorageLossKind = iota
	StorageOnRoot                      // the path is no mount point: it is on a root
	StorageShowsRoot                   // the mount shows a part of a root
	StorageInMemory                    // the file system is in memory
	StorageOfKernel                    // the file system shows the state of the kernel
	StorageUpper                       // the file system is an overlay, whose upper directory a boot may wipe
)

// String returns the kind as a few words.
func (k StorageLossKind) String() string {
	return nameOf(int(k), "unknown", "on a root", "shows a root", "in memory", "of the kernel", "upper directory")
}

// Text returns the reason, as a clause that follows the storage path.
func (l *StorageLoss) Text() string {
	mount := fmt.Sprintf("%s %s at %s", l.Mount.FSType, l.Mount.Source, l.Mount.Point)
	fate := "which the next reboot wipes"
	if l.Doubtful {
		fate = "the same tree as the candidates"
	}
	switch l.Kind {
	case StorageOnRoot:
		return fmt.Sprintf("is not a mount: it is on %s, %s", mount, fate)
	case StorageShowsRoot:
		if l.Doubtful {
			return fmt.Sprintf("shows %s, which is on %s, %s", l.Shows, l.Root, fate)
		}
		return fmt.Sprintf("shows %s, %s", l.Shows, fate)
	case StorageInMemory:
		return fmt.Sprintf("is on %s: the next reboot wipes it", mount)
	case StorageOfKernel:
		return fmt.Sprintf("is on %s: it shows the state of the kernel", mount)
	case StorageUpper:
		return fmt.Sprintf("is on %s: its upper directory may be wiped at the next reboot", mount)
	case StorageLossUnknown:
	}
	return "is on " + mount
}

// NotCopied is why adopt does not copy a path.
type NotCopied struct {
	Verdict     scan.Verdict
	MountedFrom string // the path in storage that it is mounted from, or ""
	ShownFrom   string // the path in a wiped tree of which a bind mount shows it, or ""
	Shared      bool   // it belongs to several programs, and is usually not kept as a whole
	Wiped       bool   // a boot wipes what is mounted there
}

// IsKept reports whether the path does not have to be copied.
func (n NotCopied) IsKept() bool { return !n.Shared && (n.MountedFrom != "" || !n.Wiped) }

// Text returns the reason as a clause; "" if the path is copied.
func (n NotCopied) Text() string {
	if n.Shared {
		return "it belongs to several programs: copy directories in it instead, or allow it with --whole"
	}
	v := n.Verdict
	switch v.Class {
	case scan.ClassSystem:
		return "it is managed by Nix or created again at every boot"
	case scan.ClassMounted:
		return n.mount()
	case scan.ClassLower:
		return "a boot brings it back from a lower layer of the overlay at " + v.Target
	case scan.ClassLayer:
		return "it is in a layer of the overlay at " + v.Target + ": name it by its path there"
	case scan.ClassUnknown, scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot, scan.ClassPersisted, scan.ClassStorage, scan.ClassHidden,
		scan.ClassExcluded, scan.ClassOutside, scan.ClassLinked:
	}
	if n.MountedFrom != "" {
		return "it is a mount of " + n.MountedFrom
	}
	return ""
}

// mount is Text for a path on a mount that is not a root.
func (n NotCopied) mount() string {
	switch {
	case n.MountedFrom != "":
		return "it is a mount of " + n.MountedFrom
	case n.ShownFrom != "":
		return "it is a bind mount of " + n.ShownFrom + ", which the next reboot wipes: name that path"
	case n.Wiped:
		return "it is on " + n.Verdict.By + ", which the next reboot wipes, but which is not a root: name that with --root"
	}
	return "something is mounted at " + n.Verdict.By + ", and nothing shows that a boot wipes it"
}
