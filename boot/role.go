package boot

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Role is what a mount is for.
type Role uint8

// The roles. Only trees of data are roots by default.
const (
	RoleUnknown Role = iota
	// RoleData is a tree with files of users or of the system.
	RoleData
	// RoleAPI is an interface of the kernel in the form of files, as proc.
	RoleAPI
	// RolePerBoot is a directory for files of the running system by convention
	// (file-hierarchy(7)), or in which programs mount file systems while they run. The type of
	// the file system does not matter.
	RolePerBoot
	// RoleStore is the Nix store, or a layer of it: its contents are built again from the
	// configuration.
	RoleStore
)

var roleNames = [...]string{"unknown", "data", "api", "per-boot", "store"}

// String returns the role in lower case.
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return roleNames[RoleUnknown]
}

// family is a group of types of file systems that are judged alike.
type family uint8

const (
	familyOther    family = iota // no evidence from its times
	familyMemory                 // exists in memory only
	familyKernel                 // made by the kernel at every boot
	familyFirmware               // shows memory that a reboot keeps
	familyTrigger                // mounts something else when it is entered
	familyImage                  // read-only by its format
	familyNetwork                // the files are on another machine
	familyOverlay
	familyBtrfs // snapshots inherit the times of files
	familyBirth // the top directory is born with mkfs; files have their own times
	familyTimes // files have their own times; the top directory's birth means nothing
)

// familyOf returns the family of a type of file system.
//
// exfat gives its top directory the time of the mount as its birth (fs/exfat/super.c,
// exfat_read_root), vfat keeps local time, and files of both have no ctime of their own: their
// times are no evidence. bcachefs takes snapshots as btrfs does, and has no call for the birth
// of a subvolume. ZFS gives no birth of a dataset, and a rollback keeps the times of what it
// restores.
func familyOf(kind string) family {
	switch kind {
	case "tmpfs", "ramfs", "rootfs":
		return familyMemory
	case "efivarfs", "pstore":
		return familyFirmware
	case "autofs":
		return familyTrigger
	case "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "cpuset", "debugfs", "devpts", "devtmpfs", "functionfs", "fusectl", "hugetlbfs",
		"mqueue", "nfsd", "nsfs", "proc", "resctrl", "rpc_pipefs", "securityfs", "selinuxfs", "smackfs", "sysfs", "tracefs", "xenfs":
		return familyKernel
	case "cramfs", "erofs", "iso9660", "romfs", "squashfs":
		return familyImage
	case "9p", "afs", "ceph", "cifs", "coda", "lustre", "nfs", "nfs4", "orangefs", "smb3", "smbfs", "vboxsf", "virtiofs":
		return familyNetwork
	case "overlay":
		return familyOverlay
	case "btrfs":
		return familyBtrfs
	case "ext2", "ext3", "ext4", "f2fs", "xfs":
		return familyBirth
	case "jfs", "nilfs2", "reiserfs", "zfs":
		return familyTimes
	}
	return familyOther
}

// isAPI reports whether a family is an interface, and not a tree of data.
func (f family) isAPI() bool {
	return f == familyKernel || f == familyFirmware || f == familyTrigger
}

// perBoot are the directories whose contents are not meant to outlast a boot, file-hierarchy(7).
// The age of files in /var/tmp, and in a /tmp on disk, is limited by systemd-tmpfiles(8).
var perBoot = []string{"/dev", "/proc", "/run", "/sys", "/tmp", "/var/tmp"}

// stores are the Nix store and the layers of it that installation media and virtual machines
// of NixOS have.
var stores = []string{"/nix/store", "/nix/.ro-store", "/nix/.rw-store"}

// runtimes are the directories in which container engines and similar programs mount file systems
// for running containers: layers, shared memory, secrets.
var runtimes = []string{
	"/var/lib/containerd", "/var/lib/containers", "/var/lib/docker", "/var/lib/incus", "/var/lib/kubelet", "/var/lib/lxd", "/var/lib/machines", "/var/snap/lxd",
}

// runtimesOfUsers is the same in a home directory.
const runtimesOfUsers = "/.local/share/containers/"

// roleOf returns the role of a mount.
func roleOf(mount *mounts.Mount) Role {
	point := mount.Point
	in := func(dir string) bool { return paths.AtOrBelow(point, dir) }
	below := func(dir string) bool { return paths.Below(point, dir) }
	switch {
	case familyOf(mount.FSType).isAPI():
		return RoleAPI
	case slices.ContainsFunc(perBoot, in), slices.ContainsFunc(runtimes, below), strings.Contains(point, runtimesOfUsers), isLayer(mount):
		return RolePerBoot
	case slices.ContainsFunc(stores, in):
		return RoleStore
	}
	return RoleData
}

// isLayer reports whether an overlay is the merged view of a container's layers. Engines mount it
// beside its upper directory ("ID/merged", "ID/diff"), and the same files are visible there.
func isLayer(mount *mounts.Mount) bool {
	if mount.FSType != "overlay" || mount.Point == "/" || filepath.Base(mount.Point) != "merged" {
		return false
	}
	upper := ParseOverlay(mount.SuperOptions).Upper
	return upper != "" && filepath.Dir(upper) == filepath.Dir(mount.Point)
}
