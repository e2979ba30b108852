package check

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// private is the directory of services with DynamicUser=. systemd refuses to start them unless
// it is closed to others (systemd.exec(5)).
const private = "/var/lib/private"

// storageKept checks whether storage exists and survives a boot.
func (c *checker) storageKept(r *Result) {
	there := false
	for _, dir := range c.Storage {
		st, err := c.lstat(c.resolver.Whole(dir))
		if err != nil || !isDir(&st) {
			r.unread(err)
			continue
		}
		there = true
		if _, tree := c.tree(dir); tree.Fate == boot.Wiped {
			r.add(Finding{Kind: StorageWiped, Severity: Failure, Path: dir, Other: tree.Point})
		}
	}
	if !there && r.Gap == NoGap && len(c.Storage) > 0 && len(c.Declared) > 0 {
		r.add(Finding{Kind: StorageMissing, Severity: Failure, Path: c.Storage[0]})
	}
}

// storageOrder checks whether storage is mounted before what needs it: by what mounts show now,
// and by the units and the fstab of the active system.
func (c *checker) storageOrder(r *Result) {
	for _, dir := range c.Storage {
		for _, mount := range c.madeTooEarly(dir) {
			r.add(mount)
		}
	}
	if c.active == nil {
		return
	}
	for i := range c.active.Entries {
		e := &c.active.Entries[i]
		if e.Verdict == generation.Inactive || e.Storage == "" || !needsStorageEarly(e) {
			continue
		}
		if late := c.lateMount(e.Storage); late != "" && late != e.Path {
			r.add(Finding{Kind: MountedLate, Severity: Failure, Path: e.Path, Other: late, Source: sourceText(e.Source)})
		}
	}
}

// madeTooEarly finds mounts that show the directory below the mount of storage.
func (c *checker) madeTooEarly(storage string) (found []Finding) {
	on := c.Table.At(storage)
	if on.Point != storage || storage == "/" {
		return nil
	}
	above := c.Table.At(path.Dir(storage))
	covered, ok := above.Inside(storage)
	if !ok || on.Device == above.Device && on.Root == covered {
		return nil
	}
	for _, mount := range c.Table.Points() {
		rel, below := paths.Rel(mount.Root, covered)
		if !below || mount.Device != above.Device || mount.Point == storage || mount == on {
			continue
		}
		found = append(found, Finding{Kind: MountedTooEarly, Severity: Failure, Path: mount.Point, Other: path.Join(storage, rel)})
	}
	return found
}

// needsStorageEarly reports whether an entry is carried out before systemd mounts file systems:
// in the initrd, or by the activation script, which makes the files of impermanence.
func needsStorageEarly(e *generation.Entry) bool {
	return e.Stage == generation.Initrd || e.How == generation.BindOrSymlink || e.How == generation.Bind && slices.Contains(generation.BootPaths, e.Path)
}

// lateMount returns the mount point of the file system on which the active system has a path, if it
// is mounted after the initrd; otherwise "".
func (c *checker) lateMount(name string) string {
	var on *generation.Entry
	for i := range c.active.Entries {
		e := &c.active.Entries[i]
		if e.How == generation.OwnFileSystem && e.Verdict != generation.Inactive && paths.AtOrBelow(name, e.Path) && (on == nil || len(e.Path) > len(on.Path)) {
			on = e
		}
	}
	if on == nil || !c.marksInitrd() || on.Stage == generation.Initrd || slices.Contains(generation.BootPaths, on.Path) {
		return ""
	}
	return on.Path
}

// marksInitrd reports whether the active system marks what the initrd mounts. NixOS before 22.05
// does not, and then nothing is known.
func (c *checker) marksInitrd() bool {
	return slices.ContainsFunc(c.active.Entries, func(e generation.Entry) bool {
		return e.Stage == generation.Initrd && (e.How == generation.OwnFileSystem || e.How == generation.Tmpfs)
	})
}

// storageParents compares the directories above what is mounted from storage with those in
// storage: a boot makes the live ones again like them.
func (c *checker) storageParents(r *Result) {
	seen := map[string]bool{}
	for _, mount := range c.Table.Points() {
		in, storage := c.storageOf(mount.Point)
		if in == "" || in != path.Join(storage, mount.Point) {
			continue
		}
		for dir := range paths.Ancestors(mount.Point) {
			if stored := path.Join(storage, dir); dir != "/" && dir != private && !seen[stored] {
				seen[stored] = true
				c.compareAccess(r, dir, stored)
			}
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return cmp.Compare(a.Path, b.Path) })
}

func (c *checker) compareAccess(r *Result, live, stored string) {
	a, err := c.lstat(live)
	b, storedErr := c.lstat(stored)
	if err = errors.Join(err, storedErr); err != nil {
		r.unread(err)
		return
	}
	if access(&a) != access(&b) {
		r.add(Finding{Kind: AccessDiffers, Severity: Warning, Path: live, Other: stored, Live: access(&a), Stored: access(&b)})
	}
}

// privateMode checks the mode of /var/lib/private, live and in storage.
func (c *checker) privateMode(r *Result) {
	var seen []unix.Stat_t
	for _, dir := range append([]string{"/"}, c.Storage...) {
		name := path.Join(dir, private)
		st, err := c.lstat(name)
		switch {
		case err != nil:
			r.unread(err)
			continue
		case !isDir(&st) || slices.ContainsFunc(seen, func(other unix.Stat_t) bool { return sameFile(&st, &other) }):
			continue
		}
		seen = append(seen, st)
		if got := access(&st); got.Mode&0o777 != 0o700 || got.UID != 0 {
			r.add(Finding{Kind: PrivateOpen, Severity: Failure, Path: name, Live: got})
		}
	}
}

// sourceText returns where a generation declares something.
func sourceText(s generation.Source) string {
	text := cmp.Or(s.Unit, s.File)
	if s.Unit == "" && s.Line > 0 {
		text += ":" + itoa(s.Line)
	}
	return text
}

// missing reports whether an error says that there is nothing.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR)
}
