package past

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
)

// ReceiptOptions are the options of WriteReceipt. The zero value writes a receipt without a limit of
// time, and keeps no files.
type ReceiptOptions struct {
	// Storage is the storage path; "" is the configured or mounted one.
	Storage string
	// Budget is the time after which the listing is cut off, and the time for the graveyard; 0 is no
	// limit.
	Budget time.Duration
	// Graveyard keeps small files, within Limits.
	Graveyard bool
	Limits    history.Limits
}

// Receipt is what WriteReceipt has written.
type Receipt struct {
	Storage string
	Header  history.Header
	Buried  *history.Buried // nil without a graveyard
	Stats   scan.Stats
}

// WriteReceipt writes into storage what the reboot wipes, and what it keeps. Paths on trees of which
// nothing shows that a boot wipes them are not part of it.
func WriteReceipt(ctx context.Context, s *session.Session, o ReceiptOptions) (*Receipt, error) {
	storage, err := s.StorageToFill(o.Storage)
	if err != nil {
		return nil, err
	}
	w := &receiptWriter{session: s, kept: keptPaths(s)}
	done := &Receipt{Storage: storage}
	receipts := history.Receipts{Storage: storage}
	machine := history.ThisMachine()
	done.Header, err = receipts.Write(ctx, machine, history.WriteOptions{Budget: o.Budget}, func(to *history.Writer) (err error) {
		done.Stats, err = w.write(ctx, to, o.Graveyard)
		return err
	})
	if err != nil {
		return done, receiptError(err)
	}
	if !o.Graveyard {
		return done, nil
	}
	notes := session.NewNotes(s)
	yard := history.Graveyard{Storage: storage}
	done.Buried, err = yard.Bury(ctx, machine, slices.Values(w.candidates), history.BuryOptions{
		Limits: o.Limits, Roots: s.Policy.Roots(), Budget: o.Budget,
		Excluded: func(path string) bool { return notes.Of(path, false).Cache },
	})
	return done, receiptError(err)
}

// receiptError adds the remedy to an error.
func receiptError(err error) error {
	var reason *history.ReasonError
	if !errors.As(err, &reason) {
		return err
	}
	switch reason.Reason {
	case history.NeedsRoot:
		return session.WithRemedy(err, "run it with sudo: storage belongs to root")
	case history.NoSpace:
		return session.WithRemedy(err, "free space in storage; list-ephemeral stray lists what is not declared there")
	default:
		return err
	}
}

// receiptWriter writes the entries of a receipt.
type receiptWriter struct {
	session    *session.Session
	kept       []string // not yet written, sorted
	candidates []string // the files that were listed, for the graveyard
}

func (w *receiptWriter) write(ctx context.Context, to *history.Writer, graveyard bool) (scan.Stats, error) {
	doubtful := w.session.DoubtfulPaths()
	stats, err := scan.List(ctx, scan.Options{Policy: w.session.Policy, Info: true}, func(e *scan.Entry) error {
		path := string(e.Path)
		if doubtful(path) {
			return nil
		}
		if err := w.keep(to, path); err != nil {
			return err
		}
		if graveyard {
			w.candidates = append(w.candidates, path)
		}
		info := e.Info()
		return to.Add(&history.Entry{
			Item:  history.Item{Path: e.Path, Kind: fileKinds[e.Kind], Size: info.Size, ModTime: info.ModTime},
			Class: history.ClassListed, Mode: modeBits(info.Mode), UID: info.UID, GID: info.GID,
		})
	})
	if err != nil && !errors.Is(err, history.ErrBudget) {
		return stats, err
	}
	return stats, errors.Join(err, w.keep(to, "")) // kept paths are in each receipt
}

// keep writes the kept paths before a path; all of them before "". A kept path that is listed too is
// left out.
func (w *receiptWriter) keep(to *history.Writer, before string) error {
	for len(w.kept) > 0 && (before == "" || w.kept[0] <= before) {
		path := w.kept[0]
		w.kept = w.kept[1:]
		kind, info, err := scan.Stat(path)
		if path == before || err != nil {
			continue
		}
		err = to.Add(&history.Entry{
			Item:  history.Item{Path: []byte(path), Kind: fileKinds[kind], Size: info.Size, ModTime: info.ModTime},
			Class: history.ClassKept, Mode: modeBits(info.Mode), UID: info.UID, GID: info.GID,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// modeBits returns the permission bits of a mode, with setuid, setgid and sticky, as stat(2) has them.
func modeBits(mode fs.FileMode) uint32 {
	bits := uint32(mode.Perm())
	for i, bit := range []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid} {
		if mode&bit != 0 {
			bits |= 0o1000 << i
		}
	}
	return bits
}

// keptPaths returns the paths that a boot keeps: those that the policy has as persisted, and what is
// mounted from storage. They are sorted.
func keptPaths(s *session.Session) (kept []string) {
	for _, p := range s.ScanRules.Persisted {
		kept = append(kept, p.Path)
	}
	for _, mount := range s.Mounts.Points() {
		if mount.Answers() && s.MountedFrom(mount.Point) != "" {
			kept = append(kept, mount.Point)
		}
	}
	slices.Sort(kept)
	kept = slices.Compact(kept)
	return slices.DeleteFunc(kept, func(path string) bool {
		_, err := os.Lstat(path)
		return err != nil || truepath.ResolveParent(path) != path
	})
}

// LastReceipt returns the newest receipt of an earlier boot in the storage paths; nil if there is
// none. The caller closes it. The problems are receipts that were refused.
func LastReceipt(ctx context.Context, s *session.Session) (newest *history.Receipt, problems []*history.ReasonError, err error) {
	machine := history.ThisMachine()
	var failed error
	for _, storage := range s.StorageDirs() {
		receipts := history.Receipts{Storage: storage}
		r, refused, err := receipts.Newest(ctx, machine)
		problems, failed = append(problems, refused...), errors.Join(failed, err)
		switch {
		case r == nil:
		case newest == nil:
			newest = r
		case r.Header().Time.After(newest.Header().Time):
			_ = newest.Close()
			newest = r
		default:
			_ = r.Close()
		}
	}
	if newest != nil {
		failed = nil
	}
	return newest, problems, failed
}
