package session

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/report"
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
	if why := whyWiped(s.Mounts, s.rootsBeside(storage), storage, s.doubts); why != nil {
		return "", WithRemedy(fmt.Errorf("storage %s %s", storage, why.Text()), storageRemedy)
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
var notStored = map[string]report.StorageLossKind{
	"tmpfs": inMemory, "ramfs": inMemory, "devtmpfs": inMemory, "hugetlbfs": inMemory,
	// The mount table does not show whether the upper directory is emptied at boot.
	"overlay": report.StorageUpper,
	"proc":    ofKernel, "sysfs": ofKernel, "cgroup": ofKernel, "cgroup2": ofKernel, "devpts": ofKernel, "mqueue": ofKernel, "bpf": ofKernel,
	"debugfs": ofKernel, "tracefs": ofKernel, "securityfs": ofKernel, "selinuxfs": ofKernel, "configfs": ofKernel, "pstore": ofKernel,
	"efivarfs": ofKernel, "fusectl": ofKernel, "binfmt_misc": ofKernel, "nsfs": ofKernel, "rpc_pipefs": ofKernel,
}

const (
	inMemory = report.StorageInMemory
	ofKernel = report.StorageOfKernel
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

// whyWiped returns why a storage path does not survive the next reboot; nil if it survives.
// Comparing the file systems is not enough: a bind mount may show a part of a root, while a btrfs
// subvolume beside the root's is on the same file system.
//
// doubts reports whether nothing shows that a boot wipes a root.
func whyWiped(mounts *mounts.Table, roots []string, storage string, doubts func(root string) bool) *report.StorageLoss {
	at := mounts.At(storage)
	loss := &report.StorageLoss{Kind: notStored[at.FSType], Mount: at}
	for _, root := range roots {
		in, shown := mounts.Stored(storage, root)
		on := mounts.At(root) == at
		switch {
		case on && root == at.Point && root != "/" && loss.Kind != report.StorageLossUnknown: // says more, below
		case on:
			loss.Kind, loss.Root, loss.Doubtful = report.StorageOnRoot, root, doubts(root)
			return loss
		case shown:
			loss.Kind, loss.Shows, loss.Root, loss.Doubtful = report.StorageShowsRoot, in, root, doubts(root)
			return loss
		}
	}
	if loss.Kind == report.StorageLossUnknown && strings.HasPrefix(at.Source, "/dev/zram") {
		loss.Kind = report.StorageInMemory
	}
	if loss.Kind == report.StorageLossUnknown {
		return nil
	}
	return loss
}

const storageRemedy = "mount persistent storage there, or name it by --storage or snippet.storagePath"

// notCopiedError says why a path is not copied.
type notCopiedError struct{ report.NotCopied }

// Error returns the reason.
func (e notCopiedError) Error() string { return e.Text() }

// Is makes errors.Is report true for adopt.ErrNotWiped if the path does not have to be copied.
func (e notCopiedError) Is(target error) bool { return target == adopt.ErrNotWiped && e.IsKept() }

// notCopied returns an error for a path that the next reboot does not wipe or creates again, or that
// is on a mount which is not a root.
func (s *Session) notCopied(path string) error {
	kind, _, _ := scan.Stat(path)
	found := report.NotCopied{Verdict: s.Judge(path, kind), MountedFrom: s.MountedFrom(path)}
	if found.Verdict.Class == scan.ClassMounted {
		found.ShownFrom, found.Wiped = s.shownFrom(path, found.Verdict), s.FateOf(path).Fate == boot.Wiped
	}
	if found.Text() == "" {
		return nil
	}
	return notCopiedError{found}
}

// StorageDirs returns the true paths of the storage paths that are directories.
func (s *Session) StorageDirs() []string { return directories(s.storage) }
