package history

import (
	"context"
	"errors"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// named adds the directories that the user names.
func (f *finder) named(context.Context) {
	for _, dir := range f.From {
		fd, err := openAbsolute(path.Clean(dir), unix.O_PATH|unix.O_DIRECTORY)
		if err != nil {
			f.fail(KindDirectory, dir, err)
			continue
		}
		st, err := fstat(fd)
		unix.Close(fd)
		if err != nil {
			f.fail(KindDirectory, dir, err)
			continue
		}
		s := State{Name: dir, Kind: KindDirectory, Root: "/", Source: dir, open: func() (*Dir, error) { return openReadOnly(path.Clean(dir)) }}
		f.timeByName(&s, path.Base(dir), &st)
		f.add(s)
	}
}

// timeByName sets the time of a state by its name, and otherwise by the mtime of its top directory.
func (f *finder) timeByName(s *State, name string, st *unix.Stat_t) {
	var ok bool
	if s.Time, ok = timeOfName(name, f.Zone); ok {
		s.Basis = BasisName
	} else {
		s.Time, s.Basis = modified(st), BasisModified
	}
	s.Age = f.age(s.Time)
}

// graveyards adds the graves in the storage paths.
func (f *finder) graveyards(context.Context) {
	for _, storage := range f.Storage {
		graves, err := (&Graveyard{Storage: storage}).Graves()
		if err != nil {
			f.fail(KindGraveyard, storage, err)
		}
		for _, g := range graves {
			f.add(State{
				Name: g.Name, Kind: KindGraveyard, Time: g.Time, Basis: BasisRecord, Age: f.ageOfBoot(g.Boot, g.Time), Root: "/", Source: storage,
				open: g.open,
			})
		}
	}
}

// uppers adds the old upper directories beside those of today: with the upper directory
// /disk/upper, those are /disk/upper.1 and /disk/upper-2026-11-30, or a name with a time in
// /disk/old_uppers.
func (f *finder) uppers(context.Context) {
	for _, upper := range f.Uppers {
		above, base := path.Dir(upper.Path), path.Base(upper.Path)
		f.uppersIn(upper, above, func(name string) bool {
			rest, ok := strings.CutPrefix(name, base)
			return ok && rest != "" && strings.ContainsRune(".-_@~", rune(rest[0]))
		})
		for _, old := range []string{"old_" + base, "old_" + base + "s", "old-" + base + "s", "old"} {
			f.uppersIn(upper, path.Join(above, old), func(name string) bool {
				_, ok := timeOfName(name, f.Zone)
				return ok
			})
		}
	}
}

func (f *finder) uppersIn(upper Upper, dir string, counts func(name string) bool) {
	fd, err := openAbsolute(dir, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		if dir == path.Dir(upper.Path) || !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.ENOTDIR) {
			f.fail(KindUpper, dir, err)
		}
		return
	}
	at := &Dir{fd: fd, mount: -1}
	defer at.Close()
	st, err := fstat(fd)
	if err == nil && !trusted(&st) {
		err = because(Foreign, "other users may change it")
	}
	var names []string
	if err == nil {
		names, err = at.names()
	}
	if err != nil {
		f.fail(KindUpper, dir, err)
		return
	}
	for _, name := range names {
		st, err := at.stat(name)
		if err != nil || !isDir(&st) || !counts(name) {
			continue
		}
		full := path.Join(dir, name)
		s := State{Name: full, Kind: KindUpper, Root: upper.Point, Source: dir, Upper: true, open: func() (*Dir, error) { return openReadOnly(full) }}
		f.timeByName(&s, name, &st)
		f.add(s)
	}
}

// zfs adds the snapshots of mounted ZFS datasets: the entries of .zfs/snapshot, which can be opened
// even where the property snapdir hides it. Opening one mounts the snapshot, so that happens only
// in Open.
func (f *finder) zfs(context.Context) {
	if f.Mounts == nil {
		return
	}
	points := f.Mounts.Points()
	if root := f.Mounts.At("/"); root.FSType == "zfs" {
		points = append(points, root)
	}
	for _, mount := range points {
		if mount.FSType != "zfs" || mount.Root != "/" {
			continue
		}
		dir := path.Join(mount.Point, ".zfs/snapshot")
		fd, err := openAbsolute(dir, unix.O_RDONLY|unix.O_DIRECTORY)
		if err != nil {
			f.fail(KindZFS, dir, err)
			continue
		}
		f.snapshotsIn(&Dir{fd: fd, mount: -1}, dir, mount.Point)
	}
}

// snapshotsIn adds the snapshots of a dataset, and closes the directory.
func (f *finder) snapshotsIn(at *Dir, dir, point string) {
	defer at.Close()
	names, err := at.names()
	if err != nil {
		f.fail(KindZFS, dir, err)
		return
	}
	for _, name := range names {
		st, err := at.stat(name)
		if err != nil || !isDir(&st) {
			continue
		}
		full := path.Join(dir, name)
		s := State{Name: full, Kind: KindZFS, Root: point, Source: dir, open: func() (*Dir, error) { return openSnapshot(full) }}
		f.timeByName(&s, name, &st)
		f.add(s)
	}
}

// openSnapshot opens a snapshot of ZFS, which its file system has made read-only.
func openSnapshot(name string) (*Dir, error) {
	fd, err := openAbsolute(name, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	var st unix.Statfs_t
	err = retried(func() error { return unix.Fstatfs(fd, &st) })
	return &Dir{fd: fd, mount: -1, readOnly: err == nil && st.Flags&unix.ST_RDONLY != 0}, nil
}
