// Package trash moves paths of persistent storage into a trash directory at the top of storage,
// restores them, and removes them.
//
// Storage contains directories of users, who may rename entries there at any time, or replace them
// with symlinks. So every directory is opened below a descriptor of the storage path, with
// RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and RESOLVE_NO_XDEV (openat2(2), Linux 5.6). The guarantees
// are:
//
//   - Nothing outside the storage path is moved or removed, whatever users rename during a run.
//   - A path is moved by one rename(2): immediately, whatever its size, and never partially.
//   - Before anything is moved, a manifest on the disk records the original paths. If a run is
//     killed, it may have moved only some of the paths, and all of these can be restored.
//   - The manifest stays until every part of its batch is empty. If a part cannot be opened, for
//     example because its subvolume was renamed, its items are still reported.
//   - Restoring never replaces anything.
//   - Only items in the manifest are removed, from directories that only the current user may
//     enter.
//   - Mounts in storage are not entered.
//
// The trash of /persist is /persist/.trash. It contains a directory for each run, named by the date
// of the run; moved paths are numbered in it. rename(2) cannot move entries out of a btrfs
// subvolume, so each subvolume in storage has its own .trash at its top with a part of the batch.
// The manifest is in the trash of the storage path.
//
//	trash.go     the contents of the trash: Batch, Item, List
//	move.go      Move
//	restore.go   Restore
//	empty.go     Empty
//	store.go     the storage path, its lock, and the directories of the trash
//	dir.go       system calls below a directory descriptor
package trash
