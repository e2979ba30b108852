// Package watch reports which files are written on whole file systems, and by which programs.
//
//	watch.go    Watcher: Open marks file systems, Run reads events until its context is done
//	event.go    Event, Op and Process: what was written, how and by whom
//	mark.go     Mark: how the file system of a tree is watched; the two fanotify groups
//	volume.go   volume: a marked file system, and the paths of its directories
//	decode.go   the records that the kernel writes, fanotify(7)
//	process.go  the program and the systemd unit of a process, from /proc
//	record.go   Record and its lines: the last write of each path
//	ring.go     Ring: a file of records that is bounded, and its reader
//
// # Implementation
//
// fanotify(7) reports files that are created, closed after writing, and renamed. By default a mark
// on the file system reports the handle of the directory and the name (FAN_REPORT_DFID_NAME, Linux
// 5.9), so creations and renames are seen, and writes from every mount namespace. A btrfs refuses
// such marks on its subvolumes (EXDEV), so its top level is mounted detached and marked instead.
//
// Some file systems have no handles to find a directory by (overlayfs, FUSE). Their marks report an
// open file instead (Linux 4.20): then files are seen only when they are closed, also with a name
// that a rename gives them later, and only at paths that exist in the mount namespace of the caller.
//
// # Guarantees
//
// Every file that is closed after writing is reported, except for those in an overflow: if events
// arrive faster than they are read for some time, the kernel drops some, and an Event with Overflow
// says so. Writes through memory maps are reported when the file is closed. Files of the caller's
// own process are not reported. Everything requires CAP_SYS_ADMIN and CAP_DAC_READ_SEARCH.
package watch
