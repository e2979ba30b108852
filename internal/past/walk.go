package past

import (
	"context"
	"errors"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// walk lists the candidates of an earlier state, by the policy of today: a path is listed if it
// would be a candidate where it was.
type walk struct {
	ctx     context.Context //nolint:containedctx // a walk is one call
	policy  *scan.Policy
	dir     *history.Dir
	options LostOptions
	info    bool       // with sizes and times
	whole   bool       // not limited to some paths
	walks   int        // how many run at once
	stats   scan.Stats // set at the end of the listing
}

// policyOf returns the policy of a session, limited to its PATHs.
func policyOf(s *session.Session) *scan.Policy {
	rules := s.ScanRules
	rules.Only = s.Only
	return scan.NewPolicy(rules)
}

// errStop ends a listing that is not read to its end.
var errStop = errors.New("stop")

// listing returns the candidates, sorted by the bytes of their paths. It can be used once.
func (w *walk) listing() history.Listing {
	return func(yield func(history.Item, error) bool) {
		options := scan.Options{
			Policy: w.policy, Kinds: w.options.Kinds, Tags: w.options.Tags, Info: w.info, Lengths: true,
			Base: &scan.Base{FD: w.dir.FD(), Path: w.dir.Root(), Walks: w.walks},
		}
		var err error
		if w.whole {
			options.Base.Tree, err = scan.ReadTree(w.ctx, w.dir.FD(), w.info) // nil after an error
		}
		if err == nil && w.whole {
			options.Workers = 2 // nothing waits for the disk any more
		}
		w.stats, err = scan.List(w.ctx, options, func(e *scan.Entry) error {
			item := history.Item{Path: e.Path, Kind: fileKinds[e.Kind]}
			if w.info {
				info := e.Info()
				item.Size, item.ModTime = info.Size, info.ModTime
			}
			if !yield(item, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(history.Item{}, err)
		}
	}
}

// itemOf converts the metadata of a path to an entry of a listing.
func itemOf(path []byte, st *unix.Stat_t) history.Item {
	sec, nsec := st.Mtim.Unix()
	return history.Item{Path: path, Kind: fileKinds[kindOfMode(st.Mode)], Size: st.Size, ModTime: time.Unix(sec, nsec)}
}

// kindOfMode converts the type bits of st_mode, inode(7).
func kindOfMode(mode uint32) scan.Kind {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return scan.KindFile
	case unix.S_IFDIR:
		return scan.KindDir
	case unix.S_IFLNK:
		return scan.KindSymlink
	case unix.S_IFSOCK:
		return scan.KindSocket
	case unix.S_IFIFO:
		return scan.KindPipe
	case unix.S_IFBLK:
		return scan.KindBlock
	case unix.S_IFCHR:
		return scan.KindChar
	}
	return scan.KindUnknown
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

// gone reports whether an error means that there is nothing at a path.
func gone(err error) bool { return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) }

// errnoOf returns the number of an error of a system call.
func errnoOf(err error) syscall.Errno {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return unix.EIO
	}
	return errno
}
