// Package adopt copies paths into persistent storage, so the first boot with a new snippet finds
// the data there.
//
// [Prepare] makes a plan and changes nothing; [Plan.Run] executes it. The target of /etc/x is
// storage/etc/x. The guarantees are:
//
//   - A source is never changed. Even its access time stays the same if permissions allow that.
//   - A target is never overwritten. An equal target is left alone; a different one is reported and
//     left alone. If a directory exists already, its missing entries are added.
//   - No target is ever half-written under its real name, even after a kill or a power cut: a file
//     or directory is copied, with everything in it, into a staging directory on the same mount,
//     synced (syncfs(2)) and then renamed (RENAME_NOREPLACE). The next run removes what a killed
//     run has left in the staging directory.
//   - Content, mode, owner, times, extended attributes, ACLs, symlinks, hard links within the
//     selection and holes are preserved. Blocks are shared if the file system supports that
//     (FICLONE).
//   - A source that changes while it is copied is detected (by inode, size, mtime and ctime),
//     copied again, and reported if it keeps changing.
//   - Symlinks cannot redirect a copy: every path is opened below a descriptor, with
//     RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS (openat2(2), Linux 5.6).
//   - Mounts in a directory are not part of it and are left out. Nothing is copied from a mount
//     that is not a root's. Setuid and setgid bits, capabilities and devices that have no effect on
//     a root's mount (nosuid, nodev) are not copied either.
//   - A run keeps a fixed number of directories open, however deep a tree is.
//
// With a [Source], the same engine copies from an earlier state of the machine: into storage, or, if
// the storage path is "/", back to where the paths were. All guarantees hold for both.
//
// A unit is a path that is put in place with one rename: a selected path, or an entry that an
// existing directory lacks. It is copied completely or not at all: if a part cannot be copied,
// every such part is reported, and the unit is not put in place.
//
//	plan          what a run will do
//	run           copies units in batches, syncs them and puts them in place
//	staging       directories for unfinished copies, which no other user may enter
//	parents       makes the directories above a target like those above the source
//	beneath       a clone of a mount, to copy what other mounts cover
//	sources       opens paths from the roots' own mounts
//	source        another state of the machine as the source, such as an old root
//	limits        mount options that disable setuid bits or devices
//	existing      compares existing directories above a target with the source's
//	writers       the users who may replace entries in a directory, by mode and ACL
//	pathname      the path of a directory, converted to a string only for messages
//	tree          copies a directory with everything in it, with several workers
//	folder        a directory that is being copied, and the entries copied so far
//	merge         adds missing entries to existing directories
//	descend       a walk that keeps few directories open
//	leaf          copies one entry that is not a directory; file its content, attributes everything else
//	lease         opens files on which another process has a lease
//	mapped        finds files that a process may write to through a mapping
//	compare       compares an existing target with its source; samecontent two files
//	verify        checks that a source has not changed since it was copied
//	openfiles     finds processes that have the files open
//	dir           system calls below a directory descriptor
package adopt
