package history

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// openTopLevel opens the top level (subvolume 5) of a btrfs that is mounted already, by a detached
// mount: fsopen(2), fsconfig(2) and fsmount(2), Linux 5.2. It requires CAP_SYS_ADMIN. No other
// process sees the mount, and it ends with its descriptor.
func openTopLevel(mount *mounts.Mount) (*Dir, error) {
	d, err := mountTopLevel(mount.Source, true)
	// A kernel may refuse the option "ro" of the file system (EBUSY) while it is mounted for writing.
	// The mount itself is read-only in any case.
	if errors.Is(err, unix.EBUSY) && slices.Contains(strings.Split(mount.SuperOptions, ","), "rw") {
		d, err = mountTopLevel(mount.Source, false)
	}
	return d, err
}

func mountTopLevel(device string, readOnly bool) (*Dir, error) {
	fs, err := unix.Fsopen("btrfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("open the file system: %w", err)
	}
	defer unix.Close(fs)
	err = errors.Join(unix.FsconfigSetString(fs, "source", device), unix.FsconfigSetString(fs, "subvolid", "5"))
	if err == nil && readOnly {
		err = unix.FsconfigSetFlag(fs, "ro")
	}
	if err == nil {
		err = unix.FsconfigCreate(fs)
	}
	if err != nil {
		return nil, fmt.Errorf("open the top level: %w", err)
	}
	mount, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, attached)
	if err != nil {
		return nil, fmt.Errorf("mount the top level: %w", err)
	}
	return ofMount(mount)
}

// volume is the top level of a btrfs, with what of it is mounted.
type volume struct {
	*finder
	top     *Dir
	device  string // for messages
	mounted mounted
	seen    map[string]bool // directories that have been searched
}

// btrfs finds the states on every btrfs of the mount table.
func (f *finder) btrfs(ctx context.Context) {
	if f.Mounts == nil {
		return
	}
	var any bool
	devices := map[string]bool{}
	all := append([]*mounts.Mount{f.Mounts.At("/")}, f.Mounts.Points()...)
	for _, mount := range all {
		if mount.FSType != "btrfs" || devices[mount.Device] || ctx.Err() != nil {
			continue
		}
		any, devices[mount.Device] = true, true
		top, err := openTopLevel(mount)
		if err != nil {
			f.fail(KindOldRoot, mount.Source, err)
			continue
		}
		f.found.tops = append(f.found.tops, top)
		v := &volume{finder: f, top: top, device: mount.Source, mounted: mountedOf(all, mount.Device), seen: map[string]bool{}}
		v.search(ctx)
	}
	for _, o := range f.OldRoots {
		switch {
		case !any:
			f.fail(KindOldRoot, o.Dir, because(NotBtrfs, "no btrfs is mounted"))
		case len(f.found.tops) > 0 && !f.stated[statedDir(o)]:
			f.fail(KindOldRoot, o.Dir, unix.ENOENT)
		}
	}
}

// openTrusted opens a directory below the top level. Another user who could rename entries in it or
// in a directory above it could forge a state, so such a directory is refused.
func (v *volume) openTrusted(dir string) (*Dir, error) {
	at, err := openDirBelow(v.top.fd, ".")
	if err != nil {
		return nil, err
	}
	for name := range strings.SplitSeq(path.Clean(dir), "/") {
		next, err := openDirBelow(at.fd, name)
		at.Close()
		if err != nil {
			return nil, err
		}
		at = next
		st, err := fstat(at.fd)
		if err == nil && !trusted(&st) {
			err = because(Foreign, fmt.Sprintf("user %d or a group may change %s", st.Uid, dir))
		}
		if err != nil {
			at.Close()
			return nil, err
		}
	}
	return at, nil
}

// open returns a function that opens a directory below the top level.
func (v *volume) open(dir string) func() (*Dir, error) {
	top := v.top
	return func() (*Dir, error) {
		d, err := openDirBelow(top.fd, dir)
		if err == nil {
			d.readOnly = true
		}
		return d, err
	}
}
