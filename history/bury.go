package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// BuryOptions are the options of Bury.
type BuryOptions struct {
	Limits Limits
	// Since is the time of the last receipt. Files whose ctime is before it are left out, because an
	// earlier grave has them. Zero means all files.
	Since time.Time
	// Roots are the trees that the reboot wipes; nil means "/". A path is opened below its root
	// without crossing a mount.
	Roots []string
	// Excluded reports that a path is not copied. nil excludes nothing.
	Excluded func(path string) bool
	// Budget is the time after which no more files are copied, 0 for none.
	Budget time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Buried is the result of Bury.
type Buried struct {
	Grave
	// Skipped counts the files that were left out: excluded, unchanged, of another type, too large,
	// or over a limit of the grave.
	Excluded, Unchanged, OtherType, TooLarge, OverLimit int
	// Problems are the first hundred files that could not be copied; More is their number.
	Problems []*ReasonError
	More     int
	// Complete is false if the budget ran out before the last file.
	Complete bool
	// Removed are the graves that were too old or too large.
	Removed []string
}

const mostProblems = 100

// Bury copies candidates into a new grave, and prunes the graveyard. Regular files and symlinks are
// copied with owner, mode, times and extended attributes; hard links become separate files. The
// directories above a copy have the owner, the mode and the attributes of those above the source.
//
// The grave appears when it is on the disk as a whole, or not at all: if storage is full or ctx is
// cancelled, everything is removed again. The sources are not changed.
func (g *Graveyard) Bury(ctx context.Context, machine Machine, candidates iter.Seq[string], options BuryOptions) (*Buried, error) {
	b := &burial{options: options, limits: options.Limits.withDefaults(), roots: map[string]*Dir{}, now: options.Now}
	if b.now == nil {
		b.now = time.Now
	}
	start := b.now()
	b.Grave = Grave{Schema: Schema, Boot: machine.Boot, Host: machine.Host, Time: start.UTC().Truncate(time.Second)}
	if b.Name = nameOf(start, machine.Boot); machine.Boot == "" {
		return nil, errors.New("the boot is not known")
	}
	defer b.close()
	in, err := openStore(g.Storage, graveyardName, true)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	b.Removed, err = g.pruneIn(in, start, b.limits)
	if err != nil {
		b.fail(g.path(""), err)
	}
	if err := b.make(ctx, in, candidates, start); err != nil {
		err = errors.Join(bare(err), removeTree(in.fd, b.Name+unfinished))
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, problem(KindGraveyard, g.path(b.Name), err)
	}
	removed, err := g.pruneIn(in, start, b.limits)
	b.Removed = append(b.Removed, removed...)
	if err != nil && len(b.Problems) == 0 {
		b.fail(g.path(""), err)
	}
	return &b.Buried, nil
}

// burial is a run of Bury.
type burial struct {
	Buried
	options BuryOptions
	limits  Limits
	roots   map[string]*Dir
	files   *Dir
	now     func() time.Time
}

func (b *burial) close() {
	for _, d := range b.roots {
		d.Close()
	}
}

func (b *burial) fail(name string, err error) {
	if b.More++; len(b.Problems) < mostProblems {
		b.Problems = append(b.Problems, problem(KindGraveyard, name, err))
	}
}

// make makes the grave under another name, and renames it when it is on the disk.
func (b *burial) make(ctx context.Context, in *Dir, candidates iter.Seq[string], start time.Time) error {
	top, err := in.mkdir(b.Name + unfinished)
	if err != nil {
		return err
	}
	defer top.Close()
	if b.files, err = top.mkdir(graveFiles); err != nil {
		return err
	}
	defer b.files.Close()
	b.Complete = true
	for name := range candidates {
		if err := ctx.Err(); err != nil {
			return err
		}
		if b.options.Budget > 0 && b.now().Sub(start) >= b.options.Budget {
			b.Complete = false
			break
		}
		if err := b.bury(name); err != nil {
			if r := reasonOf(err); r == NoSpace {
				return err
			}
			b.fail(name, err)
		}
	}
	text, err := json.Marshal(&b.Grave)
	if err != nil {
		return err
	}
	f, err := top.create(graveRecord, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(append(text, '\n')); err != nil {
		return err
	}
	if err := retried(func() error { return unix.Syncfs(top.fd) }); err != nil {
		return err
	}
	return in.put(b.Name+unfinished, b.Name)
}

// mkdir makes a directory that only the current user may enter, and opens it.
func (d *Dir) mkdir(name string) (*Dir, error) {
	if err := retried(func() error { return unix.Mkdirat(d.fd, name, unix.S_IRWXU) }); err != nil {
		return nil, err
	}
	return openDirBelow(d.fd, name)
}

// bury copies a file, unless a limit or the options leave it out.
func (b *burial) bury(name string) error {
	if !path.IsAbs(name) || path.Clean(name) != name || name == "/" || len(name) >= unix.PathMax {
		return malformed("expected an absolute and clean path")
	}
	if b.options.Excluded != nil && b.options.Excluded(name) {
		b.Excluded++
		return nil
	}
	root, rel, err := b.rootOf(name)
	if err != nil {
		return err
	}
	fd, err := openBelow(root.fd, rel, unix.O_PATH, sameMount)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	st, err := fstat(fd)
	if err != nil {
		return err
	}
	if b.leftOut(&st) {
		return nil
	}
	in, err := b.parents(name)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := copyInto(in, path.Base(name), fd, &st); err != nil {
		return errors.Join(err, in.remove(path.Base(name)))
	}
	b.Files++
	b.Bytes = sizes.Add(b.Bytes, st.Size)
	return nil
}

// leftOut reports whether a file is left out because of its type, its time or a limit, and counts it.
func (b *burial) leftOut(st *unix.Stat_t) bool {
	switch kind := st.Mode & unix.S_IFMT; {
	case kind != unix.S_IFREG && kind != unix.S_IFLNK:
		b.OtherType++
	case !b.options.Since.IsZero() && time.Unix(st.Ctim.Sec, st.Ctim.Nsec).Before(b.options.Since):
		b.Unchanged++
	case st.Size > b.limits.FileBytes:
		b.TooLarge++
	case b.Files >= b.limits.GraveFiles || st.Size > b.limits.GraveBytes-b.Bytes:
		b.OverLimit++
	default:
		return false
	}
	return true
}

// rootOf returns the deepest root at or above a path, open, and the path relative to it.
func (b *burial) rootOf(name string) (d *Dir, rel string, err error) {
	best := ""
	for _, root := range b.options.Roots {
		if paths.Below(name, root) && len(root) > len(best) {
			best = root
		}
	}
	if len(b.options.Roots) == 0 {
		best = "/"
	}
	if best == "" {
		return nil, "", errors.New("it is not below a root")
	}
	rel, _ = paths.Rel(name, best) // best is above name
	if d = b.roots[best]; d != nil {
		return d, rel, nil
	}
	fd, err := openAbsolute(best, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return nil, "", fmt.Errorf("open the root %s: %w", best, err)
	}
	d = &Dir{fd: fd, mount: -1}
	b.roots[best] = d
	return d, rel, nil
}

// parents opens the directory for a copy, and makes the directories above it like those of the
// source. Other users cannot enter the grave, so they have their owner and mode at once.
func (b *burial) parents(name string) (*Dir, error) {
	at, err := openDirBelow(b.files.fd, ".")
	if err != nil {
		return nil, err
	}
	for source := range paths.FromTop(name) {
		base := path.Base(source)
		next, err := openDirBelow(at.fd, base)
		if errors.Is(err, unix.ENOENT) {
			if next, err = at.mkdir(base); err == nil {
				err = likeSource(next, source)
			}
		}
		at.Close()
		if err != nil {
			if next != nil {
				next.Close()
			}
			return nil, err
		}
		at = next
	}
	return at, nil
}

// likeSource gives a directory the attributes of one of the running machine.
func likeSource(d *Dir, source string) error {
	fd, err := openAbsolute(source, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	st, err := fstat(fd)
	if err != nil {
		return err
	}
	return copyAttributes(d.fd, fd, &st)
}

// isData reports whether an extended attribute contains data of its own: those of the kernel
// (system.*) other than ACLs are computed, and those of an overlay describe its layers.
func isData(attribute string) bool {
	switch {
	case strings.HasPrefix(attribute, "system.posix_acl_"):
		return true
	case strings.HasPrefix(attribute, "system."), strings.HasPrefix(attribute, "trusted.overlay."), strings.HasPrefix(attribute, "trusted.SGI_ACL_"):
		return false
	}
	return attribute != ""
}
