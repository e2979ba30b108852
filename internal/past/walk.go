package past

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// walk lists the candidates of an earlier state, by the policy of today: a path is listed if it
// would be a candidate where it was. Nothing of the state decides, and no symlink is followed.
type walk struct {
	ctx     context.Context //nolint:containedctx // a walk is one call
	session *session.Session
	dir     *history.Dir
	kinds   scan.Kinds
	errors  []scan.PathError
}

// listing returns the candidates, sorted by the bytes of their paths.
func (w *walk) listing() history.Listing {
	return func(yield func(history.Item, error) bool) {
		fd, err := unix.Openat(w.dir.FD(), ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			w.fail(w.dir.Root(), "open", err)
			return
		}
		w.read(fd, w.dir.Root(), yield)
	}
}

func (w *walk) fail(path, op string, err error) {
	w.errors = append(w.errors, scan.PathError{Path: path, Op: op, Err: errnoOf(err)})
}

// entry is an entry of a directory, or the contents of a directory.
type entry struct {
	key  string // the name, with a slash for the contents
	kind scan.Kind
}

// read lists the directory that fd is open on, and closes fd. It returns false if the whole listing
// has to stop.
func (w *walk) read(fd int, dir string, yield func(history.Item, error) bool) bool {
	f := os.NewFile(uintptr(fd), "/proc/self/fd/"+strconv.Itoa(fd))
	defer f.Close()
	if err := w.ctx.Err(); err != nil {
		yield(history.Item{}, err)
		return false
	}
	entries, err := f.ReadDir(-1)
	if err != nil {
		w.fail(dir, "read", err)
	}
	prefix := dir
	if prefix != "/" {
		prefix += "/"
	}
	for _, e := range ordered(entries) {
		name, contents := e.key, false
		if e.kind == scan.KindDir && name[len(name)-1] == '/' {
			name, contents = name[:len(name)-1], true
		}
		if path := prefix + name; !w.entry(fd, path, name, e.kind, contents, yield) {
			return false
		}
	}
	return true
}

// ordered returns the entries in the order of their paths. "a" comes before "a-b", and what is in the
// directory "a" after it, as "a/" does.
func ordered(entries []fs.DirEntry) []entry {
	all := make([]entry, 0, len(entries))
	for _, e := range entries {
		kind := kindOfMode(e.Type())
		all = append(all, entry{e.Name(), kind})
		if kind == scan.KindDir {
			all = append(all, entry{e.Name() + "/", kind})
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return bytes.Compare([]byte(a.key), []byte(b.key)) })
	return all
}

// entry lists an entry, or enters a directory.
func (w *walk) entry(fd int, path, name string, kind scan.Kind, contents bool, yield func(history.Item, error) bool) bool {
	class := w.session.Policy.Judge(path, kind).Class
	if contents {
		return !w.enters(path, class) || w.enter(fd, path, name, yield)
	}
	if !w.kinds.Has(kind) || !class.Listed() || !w.wanted(path) {
		return true
	}
	var st unix.Stat_t
	if err := unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		w.fail(path, "stat", err)
		return true
	}
	if kind == scan.KindChar && st.Rdev == 0 { // a whiteout of an overlay
		return true
	}
	return yield(itemOf([]byte(path), &st), nil)
}

func (w *walk) enter(fd int, path, name string, yield func(history.Item, error) bool) bool {
	how := unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC | unix.O_NOFOLLOW,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
	}
	below, err := unix.Openat2(fd, name, &how)
	if errors.Is(err, unix.EXDEV) {
		return true // a mount is not a part of the state
	}
	if err != nil {
		w.fail(path, "open", err)
		return true
	}
	return w.read(below, path, yield)
}

// wanted reports whether the PATHs include a path.
func (w *walk) wanted(path string) bool {
	return len(w.session.Only) == 0 || slices.ContainsFunc(w.session.Only, func(only string) bool { return paths.AtOrBelow(path, only) })
}

// enters reports whether a directory may contain candidates.
func (w *walk) enters(dir string, class scan.Class) bool {
	leads := func(to string) bool { return paths.AtOrBelow(to, dir) }
	if !w.wanted(dir) && !slices.ContainsFunc(w.session.Only, leads) {
		return false
	}
	if class.Listed() || class == scan.ClassRoot || class == scan.ClassHidden {
		return true
	}
	return slices.ContainsFunc(w.session.Policy.Roots(), leads) || slices.ContainsFunc(w.session.ScanRules.Include, leads)
}

// itemOf converts the metadata of a path to an entry of a listing.
func itemOf(path []byte, st *unix.Stat_t) history.Item {
	sec, nsec := st.Mtim.Unix()
	return history.Item{Path: path, Kind: fileKinds[kindOfMode(modeOf(st))], Size: st.Size, ModTime: time.Unix(sec, nsec)}
}

// modeOf returns the type of a file.
func modeOf(st *unix.Stat_t) fs.FileMode {
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return fs.ModeDir
	case unix.S_IFLNK:
		return fs.ModeSymlink
	case unix.S_IFSOCK:
		return fs.ModeSocket
	case unix.S_IFIFO:
		return fs.ModeNamedPipe
	case unix.S_IFBLK:
		return fs.ModeDevice
	case unix.S_IFCHR:
		return fs.ModeDevice | fs.ModeCharDevice
	}
	return 0
}

// kindOfMode converts the type of a file.
func kindOfMode(mode fs.FileMode) scan.Kind {
	switch mode.Type() {
	case 0:
		return scan.KindFile
	case fs.ModeDir:
		return scan.KindDir
	case fs.ModeSymlink:
		return scan.KindSymlink
	case fs.ModeSocket:
		return scan.KindSocket
	case fs.ModeNamedPipe:
		return scan.KindPipe
	case fs.ModeDevice:
		return scan.KindBlock
	case fs.ModeDevice | fs.ModeCharDevice:
		return scan.KindChar
	default:
		return scan.KindUnknown
	}
}

// fileKinds are the types of files of history, by those of scan.
var fileKinds = [...]history.FileKind{
	scan.KindUnknown: history.FileUnknown, scan.KindFile: history.FileRegular, scan.KindDir: history.FileDir,
	scan.KindSymlink: history.FileSymlink, scan.KindSocket: history.FileSocket, scan.KindPipe: history.FilePipe,
	scan.KindBlock: history.FileBlock, scan.KindChar: history.FileChar, scan.KindWhiteout: history.FileUnknown,
}

// scanKind is the reverse of fileKinds.
func scanKind(kind history.FileKind) scan.Kind {
	return scan.Kind(max(slices.Index(fileKinds[:], kind), 0))
}
