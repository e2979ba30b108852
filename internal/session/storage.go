package session

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
)

// StorageToFill returns the storage path to copy into. It is an error if the next reboot wipes
// that path.
func (s *Session) StorageToFill(flag string) (string, error) {
	named, err := s.storageToName(flag)
	if err != nil {
		return "", Misuse(fmt.Errorf("--storage: %w", err))
	}
	storage := truepath.Resolve(named)
	if storage == "/" {
		return "", Misuse(errStorageIsRoot(s.storageSource(flag)))
	}
	hm := s.Config.Snippet.Dialect == setting.DialectImpermanenceHM
	if home := s.Config.Home; flag == "" && hm && home != "" && len(storage) > len(home) {
		storage = strings.TrimSuffix(storage, home) // version 1 of its module appends the home
	}
	kind, _, err := scan.Stat(storage)
	if err != nil {
		return "", WithRemedy(fmt.Errorf("stat storage: %w", err), storageRemedy)
	}
	if kind != scan.KindDir {
		return "", WithRemedy(fmt.Errorf("storage %s is a %s", storage, kind), storageRemedy)
	}
	if why := whyWiped(s.Mounts, s.rootsBeside(storage), storage, s.doubts); why != "" {
		return "", WithRemedy(fmt.Errorf("storage %s %s", storage, why), storageRemedy)
	}
	return storage, nil
}

// storageSource returns the flag or key that the storage path of storageToName comes from.
func (s *Session) storageSource(flag string) string {
	if flag != "" {
		return "--storage"
	}
	return cmp.Or(s.Config.Snippet.StoragePath.Origin.String(), "storagePaths")
}

// errStorageIsRoot returns the error for a storage path that is "/" or a symlink to it.
func errStorageIsRoot(source string) error {
	return fmt.Errorf("%s: storage must be below /, not / itself", source)
}

// notStored has the types of file systems that do not keep data over a reboot, and why.
var notStored = map[string]string{
	"tmpfs": inMemory, "ramfs": inMemory, "devtmpfs": inMemory, "hugetlbfs": inMemory,
	// The mount table does not show whether the upper directory is emptied at boot.
	"overlay": "its upper directory may be wiped at the next reboot",
	"proc":    ofKernel, "sysfs": ofKernel, "cgroup": ofKernel, "cgroup2": ofKernel, "devpts": ofKernel, "mqueue": ofKernel, "bpf": ofKernel,
	"debugfs": ofKernel, "tracefs": ofKernel, "securityfs": ofKernel, "selinuxfs": ofKernel, "configfs": ofKernel, "pstore": ofKernel,
	"efivarfs": ofKernel, "fusectl": ofKernel, "binfmt_misc": ofKernel, "nsfs": ofKernel, "rpc_pipefs": ofKernel,
}

const (
	inMemory = "the next reboot wipes it"
	ofKernel = "it shows the state of the kernel"
)

// rootsBeside returns the roots, except the one that a storage path is on if only its birth shows
// that it is wiped: a disk that has just been formatted may be storage.
func (s *Session) rootsBeside(storage string) []string {
	tree := s.FateOf(storage)
	return slices.DeleteFunc(slices.Clone(s.Policy.Roots()), func(root string) bool {
		return root == tree.Point && root != "/" && bornAtBoot(tree)
	})
}

// bornAtBoot reports whether the birth of a tree decides its fate.
func bornAtBoot(tree boot.Tree) bool {
	for _, e := range tree.Evidence {
		if e.Fate != boot.Unknown {
			return e.Kind == boot.KindTop || e.Kind == boot.KindSubvolume
		}
	}
	return false
}

// whyWiped returns why a storage path does not survive the next reboot, as a clause that follows
// the path; "" if it survives. Comparing the file systems is not enough: a bind mount may show a
// part of a root, while a btrfs subvolume beside the root's is on the same file system.
//
// doubts reports whether nothing shows that a boot wipes a root: that is not said then.
func whyWiped(mounts *mounts.Table, roots []string, storage string, doubts func(root string) bool) string {
	at := mounts.At(storage)
	mount := fmt.Sprintf("%s %s at %s", at.FSType, at.Source, at.Point)
	for _, root := range roots {
		in, shown := mounts.Stored(storage, root)
		switch on := mounts.At(root) == at; {
		case on && root == at.Point && root != "/" && notStored[at.FSType] != "": // says more, below
		case on && doubts(root):
			return fmt.Sprintf("is not a mount: it is on %s, as the candidates are", mount)
		case on:
			return fmt.Sprintf("is not a mount: it is on %s, which the next reboot wipes", mount)
		case shown && doubts(root):
			return fmt.Sprintf("shows %s, which is on %s, as the candidates are", in, root)
		case shown:
			return fmt.Sprintf("shows %s, which the next reboot wipes", in)
		}
	}
	if why := notStored[at.FSType]; why != "" {
		return fmt.Sprintf("is on %s: %s", mount, why)
	}
	if strings.HasPrefix(at.Source, "/dev/zram") {
		return fmt.Sprintf("is on %s: %s", mount, inMemory)
	}
	return ""
}

const storageRemedy = "mount persistent storage there, or name it by --storage or snippet.storagePath"

// notWipedError is the reason why a path does not have to be copied.
type notWipedError string

func (e notWipedError) Error() string { return string(e) }

// Is makes errors.Is report true for adopt.ErrNotWiped.
func (e notWipedError) Is(target error) bool { return target == adopt.ErrNotWiped }

// notWiped returns an error for a path that the next reboot does not wipe or creates again.
func (s *Session) notWiped(path string) error {
	kind, _, _ := scan.Stat(path)
	v := s.Judge(path, kind)
	switch v.Class {
	case scan.ClassSystem:
		return notWipedError("it is managed by Nix or created again at every boot")
	case scan.ClassMounted:
		return notWipedError("something is mounted at " + v.By + ", which is not wiped")
	case scan.ClassLower:
		return notWipedError("a boot brings it back from a lower layer of the overlay at " + v.Target)
	case scan.ClassLayer:
		return notWipedError("it is in a layer of the overlay at " + v.Target + ": name it by its path there")
	case scan.ClassUnknown, scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot, scan.ClassPersisted, scan.ClassStorage, scan.ClassHidden,
		scan.ClassExcluded, scan.ClassOutside, scan.ClassLinked:
	}
	for _, storage := range s.storage {
		if in, ok := s.Mounts.Stored(path, storage); ok {
			return notWipedError("it is a mount of " + in)
		}
	}
	return nil
}

// StorageDirs returns the true paths of the storage paths that are directories.
func (s *Session) StorageDirs() []string { return directories(s.storage) }
