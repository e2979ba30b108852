// Package trash moves paths of persistent storage into a trash directory at its top, puts them
// back, and removes them.
//
// Storage contains directories of users, who may rename things there at any time, also to
// symlinks that lead elsewhere. So no path is followed as a whole: every directory is opened
// below a descriptor of the storage path, with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and
// RESOLVE_NO_XDEV (openat2(2), Linux 5.6). What is promised:
//
//   - Nothing outside the storage path is moved or removed, whatever users rename in the meantime.
//   - A path is moved by one rename(2): at once, whatever its size, and never in part.
//   - Before anything is moved, a manifest on the disk says where it comes from. A run that is
//     killed has moved some paths and not the others, and all of them can be put back.
//   - The manifest stays until each part of its batch has been seen empty. A part that cannot be
//     opened, because its subvolume was renamed for example, is reported with its items.
//   - What is put back never replaces anything.
//   - What is removed is what the manifest names, in directories that only we may enter.
//   - Mounts in storage are not entered.
//
// The trash of /persist is /persist/.trash, with a directory for each run that is named by its
// date; what was moved has a number for a name there. A btrfs subvolume in storage, out of which
// rename(2) does not lead, has a .trash of its own at its top, with a part of the batch; the
// manifest is in the one of the storage path.
//
//	trash.go     what there is: Batch, Item, List
//	move.go      Move
//	restore.go   Restore
//	empty.go     Empty
//	store.go     the storage path, its lock, and the directories of the trash
//	dir.go       system calls below a directory descriptor
package trash
