package history

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Receipts are the receipts in a storage path, in files that only root may read. An ordinary user
// can have receipts in a storage path of that user.
type Receipts struct {
	// Storage is the storage path: absolute, without symlinks.
	Storage string
	// Keep is how many receipts are kept; 0 means 8.
	Keep int
}

// stampLayout is the time in the names of receipts and graves, in UTC.
const stampLayout = "2006-01-02T150405Z"

const (
	receiptEnd = ".jsonl.gz"
	unfinished = ".new" // of a file or grave that is being written
)

// ours is the form of all names, so nothing else is ever removed: a time, the beginning of the ID of
// the boot, and the ends above.
var ours = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z-[0-9a-z]{1,8}(\.jsonl\.gz)?(\.new)?$`)
})

// nameOf returns the name of a receipt or grave.
func nameOf(at time.Time, boot string) string {
	short := ""
	for _, c := range []byte(boot) {
		if len(short) < 8 && ('0' <= c && c <= '9' || 'a' <= c && c <= 'z') {
			short += string(c)
		}
	}
	return at.UTC().Format(stampLayout) + "-" + short
}

// WriteOptions are the options of Write.
type WriteOptions struct {
	// Budget is the time after which the listing is cut off, 0 for none. It does not include the
	// time that the disk needs to write the last data, which cannot be interrupted.
	Budget time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// Write writes a receipt of the running boot. list calls [Writer.Add] for each entry, sorted by
// path, and returns its error. The receipt appears under its name when it is on the disk as a
// whole, or not at all. If the budget runs out, it has the entries so far, and its header says that
// it is not complete. If ctx is cancelled, there is no receipt, and earlier ones are kept.
//
// The errors are those of list and ctx, and a *[ReasonError] if the storage path cannot be used or is
// full.
func (r *Receipts) Write(ctx context.Context, machine Machine, options WriteOptions, list func(*Writer) error) (Header, error) {
	now := options.Now
	if now == nil {
		now = time.Now
	}
	start := now()
	over := func() bool {
		return ctx.Err() != nil || options.Budget > 0 && now().Sub(start) >= options.Budget
	}
	header := Header{Schema: Schema, Boot: machine.Boot, Hardware: machine.Hardware, Host: machine.Host, Time: start.UTC().Round(0)}
	if err := header.check(); err != nil {
		return header, err
	}
	in, err := openStore(r.Storage, receiptsName, true)
	if err != nil {
		return header, err
	}
	defer in.Close()
	if err := r.clear(in); err != nil {
		return header, problem(KindUnknown, r.path(""), err)
	}
	name := nameOf(start, machine.Boot) + receiptEnd
	header, err = writeFile(ctx, in, name, header, over, list)
	if err != nil {
		if reasonOf(err) != ReasonUnknown {
			err = problem(KindUnknown, r.path(name), err)
		}
		return header, err
	}
	r.prune(in, name)
	return header, nil
}

func (r *Receipts) path(name string) string { return path.Join(r.Storage, Name, receiptsName, name) }

// writeFile writes a receipt under another name, and renames it when it is on the disk.
func writeFile(ctx context.Context, in *Dir, name string, header Header, over func() bool, list func(*Writer) error) (Header, error) {
	f, err := in.create(name+unfinished, 0o600)
	if err != nil {
		return header, err
	}
	defer f.Close()
	err = func() error {
		b := &bufferedFile{file: f, Writer: bufio.NewWriterSize(f, 256<<10)}
		w, err := newWriter(b, header, over)
		if err != nil {
			return err
		}
		if err := list(w); err != nil && (!errors.Is(err, ErrBudget) || !errors.Is(w.err, ErrBudget)) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.finish(); err != nil {
			return err
		}
		header = w.header
		if err := f.Sync(); err != nil {
			return err
		}
		return in.replace(name+unfinished, name)
	}()
	if err != nil {
		return header, errors.Join(bare(err), in.remove(name+unfinished))
	}
	return header, nil
}

// bufferedFile buffers what is written in sequence.
type bufferedFile struct {
	*bufio.Writer
	file *os.File
}

// WriteAt writes the buffer first.
func (b *bufferedFile) WriteAt(p []byte, off int64) (int, error) {
	if err := b.Flush(); err != nil {
		return 0, err
	}
	return b.file.WriteAt(p, off)
}

// clear removes what a killed run has left. The directory is locked, so there is no other run.
func (r *Receipts) clear(in *Dir) error {
	names, err := in.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if ours().MatchString(name) && path.Ext(name) == unfinished {
			if err := in.remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// prune removes the earlier receipts of the boot of a new receipt, and then the oldest ones. So
// many receipts of one boot do not displace those of the boots before. An error is ignored, because
// the receipt has been written; the next run tries again.
func (r *Receipts) prune(in *Dir, added string) {
	names, _ := receiptNames(in)
	kept, most := 0, r.Keep
	if most <= 0 {
		most = 8
	}
	for _, name := range names {
		sameBoot := name != added && strings.HasSuffix(name, added[len(stampLayout):])
		if kept++; sameBoot || kept > most {
			kept--
			_ = in.remove(name)
		}
	}
}

// receiptNames returns the names of the receipts, the newest first.
func receiptNames(in *Dir) ([]string, error) {
	names, err := in.names()
	names = slices.DeleteFunc(names, func(name string) bool {
		return !ours().MatchString(name) || len(name) < len(receiptEnd) || name[len(name)-len(receiptEnd):] != receiptEnd
	})
	slices.Reverse(names)
	return names, err
}

// Receipt is an open receipt, which has been checked as a whole.
type Receipt struct {
	*Reader
	// Path is its file.
	Path string
	file *os.File
}

// Close closes the file.
func (r *Receipt) Close() error { return r.file.Close() }

// Newest returns the newest intact receipt of another boot of this machine. It returns nil if there
// is none. The problems are the receipts that it refused: damaged, of another machine, or of a later
// version of the program. It returns an error if the receipts cannot be read, and if ctx is
// cancelled.
func (r *Receipts) Newest(ctx context.Context, machine Machine) (*Receipt, []*ReasonError, error) {
	in, err := openStore(r.Storage, receiptsName, false)
	if err != nil {
		if absent(err) {
			return nil, nil, nil
		}
		return nil, nil, err
	}
	defer in.Close()
	names, err := receiptNames(in)
	if err != nil {
		return nil, nil, problem(KindUnknown, r.path(""), err)
	}
	var refused []*ReasonError
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return nil, refused, err
		}
		found, err := r.open(ctx, in, name, machine)
		if err != nil && ctx.Err() == nil {
			refused = append(refused, problem(KindUnknown, r.path(name), err))
		}
		if found != nil {
			return found, refused, nil
		}
	}
	return nil, refused, ctx.Err()
}

// open opens and checks a receipt. It returns nil for one of the running boot.
func (r *Receipts) open(ctx context.Context, in *Dir, name string, machine Machine) (found *Receipt, err error) {
	fd, err := openBelow(in.fd, name, unix.O_RDONLY|unix.O_NONBLOCK, sameMount)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	defer func() {
		if found == nil {
			f.Close()
		}
	}()
	st, err := fstat(fd)
	switch {
	case err != nil:
		return nil, err
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return nil, because(Malformed, "it is not a regular file")
	case int(st.Uid) != os.Geteuid() || st.Mode&0o022 != 0:
		return nil, because(Foreign, fmt.Sprintf("user %d or others may change it", st.Uid))
	}
	checked, err := NewReader(f)
	if err != nil {
		return nil, err
	}
	switch h := checked.Header(); {
	case h.Boot == machine.Boot:
		return nil, nil
	case machine.other(&h):
		return nil, because(OtherMachine, "it was written by the machine "+h.Host)
	case nameOf(h.Time, h.Boot)+receiptEnd != name:
		return nil, because(Malformed, "its name is not that of its header")
	}
	if err := checked.verify(ctx); err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, bare(err)
	}
	again, err := NewReader(f)
	if err != nil {
		return nil, err
	}
	return &Receipt{Reader: again, Path: r.path(name), file: f}, nil
}

// verify reads all entries.
func (r *Reader) verify(ctx context.Context) error {
	var e Entry
	for n := 0; ; n++ {
		if n%budgetEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.Next(&e); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}
