package adopt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Action is what is to be done with a selected path.
type Action uint8

// The actions.
const (
	ActionUnknown Action = iota
	Copy                 // it is not in storage
	Merge                // the directory is, and gets what it lacks
	Keep                 // it is, and is equal
	Refuse               // it cannot be done: Unit.Err
)

var actionNames = [...]string{"unknown", "copy", "merge", "keep", "refuse"}

// String returns the action in lower case.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return actionNames[ActionUnknown]
}

// Unit is what is to be done with a selected path.
type Unit struct {
	Path, Target string
	Action       Action
	Dir          bool
	// Files and Bytes are what it holds: all but directories, and the sizes of files.
	Files int
	Bytes int64
	// Err says why it cannot be done.
	Err    error
	writer error // a process may be writing to a file of it
	// Warnings are directories above Target whose owner or mode are not the source's, each
	// with the first unit of a plan.
	Warnings []Problem
}

// Plan is what is to be done.
type Plan struct {
	// Storage is the storage path, without symlinks.
	Storage string
	// Units are in the order of their paths, none of them within another.
	Units []Unit
	// Files and Bytes are those of all units that are to be copied or merged.
	Files int
	Bytes int64
	// Needs and Free are how many bytes new copies take on the disk, and how many are free
	// there. Where both file systems can share blocks, nothing is needed.
	Needs, Free int64
	roots       []Root
	force       bool
	content     content        // compares
	mapped      *mappings      // what processes may be writing to
	clones      bool           // storage is on a file system that shares blocks
	linked      map[inode]bool // files with several names that have been counted
	compared    map[string]existing
}

// The reasons for which a path is refused.
var (
	ErrInStorage = errors.New("it lies in storage")
	// ErrNotWiped is what Options.Refuses returns for a path that need not be copied.
	ErrNotWiped = errors.New("the next reboot does not wipe it")
	ErrMounted  = errors.New("something is mounted there")
	ErrLinked   = errors.New("it is a symlink to its place in storage")
	// ErrHoldsStorage is about what would be copied into itself.
	ErrHoldsStorage = errors.New("storage lies in it")
)

// Options are what a plan depends on beside the storage path and the paths.
type Options struct {
	// Roots are the trees that paths are copied from. "/" is always one of them. A path with
	// a mount between it and the root that it is below is refused with ErrMounted.
	Roots []Root
	// Refuses returns an error for a path that is to be refused with that error. nil refuses
	// nothing.
	Refuses func(path string) error
	// Force copies files that other processes may be writing through shared mappings.
	Force bool
}

// Prepare checks the selected paths, which are absolute and clean and without symlinks except for the last
// component, and plans to copy them below a storage path. It changes nothing. The error says
// that nothing can be copied there; ctx ends the checking.
func Prepare(ctx context.Context, storage string, selected []string, options Options) (*Plan, error) {
	root, err := rootDir()
	if err != nil {
		return nil, err
	}
	defer root.close()
	store, err := openStorage(root, storage)
	if err != nil {
		return nil, err
	}
	defer store.close()
	p := &Plan{
		Storage: path.Clean(storage), roots: withSlash(options.Roots), force: options.Force,
		linked: map[inode]bool{}, compared: map[string]existing{}, mapped: new(mappings),
	}
	p.content.progress = new(Progress)
	from := &sources{root, p.roots}
	from.findMounts()
	if !p.force {
		p.mapped = mappedFiles(ctx)
	}
	if err := p.checkStorage(store); err != nil {
		return nil, fmt.Errorf("look at %s: %w", storage, err)
	}
	selected = slices.Clone(selected)
	slices.Sort(selected)
	dirs := map[string]bool{}
	for _, name := range slices.Compact(selected) {
		if covered(dirs, name) {
			continue
		}
		unit := Unit{Path: name, Target: join(p.Storage, name[1:])}
		if options.Refuses != nil {
			unit.Err = options.Refuses(name)
		}
		if unit.Err != nil {
			unit.Action = Refuse
		} else {
			p.look(ctx, from, store, &unit)
			p.checkParents(root, store, &unit)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		dirs[name] = unit.Dir
		p.Units = append(p.Units, unit)
		if unit.Action == Copy || unit.Action == Merge {
			p.Files += unit.Files
			p.Bytes = sizes.Add(p.Bytes, unit.Bytes)
		}
	}
	return p, nil
}

// covered reports whether a path lies in one of the directories.
func covered(dirs map[string]bool, name string) bool {
	for dir := range paths.Ancestors(name) {
		if dirs[dir] {
			return true
		}
	}
	return false
}

// openStorage opens the storage path to write below it.
func openStorage(root dir, storage string) (dir, error) {
	if !path.IsAbs(storage) {
		return dir{}, fmt.Errorf("storage path %q: expected an absolute path below /", storage)
	}
	name := strings.TrimPrefix(path.Clean(storage), "/")
	if name == "" {
		return dir{}, errors.New("storage path /: expected an absolute path below /")
	}
	d, err := root.dir(name, beneath)
	if err != nil {
		return dir{}, fmt.Errorf("open storage %s: %w", storage, err)
	}
	return d, nil
}

// checkStorage finds out whether and how much can be written.
func (p *Plan) checkStorage(store dir) error {
	var st unix.Statfs_t
	if err := retried(func() error { return unix.Fstatfs(store.fd, &st) }); err != nil {
		return err
	}
	if st.Flags&unix.ST_RDONLY != 0 {
		return unix.EROFS
	}
	p.Free, p.clones = sizes.Times(st.Bavail, st.Bsize), sharesBlocks(&st)
	return retried(func() error { return unix.Faccessat(store.fd, ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS) })
}

// look decides what is to be done with a unit.
func (p *Plan) look(ctx context.Context, sources *sources, store dir, u *Unit) {
	refuse := func(err error) { u.Action, u.Err = Refuse, err }
	if paths.AtOrBelow(u.Path, p.Storage) {
		refuse(ErrInStorage)
		return
	}
	from, name, err := sources.entry(u.Path)
	if err != nil {
		refuse(err)
		return
	}
	defer from.close()
	st, err := from.stat(name)
	if err != nil {
		refuse(err)
		return
	}
	u.Dir = isDir(&st)
	switch {
	case from.isMount(name):
		refuse(mountedError(u.Path))
		return
	case from.limits.leavesOut(&st):
		refuse(errDevice)
		return
	case p.holdsStorage(from, name, u.Path):
		refuse(ErrHoldsStorage)
		return
	}
	needs := p.count(ctx, u, from, name)
	u.Action, u.Err = p.action(ctx, store, from, name, u, &st)
	if u.Action == Copy || u.Action == Merge {
		writer := cmp.Or(p.mapped.below(u.Path), u.writer)
		if writer != nil {
			refuse(writer)
		}
	}
	var fs unix.Statfs_t
	shared := p.clones && unix.Fstatfs(from.fd, &fs) == nil && sharesBlocks(&fs)
	if u.Action == Copy && !shared {
		p.Needs = sizes.Add(p.Needs, needs)
	}
}

// holdsStorage reports whether the storage path lies in what is to be copied, and no
// mount is between the two, which would leave it out.
func (p *Plan) holdsStorage(from dir, name, source string) bool {
	below, ok := paths.Rel(p.Storage, source)
	if !ok {
		return false
	}
	fd, err := from.open(path.Join(name, below), unix.O_PATH, 0, sameMount)
	if err == nil {
		_ = unix.Close(fd)
	}
	return err == nil
}

// sharesBlocks reports whether a file system may know FICLONE, ioctl_ficlone(2).
func sharesBlocks(st *unix.Statfs_t) bool {
	switch uint32(st.Type) {
	case unix.BTRFS_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.OCFS2_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.NFS_SUPER_MAGIC,
		0x2fc12fc1 /* ZFS */, 0xca451a4e /* bcachefs */ :
		return true
	}
	return false
}

// action says what is to be done with a unit that can be copied.
func (p *Plan) action(ctx context.Context, store, from dir, source string, u *Unit, st *unix.Stat_t) (Action, error) {
	name := path.Base(u.Path)
	if isLink(st) && from.leadsTo(source, u.Target) {
		return Refuse, ErrLinked
	}
	to, err := store.below(path.Dir(u.Path))
	switch {
	case errors.Is(err, unix.ENOENT):
		return Copy, nil
	case err != nil:
		return Refuse, err
	}
	defer to.close()
	there, err := to.stat(name)
	switch {
	case errors.Is(err, unix.ENOENT):
		return Copy, nil
	case err != nil:
		return Refuse, err
	case isDir(st) && isDir(&there):
		return Merge, nil
	}
	differs, err := p.content.compare(ctx, from, to, name, st, &there)
	switch {
	case err != nil:
		return Refuse, err
	case differs != "":
		return Refuse, differsError(differs)
	}
	return Keep, nil
}

// count adds up what is in a unit, and returns how many bytes it takes on the disk. What
// cannot be read is reported by the copying.
func (p *Plan) count(ctx context.Context, u *Unit, from dir, name string) (allocated int64) {
	_ = descend(from, name, func(in dir, name string) (dir, []string, error) {
		if ctx.Err() != nil {
			return notEntered, nil, ctx.Err()
		}
		d, names, taken := p.countEntry(u, in, name)
		allocated = sizes.Add(allocated, taken)
		return d, names, nil
	}, func(dir, string) error { return nil })
	return allocated
}

// countEntry counts one entry, and opens and lists it if it is a directory.
func (p *Plan) countEntry(u *Unit, in dir, name string) (d dir, names []string, allocated int64) {
	st, err := in.stat(name)
	if err != nil {
		return notEntered, nil, 0
	}
	if !isDir(&st) {
		return notEntered, nil, p.countFile(u, &st)
	}
	if d, err = in.sourceDir(name); err != nil {
		return notEntered, nil, 0
	}
	names, _ = d.names()
	return d, names, sizes.Times(uint64(st.Blocks), blockSize)
}

// countFile is count for anything but a directory. Another name of a file that is counted
// takes nothing.
func (p *Plan) countFile(u *Unit, st *unix.Stat_t) (allocated int64) {
	u.Files++
	u.writer = cmp.Or(u.writer, p.mapped.of(st))
	if isFile(st) {
		u.Bytes = sizes.Add(u.Bytes, st.Size)
	}
	if st.Nlink > 1 && p.linked[inodeOf(st)] {
		return 0
	}
	p.linked[inodeOf(st)] = st.Nlink > 1
	return sizes.Times(uint64(st.Blocks), blockSize)
}
