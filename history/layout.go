package history

import (
	"context"
	"errors"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/timeform"
)

// The directories in which states are searched, as public configurations and the manuals of
// snapper(8) and btrbk(1) have them.
var (
	// oldRootDirs contain nothing else, so a subvolume there is an old root whatever its name is.
	oldRootDirs = []string{"old_roots", "old-roots", "oldroots", "@old_roots", "@old-roots", ".old_roots", "roots_old", "root_history"}
	// mixedDirs contain other things too, so only names with a time count there.
	mixedDirs = []string{"history", "old", "backup", "backups", "snapshots", "@snapshots", "_snapshots", ".snapshots", "btrbk", "@btrbk", ".btrbk", "btrbk_snapshots", "_btrbk_snap"}
	// innerDirs are searched in each mounted subvolume.
	innerDirs = []string{".snapshots", "snapshots", "btrbk_snapshots", ".btrbk"}
	// singles are old roots themselves, at the top level.
	singles = []string{"old_root", "old-root", "oldroot", "@old_root", "@old", "root.old", "root-old", "root_old", "@.old", "@root.old"}
)

// place is a directory in which states are searched.
type place struct {
	dir    string
	names  timeform.Form // zero for any
	root   string        // of old roots
	named  bool          // only names with a time count
	stated bool          // the user names it, so it is a problem if it is nowhere
}

// search searches all places.
func (v *volume) search(ctx context.Context) {
	var places []place
	for _, o := range v.OldRoots {
		root := o.Root
		if root == "" {
			root = "/"
		}
		places = append(places, place{dir: statedDir(o), names: o.Names, root: root, stated: true})
	}
	root, beside := "", "."
	if dir, ok := v.mounted.root(); ok {
		root, beside = "/", path.Dir(dir)
	}
	for _, above := range []string{".", beside} { // the top level, and beside the subvolume of "/"
		for _, dir := range oldRootDirs {
			places = append(places, place{dir: path.Join(above, dir), root: root})
		}
	}
	for _, dir := range mixedDirs {
		places = append(places, place{dir: dir, root: root, named: true})
	}
	for _, m := range v.mounted {
		for _, dir := range innerDirs {
			places = append(places, place{dir: path.Join(m.dir, dir), root: m.point, named: true})
		}
	}
	for _, p := range places {
		if ctx.Err() != nil {
			return
		}
		if !v.seen[p.dir] {
			v.seen[p.dir] = true
			v.searchPlace(p)
		}
	}
	for _, name := range singles {
		if !v.seen[name] {
			v.single(name, root)
		}
	}
}

// statedDir returns the directory of old roots that the user names.
func statedDir(o OldRoots) string { return path.Clean(strings.TrimLeft(o.Dir, "/")) }

// searchPlace finds the states in a directory.
func (v *volume) searchPlace(p place) {
	st, err := v.statBelow(p.dir)
	if p.stated && errors.Is(err, unix.ENOENT) {
		return // it may be on another file system
	}
	if p.stated {
		v.stated[p.dir] = true
	} else if err != nil || !isDir(&st) {
		return // the usual directories need not be there
	}
	at, err := v.openTrusted(p.dir)
	if err != nil {
		v.fail(KindOldRoot, v.device+": "+p.dir, err)
		return
	}
	defer at.Close()
	names, err := at.names()
	if err != nil {
		v.fail(KindOldRoot, v.device+": "+p.dir, err)
		return
	}
	for _, name := range names {
		if digits(name) && v.snapper(at, p, name) {
			continue
		}
		v.entry(at, p, name)
	}
}

// digits reports whether a name is the number of a snapshot of snapper.
func digits(name string) bool { return name != "" && strings.Trim(name, "0123456789") == "" }

// snapper adds a snapshot of snapper: a directory with info.xml and the subvolume "snapshot". It
// reports whether the directory is one.
func (v *volume) snapper(at *Dir, p place, number string) bool {
	in, err := openDirBelow(at.fd, number)
	if err != nil {
		return false
	}
	defer in.Close()
	st, err := in.stat("snapshot")
	if err != nil || !isDir(&st) {
		return false
	}
	dir := path.Join(p.dir, number, "snapshot")
	s := State{Name: path.Join(p.dir, number), Kind: KindSnapper, Root: v.parentOf(p), Source: v.device, open: v.open(dir)}
	const mostInfo = 64 << 10
	text, err := in.read("info.xml", mostInfo)
	if err == nil {
		s.Time, err = parseSnapper(text)
	}
	if err == nil {
		s.Basis = BasisRecord
	} else {
		v.fail(KindSnapper, v.device+": "+path.Join(p.dir, number, "info.xml"), err)
		v.timeByDisk(&s, dir)
	}
	s.Age = v.age(s.Time)
	v.add(s)
	return true
}

// parentOf returns the root of snapper's snapshots, which is the directory above ".snapshots". The
// directory of snapshots may be a subvolume at the top level that is mounted there.
func (v *volume) parentOf(p place) string {
	if shown := v.mounted.shown(p.dir); path.Base(shown) == ".snapshots" {
		return path.Dir(shown)
	}
	return p.root
}

// entry adds a snapshot of btrbk or an old root, if the name and the type of an entry say that it
// is one.
func (v *volume) entry(at *Dir, p place, name string) {
	st, err := at.stat(name)
	if err != nil || !isDir(&st) {
		return
	}
	dir := path.Join(p.dir, name)
	s := State{Name: dir, Kind: KindOldRoot, Root: p.root, Source: v.device, open: v.open(dir)}
	subvolume, when, isBtrbk := parseBtrbk(name, v.Zone)
	switch isBtrbk = isBtrbk && p.names.IsZero(); {
	case isBtrbk:
		s.Kind, s.Time, s.Basis, s.Root = KindBtrbk, when, BasisName, v.mounted.pointOf(subvolume)
	case v.named(&s, p, name):
	case p.named || st.Ino != subvolumeInode:
		return
	}
	v.finish(&s, dir, st.Ino == subvolumeInode)
}

// named sets the time of a state by its name.
func (v *volume) named(s *State, p place, name string) bool {
	var ok bool
	if !p.names.IsZero() {
		s.Time, ok = p.names.Time(name, v.Zone)
	} else {
		s.Time, ok = timeOfName(name, v.Zone)
	}
	if ok {
		s.Basis = BasisName
	}
	return ok
}

// single adds an old root at the top level.
func (v *volume) single(name, root string) {
	st, err := v.top.stat(name)
	if err != nil || !isDir(&st) || st.Ino != subvolumeInode {
		return
	}
	s := State{Name: name, Kind: KindOldRoot, Root: root, Source: v.device, open: v.open(name)}
	v.finish(&s, name, true)
}

// finish sets the time of a state if it is not known yet, and its age.
func (v *volume) finish(s *State, dir string, subvolume bool) {
	var birth time.Time
	if subvolume {
		birth = v.birth(dir)
	}
	if s.Basis == BasisUnknown {
		v.timeByDisk(s, dir)
	}
	s.Age = v.age(s.Time)
	if s.Kind == KindOldRoot && s.Age != AgeEarlier && v.before(birth) {
		s.Age = AgeEarlier
	}
	v.add(*s)
}

// before reports whether a subvolume was made before the one that is mounted at "/". A rollback
// that takes a snapshot of the old root does so at the boot which makes the new one, so its time
// alone would make it a state of this boot.
func (v *volume) before(birth time.Time) bool {
	dir, ok := v.mounted.root()
	if !ok || birth.IsZero() {
		return false
	}
	running := v.birth(path.Clean("./" + dir))
	return !running.IsZero() && birth.Before(running)
}

// timeByDisk sets the time by the birth of the subvolume, and otherwise by the mtime of its top directory.
func (v *volume) timeByDisk(s *State, dir string) {
	if s.Time = v.birth(dir); !s.Time.IsZero() {
		s.Basis = BasisBirth
		return
	}
	if st, err := v.statBelow(dir); err == nil {
		s.Time, s.Basis = modified(&st), BasisModified
	}
}

// statBelow returns the metadata of a path below the top level.
func (v *volume) statBelow(dir string) (st unix.Stat_t, err error) {
	fd, err := openBelow(v.top.fd, dir, unix.O_PATH, sameMount)
	if err != nil {
		return st, err
	}
	defer unix.Close(fd)
	return fstat(fd)
}

// birth returns the birth of a subvolume, zero if it is not known.
func (v *volume) birth(dir string) time.Time {
	d, err := openDirBelow(v.top.fd, dir)
	if err != nil {
		return time.Time{}
	}
	defer d.Close()
	return birthOfSubvolume(d.fd)
}
