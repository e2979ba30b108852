package boot

import "time"

// Fate is what the next boot does to a tree.
type Fate uint8

// The fates. Unknown means that nothing shows one of the other two.
const (
	Unknown Fate = iota
	Wiped
	Kept
)

var fateNames = [...]string{"unknown", "wiped", "kept"}

// String returns the fate in lower case.
func (f Fate) String() string {
	if int(f) < len(fateNames) {
		return fateNames[f]
	}
	return fateNames[Unknown]
}

// Kind is what a piece of evidence consists of.
type Kind uint8

// The kinds of evidence. The comment says which fate a kind shows, and which fields of
// [Evidence] it fills in besides Kind and Fate.
const (
	KindUnknown Kind = iota
	// KindStated: the configuration or the command line names the tree as one that is
	// wiped. Wiped, whatever the other evidence says.
	KindStated
	// KindMemory: tmpfs, ramfs or the rootfs of an initramfs, which exist in memory only.
	// Wiped. FSType.
	KindMemory
	// KindRAMDisk: the file system is on a zram or ram block device. Wiped. Device.
	KindRAMDisk
	// KindLoop: it is on a loop device whose backing file is on a tree that is wiped. Wiped.
	// Device; Path is the backing file; Tree.
	KindLoop
	// KindLoopDeleted: it is on a loop device whose backing file has been deleted: the last
	// user of the device frees it. Wiped. Device; Path is what the kernel calls the file.
	KindLoopDeleted
	// KindPart: the mount shows a part of a file system of which another mount shows more, as
	// a bind mount does. The fate of that tree. Tree; Path is where the same directory is
	// visible in it, or "" if another mount covers it.
	KindPart
	// KindUpper: an overlay has the fate of its upper directory; the lower layers come back.
	// Tree; Path is the upper directory.
	KindUpper
	// KindUpperVolatile: the upper directory cannot be reached, and has the name that systemd
	// gives to one on a tmpfs of its own (systemd.volatile=overlay, systemd-nspawn
	// --volatile=overlay). Wiped. Path is the upper directory as it was recorded.
	KindUpperVolatile
	// KindUpperUnreachable: the upper directory cannot be reached from here. Unknown. Path is
	// the upper directory as it was recorded.
	KindUpperUnreachable
	// KindNoUpper: an overlay without an upper directory is read-only: there is nothing to
	// lose. Kept.
	KindNoUpper
	// KindKernel: an interface of the kernel, which is made again at every boot. Wiped. FSType.
	KindKernel
	// KindFirmware: an interface to memory that a reboot keeps, as efivarfs. Kept. FSType.
	KindFirmware
	// KindImage: a file system that is read-only by its format. Kept. FSType.
	KindImage
	// KindNetwork: a file system of another machine. Kept. FSType.
	KindNetwork
	// KindSubvolume: the btrfs subvolume was created at this boot or later. Wiped, or Unknown
	// for storage. Born, Boot, Snapshot.
	KindSubvolume
	// KindHalfDone: the subvolume at "/" is one that a rollback moves out of the way. A
	// rollback has moved it and made no new one, or after it was mounted: the next boot mounts
	// another. Wiped. Path is the subvolume's path in its file system.
	KindHalfDone
	// KindTop: the top directory of the file system, or of the part of it that the mount
	// shows, was created at this boot or later. Wiped, or Unknown for storage. Born, Boot.
	KindTop
	// KindSurvivors: regular files of the tree are older than this boot. Kept, or Unknown
	// where too few are, and on ZFS. Old, Seen, Boot.
	KindSurvivors
)

var kindNames = [...]string{
	"unknown", "stated", "memory", "ram-disk", "loop", "loop-deleted", "part", "upper", "upper-volatile", "upper-unreachable", "no-upper",
	"kernel", "firmware", "image", "network", "subvolume", "half-done", "top", "survivors",
}

// String returns the kind in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[KindUnknown]
}

// Evidence is one fact about a tree. Which fields are filled in depends on Kind.
type Evidence struct {
	Kind Kind
	// Fate is what this fact alone shows: Unknown where it shows nothing.
	Fate Fate
	// Path is a file or directory, as the kind says.
	Path string
	// Tree is the mount point of the tree whose fate this one shares.
	Tree string
	// FSType is the type of the file system.
	FSType string
	// Device is the kernel's name of a block device: "zram0".
	Device string
	// Born is when a subvolume or directory was created, and Boot the time of the boot that
	// Born, or each file of a sample, is compared with, by the clock that Born is from
	// ([Time.Early]).
	Born, Boot time.Time
	// Snapshot is whether the subvolume was created as a snapshot of another one.
	Snapshot bool
	// Old is how many of the Seen files of a sample are older than this boot.
	Old, Seen int
}

// decided returns the fate that a list of evidence shows: the first piece that shows one
// decides.
func decided(evidence []Evidence) Fate {
	for _, e := range evidence {
		if e.Fate != Unknown {
			return e.Fate
		}
	}
	return Unknown
}
