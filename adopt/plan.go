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

// Action is the planned action for a selected path.
type Action uint8

// The actions.
const (
	ActionUnknown Action = iota
	Copy                 // the path is not in storage
	Merge                // the directory is in storage and gets its missing entries
	Keep                 // the path is in storage and equal
	Refuse               // the path cannot be copied: see Unit.Err
)

var actionNames = [...]string{"unknown", "copy", "merge", "keep", "refuse"}

// String returns the action in lower case.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return actionNames[ActionUnknown]
}

// Unit is the plan for a selected path.
type Unit struct {
	Path, Target string
	Action       Action
	Dir          bool
	// Files counts its entries except directories. Bytes is the sum of the sizes of its files.
	Files int
	Bytes int64
	// Err is the reason if the action is Refuse.
	Err    error
	writer error // set if a process may be writing to one of its files
	// Warnings are directories above Target whose owner or mode differs from the source's. Each is
	// reported only with the first unit of a plan.
	Warnings []Problem
}

// Plan is a plan to copy paths into storage.
type Plan struct {
	// Storage is the storage path, without symlinks.
	Storage string
	// Units are sorted by path. No unit is within another.
	Units []Unit
	// Files and Bytes are the sums over all units with the action Copy or Merge.
	Files int
	Bytes int64
	// Needs is how many bytes new copies take on the disk. It is zero if both file systems can
	// share blocks. Free is how many bytes are free in storage.
	Needs, Free int64
	roots       []Root
	beneath     Root
	source      Source
	force       bool
	content     content        // for comparing
	mapped      *mappings      // files that processes may be writing to
	clones      bool           // storage is on a file system that shares blocks
	linked      map[inode]bool // counted files with several names
	compared    map[string]existing
}

// The reasons for refusing a path.
var (
	ErrInStorage = errors.New("it is in storage")
	// ErrNotWiped is what Options.CannotKeep returns for a path that does not need to be copied.
	ErrNotWiped = errors.New("the next reboot does not wipe it")
	ErrMounted  = errors.New("something is mounted there")
	ErrLinked   = errors.New("it is a symlink to its place in storage")
	// ErrHoldsStorage is the error of a directory that would be copied into itself.
	ErrHoldsStorage = errors.New("it contains the storage path")
)

// Options are the options of a plan.
type Options struct {
	// Roots are the trees from which paths are copied. "/" is always one of them. A path with a
	// mount between it and its root is refused with ErrMounted.
	Roots []Root
	// Beneath, if it has a path, is a mount that other mounts cover at the selected paths; the
	// covered files are copied. Roots are ignored then. [Root] says how the mount is identified. It
	// requires CAP_SYS_ADMIN, and Linux 5.2.
	Beneath Root
	// CannotKeep returns why a path cannot be kept, or nil. A nil function refuses nothing.
	CannotKeep func(path string) error
	// Force copies files that other processes may be writing through shared mappings.
	Force bool
	// Source is another state of the machine, from which the paths are copied instead of the
	// running machine. Roots and Beneath are ignored then. The caller keeps its descriptor open
	// until Run has returned. With a Source, the storage path may be "/", which restores the paths
	// in place.
	Source Source
}

// Prepare checks the selected paths and plans to copy them below a storage path. It changes
// nothing. The paths must be absolute and clean and must not contain symlinks, except as their last
// component. Prepare returns an error if nothing can be copied to storage or if ctx is cancelled.
func Prepare(ctx context.Context, storage string, selected []string, options Options) (*Plan, error) {
	root, err := openOrigin(options.Beneath, options.Source)
	if err != nil {
		return nil, err
	}
	defer root.close()
	store, err := openStorage(root.live, storage, options.Source)
	if err != nil {
		return nil, err
	}
	defer store.close()
	p := &Plan{
		Storage: path.Clean(storage), roots: root.rootsOf(options.Roots), beneath: options.Beneath, source: options.Source, force: options.Force,
		linked: map[inode]bool{}, compared: map[string]existing{}, mapped: new(mappings),
	}
	p.content.progress = new(Progress)
	from := &sources{root, p.roots}
	if !p.force {
		p.mapped = mappedFiles(ctx).of(p.source)
	}
	if err := p.checkStorage(store); err != nil {
		return nil, fmt.Errorf("check storage %s: %w", storage, err)
	}
	selected = slices.Clone(selected)
	slices.Sort(selected)
	dirs := map[string]bool{}
	for _, name := range slices.Compact(selected) {
		if covered(dirs, name) {
			continue
		}
		unit := Unit{Path: name, Target: join(p.Storage, name[1:])}
		if options.CannotKeep != nil {
			unit.Err = options.CannotKeep(name)
		}
		if unit.Err != nil {
			unit.Action = Refuse
		} else {
			p.decide(ctx, from, store, &unit)
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

// covered reports whether a path is in one of the directories.
func covered(dirs map[string]bool, name string) bool {
	for dir := range paths.Ancestors(name) {
		if dirs[dir] {
			return true
		}
	}
	return false
}

// openStorage opens the storage path. It may be "/" only if the paths are copied from another state.
func openStorage(root dir, storage string, source Source) (dir, error) {
	if !path.IsAbs(storage) {
		return dir{}, fmt.Errorf("storage path %q: expected an absolute path below /", storage)
	}
	name := strings.TrimPrefix(path.Clean(storage), "/")
	switch {
	case name == "" && source != nil:
		name = "."
	case name == "":
		return dir{}, errors.New("storage path /: expected an absolute path below /")
	}
	d, err := root.dir(name, beneath)
	if err != nil {
		return dir{}, fmt.Errorf("open storage %s: %w", storage, err)
	}
	return d, nil
}

// checkStorage checks that storage is writable, and reads how much space is free.
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

// decide sets the action for a unit.
func (p *Plan) decide(ctx context.Context, sources *sources, store dir, u *Unit) {
	refuse := func(err error) { u.Action, u.Err = Refuse, err }
	if err := p.outside(u.Path); err != nil {
		refuse(err)
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

// holdsStorage reports whether the storage path is in the source, with no mount in between. With a
// mount in between, storage would be left out of the copy.
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

// sharesBlocks reports whether a file system may support FICLONE (ioctl_ficlone(2)).
func sharesBlocks(st *unix.Statfs_t) bool {
	switch uint32(st.Type) {
	case unix.BTRFS_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.OCFS2_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.NFS_SUPER_MAGIC,
		0x2fc12fc1 /* ZFS */, 0xca451a4e /* bcachefs */ :
		return true
	}
	return false
}

// action returns the action for a unit that can be copied.
func (p *Plan) action(ctx context.Context, store, from dir, source string, u *Unit, st *unix.Stat_t) (Action, error) {
	name := path.Base(u.Path)
	if isLink(st) && u.Target != u.Path && from.leadsTo(source, u.Target) {
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
		return Refuse, differsError{differs, p.Storage == "/"}
	}
	return Keep, nil
}

// count counts the contents of a unit and returns how many bytes they take on the disk. It ignores
// errors, because Run reports them.
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

// countEntry counts one entry. If the entry is a directory, countEntry opens and lists it.
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

// countFile counts an entry that is not a directory. A further name of a counted file takes no
// space.
func (p *Plan) countFile(u *Unit, st *unix.Stat_t) (allocated int64) {
	u.Files++
	u.writer = cmp.Or(u.writer, p.mapped.writerOf(st))
	if isFile(st) {
		u.Bytes = sizes.Add(u.Bytes, st.Size)
	}
	if st.Nlink > 1 && p.linked[inodeOf(st)] {
		return 0
	}
	p.linked[inodeOf(st)] = st.Nlink > 1
	return sizes.Times(uint64(st.Blocks), blockSize)
}
