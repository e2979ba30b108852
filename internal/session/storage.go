package session

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
)

// StorageToFill returns the storage path to copy into. It has to be a mount that the
// reboot does not wipe.
func (s *Session) StorageToFill(flag string) (string, error) {
	named, err := s.storageToName(flag)
	if err != nil {
		return "", Misuse(fmt.Errorf("--storage: %w", err))
	}
	storage := truepath.Resolve(named)
	if storage == "/" {
		return "", Misuse(errStorageIsRoot(s.storageSource(flag)))
	}
	hm := s.Config.Snippet.Dialect == config.DialectImpermanenceHM
	if home := s.Config.Home; flag == "" && hm && home != "" && len(storage) > len(home) {
		storage = strings.TrimSuffix(storage, home) // as version 1 of its module names it
	}
	kind, _, err := scan.Stat(storage)
	if err != nil {
		return "", WithRemedy(fmt.Errorf("stat storage: %w", err), storageRemedy)
	}
	if kind != scan.KindDir {
		return "", WithRemedy(fmt.Errorf("storage %s is a %s", storage, kind), storageRemedy)
	}
	if why := whyWiped(s.Mounts, s.Policy.Roots(), storage); why != "" {
		return "", WithRemedy(fmt.Errorf("storage %s %s", storage, why), storageRemedy)
	}
	return storage, nil
}

// storageSource names where the storage path of storageToName comes from.
func (s *Session) storageSource(flag string) string {
	if flag != "" {
		return "--storage"
	}
	return cmp.Or(s.Config.Snippet.StoragePath.Origin.String(), "storagePaths")
}

// errStorageIsRoot says that a storage path is "/", or leads there.
func errStorageIsRoot(source string) error {
	return fmt.Errorf("%s: storage must be below /, not / itself", source)
}

// notStored says of kinds of file systems why nothing that is copied there is there after the
// next reboot.
var notStored = map[string]string{
	"tmpfs": inMemory, "ramfs": inMemory, "devtmpfs": inMemory, "hugetlbfs": inMemory,
	// Where the upper directory is, and who empties it, the mount table does not say.
	"overlay": "its upper directory may be wiped at the next reboot",
	"proc":    ofKernel, "sysfs": ofKernel, "cgroup": ofKernel, "cgroup2": ofKernel, "devpts": ofKernel, "mqueue": ofKernel, "bpf": ofKernel,
	"debugfs": ofKernel, "tracefs": ofKernel, "securityfs": ofKernel, "selinuxfs": ofKernel, "configfs": ofKernel, "pstore": ofKernel,
	"efivarfs": ofKernel, "fusectl": ofKernel, "binfmt_misc": ofKernel, "nsfs": ofKernel, "rpc_pipefs": ofKernel,
}

const (
	inMemory = "the next reboot wipes it"
	ofKernel = "it shows the state of the kernel"
)

// WhyWiped says why what is copied to a storage path is not there after the next reboot, as
// what follows its name in a sentence; or "". The mount is not enough: a bind mount may show
// a part of a root, while a btrfs subvolume beside the root's is on the same file system.
func whyWiped(mounts *mounts.Table, roots []string, storage string) string {
	at := mounts.At(storage)
	mount := fmt.Sprintf("%s %s at %s", at.FSType, at.Source, at.Point)
	for _, root := range roots {
		if mounts.At(root) == at {
			return fmt.Sprintf("is not a mount: it is on %s, which the next reboot wipes", mount)
		}
		if in, ok := mounts.Stored(storage, root); ok {
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

// notWipedError says that a path need not be copied.
type notWipedError string

func (e notWipedError) Error() string { return string(e) }

// Is makes it adopt.ErrNotWiped.
func (e notWipedError) Is(target error) bool { return target == adopt.ErrNotWiped }

// notWiped returns an error for a path that the next reboot does not wipe, or that is made
// anew then.
func (s *Session) notWiped(path string) error {
	kind, _, _ := scan.Stat(path)
	v := s.Judge(path, kind)
	switch v.Class {
	case scan.ClassSystem:
		return notWipedError("it is managed by Nix or created again at every boot")
	case scan.ClassMounted:
		return notWipedError("something is mounted at " + v.By + ", which is not wiped")
	case scan.ClassUnknown, scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot, scan.ClassPersisted, scan.ClassStorage,
		scan.ClassExcluded, scan.ClassOutside, scan.ClassLinked:
	}
	for _, storage := range s.storage {
		if in, ok := s.Mounts.Stored(path, storage); ok {
			return notWipedError("it is a mount of " + in)
		}
	}
	return nil
}
