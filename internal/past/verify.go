package past

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Verify compares the newest receipt of an earlier boot with the machine. The result is nil if there
// is no receipt.
func Verify(ctx context.Context, s *session.Session) (*report.Verified, []*history.ReasonError, error) {
	r, problems, err := LastReceipt(ctx, s)
	if err != nil || r == nil {
		return nil, problems, receiptError(err)
	}
	defer func() { _ = r.Close() }()
	v := &verifier{session: s, Verified: report.Verified{Path: r.Path, Header: r.Header()}}
	var e history.Entry
	for {
		err := r.Next(&e)
		if errors.Is(err, io.EOF) {
			return &v.Verified, problems, nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return &v.Verified, problems, err
		}
		v.verify(&e)
	}
}

// verifier compares a receipt with the machine.
type verifier struct {
	report.Verified

	session *session.Session
}

// verify compares one path.
func (v *verifier) verify(e *history.Entry) {
	path := string(e.Path)
	var st unix.Stat_t
	err := unix.Lstat(path, &st)
	switch {
	case gone(err) && e.Class == history.ClassListed:
		v.Gone++
	case gone(err):
		v.Add(path, e.Class, report.DifferenceGone, "")
	case err != nil:
		v.Add(path, e.Class, report.DifferenceUnread, err.Error())
	case e.Class == history.ClassKept:
		v.verifyKept(path, e, scanKind(itemOf(e.Path, &st).Kind))
	default:
		v.verifyListed(path, &st)
	}
}

// verifyKept checks a path that was said to be kept.
func (v *verifier) verifyKept(path string, e *history.Entry, kind scan.Kind) {
	if was := scanKind(e.Kind); was != kind {
		v.Add(path, e.Class, report.DifferenceType, was.String())
		return
	}
	v.Kept++
}

// verifyListed checks a path that was said to be lost, and exists. It was made again if its last
// change of any kind is younger than the receipt, or if the boot brings it back from elsewhere.
func (v *verifier) verifyListed(path string, st *unix.Stat_t) {
	sec, nsec := st.Ctim.Unix()
	if !time.Unix(sec, nsec).Before(v.Header.Time) {
		v.Again++
		return
	}
	switch verdict := v.session.Judge(path, kindOfMode(st.Mode)); {
	case verdict.Class == scan.ClassLower || v.mayBeLower(path) || v.fromSnapshot(path):
		v.Again++
	case verdict.Class == scan.ClassPersisted || verdict.Class == scan.ClassMounted || verdict.Class == scan.ClassStorage:
		v.Add(path, history.ClassListed, report.DifferenceKept, verdict.By)
	default:
		v.Add(path, history.ClassListed, report.DifferenceSurvived, "")
	}
}

// mayBeLower reports whether a path is on an overlay whose upper directory cannot be read, so nothing
// shows which of its files are of a lower layer, which a boot brings back.
func (v *verifier) mayBeLower(path string) bool {
	tree := v.session.FateOf(path)
	return tree.Overlay && tree.UpperProblem != nil
}

// fromSnapshot reports whether the boot made the tree of a path as a snapshot of another one, which
// has old files.
func (v *verifier) fromSnapshot(path string) bool {
	return slices.ContainsFunc(v.session.FateOf(path).Evidence, func(e boot.Evidence) bool { return e.Kind == boot.KindSubvolume && e.Snapshot })
}

// LastLoss returns what was lost at the last reboot, for a line of status; nil if that is not known.
func LastLoss(ctx context.Context, s *session.Session) *report.LastLoss {
	r, _, err := LastReceipt(ctx, s)
	if err != nil || r == nil {
		return nil // an ordinary user cannot read the receipts
	}
	defer func() { _ = r.Close() }()
	loss := &report.LastLoss{Files: int(r.Header().Listed), Bytes: r.Header().Bytes, AtLeast: !r.Header().Complete}
	var newest time.Time
	for item, err := range r.Listing(history.ClassListed) {
		if err != nil {
			return nil
		}
		if item.ModTime.After(newest) {
			newest, loss.Newest = item.ModTime, string(item.Path)
		}
	}
	return loss
}
