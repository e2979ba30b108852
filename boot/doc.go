// Package boot says what a boot does to each mounted tree, and how that is known.
//
// [Judge] takes a mount table and returns a [Tree] for each mount that a path lookup reaches:
// its [Fate] (wiped, kept or unknown) with the [Evidence], as facts and not as sentences.
// [Trees.Roots] returns the trees in which to look for what the next boot wipes.
//
//	boot.go            Judge, Options, Trees, Tree
//	fate.go            Fate, Kind, Evidence: the types of the answer
//	roots.go           the default roots
//	sample.go          ages of files, collected by a walk
//
//	facts.go           1. what the machine is asked about each mount
//	machine.go         the questions, as an interface
//	machine_linux.go   ... and as system calls
//	device.go          ... block devices in sysfs
//	decide.go          2. the verdict by these facts, without asking anything
//	within.go          which mounts show parts of the same tree
//	birth.go           the evidence of times: births, files that have survived
//
//	role.go            kinds of file systems, places of the running system
//	super.go           the options of an overlay
//	time.go            the time of the boot
//
// # How a tree is judged
//
// In this order, and the first piece of evidence that shows a fate decides:
//
//  1. stated by the user: wiped
//  2. a part of a tree of which another mount shows more (a bind mount): as that tree
//  3. by the type of the file system: in memory, wiped; an overlay, as its upper directory; a
//     read-only image or a network file system, kept
//  4. by its block device: in memory, or a loop device on a tree that is wiped: wiped
//  5. born at this boot (the btrfs subvolume; the top directory of ext4, xfs or f2fs), unless it
//     is storage: wiped
//  6. files that are older than this boot: kept
//
// # Limits
//
// A tree that was made while the machine ran, such as a disk that has just been formatted, or by
// the first boot of a new machine, is taken for one that each boot makes, unless it is storage:
// Evidence.Born says when.
//
// A reset below the file system (snapshots of LVM or of a virtual machine's disk) leaves files
// that are older than the boot, which look kept. Files of a rolled back ZFS dataset have their old
// times, and the birth of a dataset is not available: there only the files count, and an empty
// snapshot has none. Other file systems with snapshots (bcachefs) and FUSE are unknown.
//
// A clock that was wrong during the boot is allowed for if /dev or /run show it ([Time.Early]).
// Otherwise, or if each boot begins at the same time, births show nothing, and the user has to
// state the roots.
package boot
