package check

import "github.com/DaRacci/list-ephemeral/boot"

// Kind is what a finding says.
type Kind uint8

// The kinds. The comment says which fields of [Finding] they fill in besides Kind and Severity.
const (
	KindUnknown Kind = iota
	// TreeWiped: "/" is a tree that a boot wipes. Path, Evidence. OK.
	TreeWiped
	// TreeKept: "/" is not wiped, although storage is a tree of its own. Path, Evidence.
	TreeKept
	// TreeUnknown: nothing shows whether "/" is wiped. Path.
	TreeUnknown
	// HalfDone: "/" is a subvolume that a rollback moved away. Path is "/", Other the subvolume.
	HalfDone
	// OldRootMounted: a subvolume of an earlier boot is mounted. Path is the mount point, Other
	// the subvolume.
	OldRootMounted
	// StorageMissing: there is no directory at a storage path. Path.
	StorageMissing
	// StorageWiped: the storage path is on a tree that a boot wipes. Path; Other is the tree.
	StorageWiped
	// MountedTooEarly: a mount was made before that of storage, so it shows the directory that the
	// mount of storage covers, and not the one in storage. Path is the mount point, Other the path
	// in storage.
	MountedTooEarly
	// MountedLate: something in the initrd or the activation needs storage that is mounted
	// later. Path is what needs it, Other the mount point of storage, Source the unit or line.
	MountedLate
	// AccessDiffers: the owner or mode of a directory differs from that of its counterpart in
	// storage. Path and Live are those of the directory, Other and Stored those of the counterpart.
	AccessDiffers
	// PrivateOpen: /var/lib/private, or the same in storage, is not 0700 of root. Path, Live.
	PrivateOpen
	// Lost: a boot wipes a file that has to be kept. Path; Other is the wiped tree.
	Lost
	// Missing: a file that is read at boot does not exist. Path, Name is the user.
	Missing
	// Hidden: a mount hides files. Path is the mount point, Other the mount that the files are
	// on, Fate what a boot does to that one. Files, Bytes; More if these are not all.
	Hidden
	// HiddenByStorage: as Hidden, but the mount is that of a storage path. Then the files cannot be
	// copied into storage under their own path.
	HiddenByStorage
	// NotMounted: the path is declared and in storage, but not kept now. Path; Other is the path
	// in storage; Source is the declaration.
	NotMounted
	// NotStored: the path is declared and exists, but storage does not have it. As NotMounted.
	NotStored
	// Dangling: a symlink into storage leads nowhere. Path is the link, Other where it leads.
	Dangling
	// RenamedFile: a single file is a mount, and programs save it by rename(2). Path.
	RenamedFile
	// StoreLink: a persisted directory has a symlink into the Nix store. Path, Other. StoreDangling: one whose
	// target is gone.
	StoreLink
	StoreDangling
	// MemoryUsed: a tree in memory. Path is the mount point; Used and Size in bytes or, where
	// Inodes is true, in inodes.
	MemoryUsed
	// MemoryDirectory: one of the largest directories of a tree in memory that is nearly full.
	// Path, Bytes, Files; More if the walk ended early.
	MemoryDirectory
	// OldRootsFound: subvolumes of earlier boots. Path is the device, Other their directory in
	// its top level; Files is how many there are, Names the first and the last by name. Bytes is the
	// space that their files take, with what they share with others; MoreBytes if it is more than that.
	OldRootsFound
)

var kindNames = [...]string{
	"unknown", "tree-wiped", "tree-kept", "tree-unknown", "half-done", "old-root-mounted", "storage-missing", "storage-wiped", "mounted-too-early",
	"mounted-late", "access-differs", "private-open", "lost", "missing", "hidden", "hidden-by-storage", "not-mounted", "not-stored", "dangling", "renamed-file",
	"store-link", "store-dangling", "memory-used", "memory-directory", "old-roots-found",
}

// String returns the kind in lower case, with hyphens.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[KindUnknown]
}

// Kinds returns all kinds.
func Kinds() []Kind {
	var all []Kind
	for i := 1; i < len(kindNames); i++ {
		all = append(all, Kind(i))
	}
	return all
}

// Access is the owner and the permissions of a file: user and group numbers, and the mode bits
// 07777 of inode(7).
type Access struct {
	UID, GID, Mode uint32
}

// Finding is one fact that a check found. Which fields are filled in depends on Kind. Paths are
// absolute and clean, and may be any bytes.
type Finding struct {
	Kind        Kind
	Severity    Severity
	Path, Other string
	// Source is the text that declares a path: a file with a line, or a key of the configuration.
	Source string
	// Name is the name of a user.
	Name string
	// Evidence shows the fate of a tree.
	Evidence     boot.Evidence
	Fate         boot.Fate
	Live, Stored Access
	// Files counts files, or subvolumes. Bytes is the total size of the files.
	Files int
	Bytes int64
	// More says that a limit ended the count.
	More bool
	// MoreBytes says that Bytes is only a part, because a limit ended the sum or something could not be
	// read.
	MoreBytes bool
	// Used and Size are in bytes, or in inodes where Inodes is true.
	Used, Size int64
	Inodes     bool
	Names      []string
}
