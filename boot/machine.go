package boot

import (
	"errors"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// ErrNotAsked is the reason why there is no answer about a path: it is on a file system that
// may not answer, or below one ([mounts.Mount.Answers]).
var ErrNotAsked = errors.New("not asked: a file system on the way may not answer")

// Machine answers the questions of [Judge] about mounts. [ThisMachine] uses system calls; tests,
// and callers with the mount table of another machine, have implementations of their own. [Judge]
// asks only about mounts that answer.
//
// A zero answer without an error means that the fact is not recorded.
type Machine interface {
	// Top describes the directory, or the file, that a mount shows at its mount point.
	Top(mount *mounts.Mount) (Top, error)
	// Subvolume describes the btrfs subvolume that the mount point is in.
	Subvolume(mount *mounts.Mount) (Subvolume, error)
	// Device describes the block device that a file system is on.
	Device(mount *mounts.Mount) (Device, error)
	// Upper checks that path, which is absolute and clean, is the upper directory of an overlay,
	// and returns it without symlinks. The error is fs.ErrNotExist if nothing or another directory
	// is there, and fs.ErrPermission if that cannot be checked.
	Upper(overlay *mounts.Mount, path string) (string, error)
}

// Top is what is at a mount point.
type Top struct {
	// Born is when it was created: statx(2), STATX_BTIME, Linux 4.11. It is zero where the
	// file system does not record that.
	Born time.Time
	// File is set if it is not a directory.
	File bool
}

// Subvolume is a btrfs subvolume.
type Subvolume struct {
	// Born is when it was created: otime of BTRFS_IOC_GET_SUBVOL_INFO, Linux 4.18. It is
	// zero where that is not recorded.
	Born time.Time
	// Snapshot is whether it was created as a snapshot of another one.
	Snapshot bool
}

// Device is a block device.
type Device struct {
	// Name is the kernel's: "vda1", "zram0", "dm-0". For a partition it is that of the
	// partition.
	Name string
	// LoopFile is the backing file of a loop device, loop(4), as the kernel shows it: with "
	// (deleted)" after the name if the file was deleted.
	LoopFile string
	// Below are the devices that this one is made of, as those of LVM and LUKS are.
	Below []Device
}
