// Package history finds earlier states of the machine, records what a shutdown leaves behind, and
// compares the two.
//
// [Find] returns the earlier states that the machine still has, newest first: old roots on btrfs,
// snapshots, old upper directories of overlays, directories that the user names, and the graveyard.
// Each has a time, a kind, and whether it is of an earlier boot. [State.Open] opens one as a
// directory descriptor, on a read-only mount that no path leads to where the kernel and the
// permissions allow that. A source that cannot be read is a [ReasonError] of the result.
//
// [Receipts.Write] writes a receipt at shutdown: the listing of what the reboot wipes, with the boot
// and the machine. [Receipts.Newest] finds that of the boot before. [Graveyard.Bury] copies small
// files into storage, and [Graveyard.Prune] removes old ones.
//
// [Recur] merges the sorted listings of several states.
//
//	history.go    kinds, states, and Find
//	problem.go    why a source cannot be read, as facts
//	dir.go        open directories, and read-only mounts of them
//	btrfs.go      the top level of a btrfs: a detached mount
//	layout.go     where old roots, snapper and btrbk keep their states
//	mounted.go    which path of the machine a subvolume belongs to
//	others.go     ZFS, upper directories, named directories, and the graveyard
//	names.go      times in the names of states, and snapper's info.xml
//	subvolume.go  the birth of a btrfs subvolume
//	store.go      the directory in storage for receipts and the graveyard
//	receipt.go    the header and the entries of a receipt
//	line.go       an entry as a line of JSON
//	write.go      writes a receipt
//	read.go       reads a receipt that may be damaged or hostile
//	receipts.go   the receipts in storage
//	graveyard.go  the graves; bury.go and copy.go make one, prune.go removes them
//	recur.go      merges listings; ahead.go reads each of them ahead
package history
