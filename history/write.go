package history

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// A receipt is a gzip file (RFC 1952) of JSON lines, in two members:
//
//	header      padded to headerSize and stored, so it can be replaced when the counts are known
//	entries     sorted by the bytes of their paths, and the footer
//
// zcat(1) prints all lines.
const headerSize = 1024

// The errors of a Writer that end the listing.
var (
	// ErrBudget reports that the budget has run out, so nothing more can be listed. Kept paths can
	// still be added. The receipt is valid, and its header says that it is not complete.
	ErrBudget = errors.New("the time for the receipt is over")
	// ErrOrder reports that a path does not come after the one before.
	ErrOrder = errors.New("the paths are not sorted")
)

// output is the file of a receipt.
type output interface {
	io.Writer
	io.WriterAt
}

// Writer writes a receipt.
type Writer struct {
	out    output
	header Header
	body   *gzip.Writer
	enc    *jsonline.Encoder
	text   []byte
	last   []byte
	lines  int64
	over   func() bool
	err    error
}

// budgetEvery is how many entries are written between two checks of the time.
const budgetEvery = 256

// newWriter begins a receipt. over reports that the time is over.
func newWriter(out output, header Header, over func() bool) (*Writer, error) {
	w := &Writer{out: out, header: header, enc: jsonline.NewEncoder(), over: over}
	text, err := encodeHeader(&header)
	if err != nil {
		return nil, err
	}
	if _, err := out.Write(text); err != nil {
		return nil, err
	}
	// The fastest level makes 2.3 MB of 100,000 files, and the default level 1.8 MB in four times
	// the time (bench WriteReceipt).
	w.body, err = gzip.NewWriterLevel(out, gzip.BestSpeed)
	return w, err
}

// encodeHeader returns the first member. Its length does not depend on the numbers in the header.
func encodeHeader(h *Header) ([]byte, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	if len(text) >= headerSize {
		return nil, fmt.Errorf("the header has %d bytes, expected less than %d", len(text), headerSize)
	}
	text = append(text, bytes.Repeat([]byte(" "), headerSize-1-len(text))...)
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	if err == nil {
		_, err = z.Write(append(text, '\n'))
	}
	if err == nil {
		err = z.Close()
	}
	return b.Bytes(), err
}

// Add writes an entry. The paths must be sorted by their bytes. After an error, all further calls
// return the same error, except those that add kept paths after ErrBudget: they are few, and without
// them nothing could be said about them at the next boot.
func (w *Writer) Add(e *Entry) error {
	if w.err != nil && (!errors.Is(w.err, ErrBudget) || e.Class != ClassKept) {
		return w.err
	}
	if err := w.add(e); err != nil {
		w.err = err
		return err
	}
	return nil
}

func (w *Writer) add(e *Entry) error {
	if e.Class != ClassKept && w.header.Listed%budgetEvery == 0 && w.over() {
		return ErrBudget
	}
	if err := checkEntry(e); err != nil {
		return err
	}
	if w.lines > 0 && bytes.Compare(e.Path, w.last) <= 0 {
		return ErrOrder
	}
	w.last = append(w.last[:0], e.Path...)
	w.text = appendEntry(w.text[:0], w.enc, e)
	if _, err := w.body.Write(w.text); err != nil {
		return err
	}
	w.lines++
	if e.Class == ClassKept {
		w.header.Kept++
		return nil
	}
	w.header.Listed++
	w.header.Bytes = sizes.Add(w.header.Bytes, e.Size)
	return nil
}

// finish writes the footer and the header.
func (w *Writer) finish() error {
	if w.err != nil && !errors.Is(w.err, ErrBudget) {
		return w.err
	}
	w.header.Complete = w.err == nil
	if _, err := w.body.Write(w.enc.Append(nil, &footer{End: true, Lines: w.lines})); err != nil {
		return err
	}
	if err := w.body.Close(); err != nil {
		return err
	}
	text, err := encodeHeader(&w.header)
	if err != nil {
		return err
	}
	_, err = w.out.WriteAt(text, 0)
	return err
}
