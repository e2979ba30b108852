// Package rootfs reads files below a directory as they look to a process whose root is this
// directory, chroot(2): absolute symlinks and ".." stay below it.
//
//	rootfs.go    FS: read a file, list a directory, stat, read a symlink
//	resolve.go   FS.Resolve: follow symlinks one by one, and stop where the caller says so
//
// The files may belong to others. A FIFO or a device is never read, sizes and numbers are
// limited by the caller, and the magic links of proc(5) are not followed. The kernel resolves
// paths, openat2(2) with RESOLVE_IN_ROOT, so a directory that is renamed in the meantime does
// not lead out. That needs Linux 5.6.
package rootfs
