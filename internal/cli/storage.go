package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
)

// storageToFill returns the storage path to copy into. It has to be a mount that the
// reboot does not wipe.
func (p *plan) storageToFill(flag string) (string, error) {
	named, err := p.storageToName(flag)
	if err != nil {
		return "", usageError{fmt.Errorf("--storage: %w", err)}
	}
	storage := truepath.Resolve(named)
	if storage == "/" {
		return "", usageError{errStorageIsRoot(p.storageSource(flag))}
	}
	hm := p.config.Snippet.Dialect == config.DialectImpermanenceHM
	if home := p.config.Home; flag == "" && hm && home != "" && len(storage) > len(home) {
		storage = strings.TrimSuffix(storage, home) // as version 1 of its module names it
	}
	kind, _, err := scan.Stat(storage)
	if err != nil {
		return "", hintedError{fmt.Errorf("stat storage: %w", err), storageRemedy}
	}
	if kind != scan.KindDir {
		return "", hintedError{fmt.Errorf("storage %s is a %s", storage, kind), storageRemedy}
	}
	if why := whyWiped(p.mounts, p.policy.Roots(), storage); why != "" {
		return "", hintedError{fmt.Errorf("storage %s %s", storage, why), storageRemedy}
	}
	return storage, nil
}

// storageSource names where the storage path of storageToName comes from.
func (p *plan) storageSource(flag string) string {
	if flag != "" {
		return "--storage"
	}
	return cmp.Or(p.config.Snippet.StoragePath.Origin.String(), "storagePaths")
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

// whyWiped says why what is copied to a storage path is not there after the next reboot, as
// what follows its name in a sentence; or "". The mount is not enough: a bind mount may show
// a part of a root, while a btrfs subvolume beside the root's is on the same file system.
func whyWiped(mounts *scan.Mounts, roots []string, storage string) string {
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

// notWiped returns an error for a path that the next reboot does not wipe, or that is made
// anew then.
func (p *plan) notWiped(path string) error {
	kind, _, _ := scan.Stat(path)
	v := p.judge(path, kind)
	switch v.Class {
	case scan.ClassSystem:
		return notWipedError("it is managed by Nix or created again at every boot")
	case scan.ClassMounted:
		return notWipedError("something is mounted at " + v.By + ", which is not wiped")
	case scan.ClassUnknown, scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot, scan.ClassPersisted, scan.ClassStorage,
		scan.ClassExcluded, scan.ClassOutside, scan.ClassLinked:
	}
	for _, storage := range p.storage {
		if in, ok := p.mounts.Stored(path, storage); ok {
			return notWipedError("it is a mount of " + in)
		}
	}
	return nil
}

// adoptError adds the remedy to an error that stops everything.
func adoptError(err error, storage string) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return hintedError{err, "run it with sudo: storage belongs to root"}
	case errors.Is(err, syscall.EROFS):
		return hintedError{err, fmt.Sprintf("mount it writable: mount -o remount,rw %s", storage)}
	case errors.Is(err, adopt.ErrBusy):
		return hintedError{err, "wait for it to end"}
	case errors.Is(err, syscall.ENOSYS):
		return hintedError{err, "adopt needs Linux 5.6 or later"}
	}
	return err
}

// warn prints what is to be said of paths that is not a problem.
func (a *app) warn(warnings []adopt.Problem) {
	for _, w := range warnings {
		say(a.err, "warning", problemText(w))
	}
}

// remedy says what helps against the first problem that there is a remedy for.
func (a *app) remedy(results []*adopt.Result) {
	for _, r := range results {
		for _, p := range r.Problems {
			if hint := remedyFor(p.Err); hint != "" {
				say(a.err, "hint", hint)
				return
			}
		}
	}
}

// remedyFor says what helps against the error of a path, or "".
func remedyFor(err error) string {
	var area *adopt.AreaError
	switch {
	case errors.Is(err, adopt.ErrWritten):
		return "close the program, or copy its files as they are with --force"
	case errors.Is(err, adopt.ErrBusy):
		return "wait until the other adopt is done"
	case errors.As(err, &area) && errors.Is(err, syscall.EPERM):
		return "something in " + area.Path + " cannot be removed: lsattr shows whether it is immutable"
	case errors.As(err, &area) && !errors.Is(err, fs.ErrPermission) && !isErrno(err):
		return "rename " + area.Path + ", or unmount it, and run adopt again"
	case errors.Is(err, adopt.ErrReplaceable):
		return "give that directory in storage the owner and mode of the source's, if no other user needs it, and run adopt again"
	case errors.Is(err, fs.ErrPermission):
		return "root may copy what others may not: run it with sudo"
	case errors.Is(err, syscall.ENOSPC):
		return "make room in storage, or copy less, and run it again"
	}
	return ""
}

// isErrno reports whether a system call failed.
func isErrno(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno)
}
