// Package securefile reads and replaces files in directories that belong to other users.
//
// Root may have to write into or read from the home directory of a user, where that user may
// rename, link and mount at any time. A path is therefore resolved once, by descriptors (openat(2)
// with O_PATH and O_NOFOLLOW). Everything else is done relative to the descriptor of the resulting
// directory, so later changes of the path cannot redirect it.
//
//   - Root follows a symlink only if it belongs to root or to the user who ran sudo, or if it is a
//     kernel symlink in /proc (proc(5)). Symlinks of other users are refused everywhere. This is
//     the rule of fs.protected_symlinks, without its exceptions.
//   - With a [User], everything is done with the permissions of that user, which the kernel checks.
//   - A file is written under a temporary name and then renamed, so the target is never
//     half-written. A replaced file keeps its owner, group, mode, ACL and user attributes.
//   - [File.Beside] makes a second file in the same directory, which is visible at once.
//   - With [Options.Atomic] and [Options.Replaces], a file that was read is replaced as a whole, and
//     only if it did not change in the meantime.
//   - Otherwise, targets that cannot be replaced by a rename are written in place: mount points, devices,
//     pipes, and files whose owner cannot be kept.
package securefile
