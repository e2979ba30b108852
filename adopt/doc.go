// Package adopt copies paths into persistent storage, so that the first boot with a
// new snippet finds the data there.
//
// [Prepare] looks at what is to be done and touches nothing; [Plan.Run] does it. The
// target of /etc/x is storage/etc/x. What is promised:
//
//   - A source is never changed, not even its access time where we may help it.
//   - A target is never overwritten. One that is equal is left alone; one that differs is
//     reported, and left. Where a directory is there already, what it lacks is added.
//   - Whatever happens, a kill or a power cut included, no target is half-written under
//     its real name: a file or directory is made in another directory of its mount,
//     with all that is in it, synced (syncfs(2)) and then renamed (RENAME_NOREPLACE). What
//     a killed run has left there, the next one removes.
//   - Content, mode, owner, times, extended attributes, ACLs, symlinks, hard links within
//     the selection and holes are those of the source. Blocks are shared where the file
//     system can (FICLONE).
//   - A source that changes while it is copied is noticed (by inode, size, mtime and ctime),
//     tried again, and then reported.
//   - Nobody can lead us elsewhere by putting a symlink in our way: every path is opened
//     below a descriptor, with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS (openat2(2), Linux 5.6).
//   - What is mounted in a directory is not part of it, and is left out. Nothing is copied
//     from a mount that is not a root's, and what a root's mount keeps from having an effect
//     (nosuid, nodev) is not copied either.
//   - However deep a tree is, a run holds a fixed number of its directories open.
//
// A unit is what is put in place with one rename: a selected path, or what a directory
// that is there already lacks. It is whole or not at all: where a part of it cannot be
// copied, all parts are reported that could not be, and it is not put in place.
//
//	plan          what is to be done, before anything is
//	run           units, in batches: copied, synced, put in place
//	area          where copies are made, which no other user may enter
//	parents       directories above a target, made like those above the source
//	sources       where paths are opened from: the roots' own mounts
//	limits        what a mount keeps from having an effect
//	existing      those that are there already, compared with the source's
//	writers       who may replace things in a directory, by mode and ACL
//	pathname      the path of a directory, as a string only for messages
//	tree          a directory and all that is in it, by several workers
//	folder        a directory that is being copied, and what has been
//	merge         a directory that is there already gets what it lacks
//	descend       a walk that holds few directories open
//	file_linux    the content of a file; attributes_linux all beside it
//	lease         files that another process has a lease on
//	mapped        files that a process writes to through a mapping
//	compare       whether a target that is there is the same
//	verify        whether a source is still what has been copied
//	dir_linux     system calls below a directory descriptor
package adopt
