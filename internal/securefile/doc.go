// Package securefile reads and replaces files in directories that belong to others.
//
// Root is asked to write into the home of a user, or to read from it, and that user
// may rename, link and mount there at any time. A path is therefore walked once, by
// descriptors (openat(2) with O_PATH and O_NOFOLLOW), and everything that follows is
// done at the descriptor of the directory that was reached: nothing that is swapped
// later leads elsewhere.
//
//   - Root follows a symlink only if it belongs to root or to the user who called
//     sudo, or if the kernel made it (proc(5)). Other users' symlinks are refused,
//     wherever they are: the rule of fs.protected_symlinks, without its exceptions.
//   - With a [User], everything is done with the rights of that user, for whom the
//     kernel decides what can be reached.
//   - A file is written beside its place and renamed: it is there as a whole or not at
//     all. Owner, group, mode, ACL and user attributes of a file that is replaced stay.
//   - What cannot be renamed over is written in place: a mount point, a device, a pipe,
//     and a file whose owner cannot be kept.
package securefile
