package history

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// The limits of a receipt. A reader has to accept everything within them. They are far above those
// of a real machine: ten million files.
const (
	mostLines = 50_000_000
	mostText  = 16 << 30 // bytes, decompressed
	mostLine  = 1 << 20  // bytes; a path may be longer than PATH_MAX
)

// Reader reads a receipt.
type Reader struct {
	header  Header
	lines   *bufio.Reader
	count   int64
	bytes   int64
	listed  int64
	kept    int64
	last    []byte
	entry   []byte // of the current line
	done    bool
	gz      *gzip.Reader
	in      *bufio.Reader
	limited *io.LimitedReader
}

// NewReader reads the header of a receipt. An error is a *[ReasonError] without a path, whose reason
// says what is wrong.
func NewReader(in io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 64<<10)}
	var err error
	if r.gz, err = gzip.NewReader(r.in); err != nil {
		return nil, damaged(err)
	}
	r.gz.Multistream(false)
	text, err := io.ReadAll(io.LimitReader(r.gz, headerSize+1))
	if err != nil {
		return nil, damaged(err)
	}
	if len(text) != headerSize {
		return nil, malformed("expected a header of %d bytes, got %d", headerSize, len(text))
	}
	if err := json.Unmarshal(text, &r.header); err != nil {
		return nil, malformed("parse the header: %w", err)
	}
	if err := r.header.check(); err != nil {
		return nil, err
	}
	if err := r.gz.Reset(r.in); err != nil {
		return nil, damaged(err)
	}
	r.gz.Multistream(false)
	r.limited = &io.LimitedReader{R: r.gz, N: mostText}
	r.lines = bufio.NewReaderSize(r.limited, 64<<10)
	return r, nil
}

// Header returns the header.
func (r *Reader) Header() Header { return r.header }

// check checks the header.
func (h *Header) check() error {
	switch {
	case h.Schema > Schema:
		return &ReasonError{Reason: NewerFormat, Err: fmt.Errorf("expected version %d of the format, got %d", Schema, h.Schema)}
	case h.Schema < 1 || h.Boot == "" || h.Time.IsZero() || h.Listed < 0 || h.Kept < 0 || h.Bytes < 0:
		return malformed("the header lacks a version, boot, time or count")
	}
	return nil
}

// Next reads the next entry, which is valid until the next call. At the end of an intact receipt,
// it returns io.EOF; any other error is a *[ReasonError].
func (r *Reader) Next(e *Entry) error {
	if r.done {
		return io.EOF
	}
	text, err := r.readLine()
	if err != nil {
		return err
	}
	if bytes.HasPrefix(text, []byte(`{"end":`)) {
		return r.end(text)
	}
	var l line
	if err := parseLine(text, &l); err != nil {
		return malformed("parse line %d: %w", r.count+2, err)
	}
	if err := r.parse(&l, e); err != nil {
		return malformed("line %d: %w", r.count+2, err)
	}
	if r.count++; r.count > mostLines {
		return &ReasonError{Reason: TooLarge, Err: fmt.Errorf("expected at most %d lines", mostLines)}
	}
	if e.Class == ClassKept {
		r.kept++
	} else {
		r.listed++
		r.bytes = sizes.Add(r.bytes, e.Size)
	}
	return nil
}

// readLine returns a line without its end.
func (r *Reader) readLine() ([]byte, error) {
	r.entry = r.entry[:0]
	for {
		part, err := r.lines.ReadSlice('\n')
		r.entry = append(r.entry, part...)
		switch {
		case len(r.entry) > mostLine:
			return nil, &ReasonError{Reason: TooLarge, Err: fmt.Errorf("line %d: expected at most %d bytes", r.count+2, mostLine)}
		case err == nil:
			return r.entry[:len(r.entry)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && r.limited.N <= 0:
			return nil, &ReasonError{Reason: TooLarge, Err: fmt.Errorf("expected at most %d bytes", int64(mostText))}
		default:
			return nil, damaged(err)
		}
	}
}

// parse checks a line and converts it.
func (r *Reader) parse(l *line, e *Entry) error {
	name := []byte(l.Path)
	if l.PathBytes != "" {
		var err error
		if name, err = base64.StdEncoding.DecodeString(l.PathBytes); err != nil || l.Path != "" || utf8.Valid(name) {
			return errors.New("expected a path that is text or base64")
		}
	}
	if l.Nanos < 0 || l.Nanos >= 1e9 {
		return fmt.Errorf("expected less than a second, got %d ns", l.Nanos)
	}
	*e = Entry{
		Item: Item{Path: name, Kind: FileKind(max(0, slices.Index(fileKindNames[:], l.Kind))), Size: l.Size, ModTime: time.Unix(l.Seconds, l.Nanos)},
		Mode: l.Mode, UID: l.UID, GID: l.GID, Class: Class(max(0, slices.Index(classNames[:], l.Class))),
	}
	if err := checkEntry(e); err != nil {
		return err
	}
	if r.count > 0 && bytes.Compare(e.Path, r.last) <= 0 {
		return ErrOrder
	}
	r.last = append(r.last[:0], e.Path...)
	return nil
}

// checkEntry returns an error for an entry that no machine has.
func checkEntry(e *Entry) error {
	name := string(e.Path)
	switch {
	case !path.IsAbs(name) || path.Clean(name) != name || bytes.IndexByte(e.Path, 0) >= 0:
		return fmt.Errorf("expected an absolute and clean path, got %q", name[:min(len(name), 100)])
	case e.Kind == FileUnknown || int(e.Kind) >= len(fileKindNames):
		return errors.New("the type of the file is not known")
	case e.Class != ClassListed && e.Class != ClassKept:
		return errors.New("expected the class listed or kept")
	case e.Size < 0 || e.Mode > 0o7777:
		return fmt.Errorf("expected a size and a mode, got %d and %o", e.Size, e.Mode)
	}
	return nil
}

// end checks the footer, and that nothing follows.
func (r *Reader) end(text []byte) error {
	var f footer
	if err := json.Unmarshal(text, &f); err != nil || !f.End {
		return malformed("expected the last line, got %.40q", text)
	}
	if f.Lines != r.count || r.header.Listed != r.listed || r.header.Kept != r.kept || r.header.Bytes != r.bytes {
		return malformed("the counts in the header are not those of the entries")
	}
	if _, err := r.lines.ReadByte(); !errors.Is(err, io.EOF) { // this also checks the checksum
		if err == nil {
			return malformed("the last line is not the last one")
		}
		return damaged(err)
	}
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
		return malformed("something follows the last line")
	}
	r.done = true
	return io.EOF
}

// malformed returns a Problem with the reason Malformed.
func malformed(format string, args ...any) error {
	return &ReasonError{Reason: Malformed, Err: fmt.Errorf(format, args...)}
}

// damaged returns the Problem of an error of gzip: a file that ends too early, or one that is
// something else.
func damaged(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return &ReasonError{Reason: Incomplete, Err: errors.New("it was not written to its end")}
	case errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum):
		return &ReasonError{Reason: Malformed, Err: err}
	}
	var corrupt flate.CorruptInputError
	if errors.As(err, &corrupt) {
		return &ReasonError{Reason: Malformed, Err: err}
	}
	return &ReasonError{Reason: reasonOf(bare(err)), Err: err}
}

// Listing returns the entries of a class as a listing; ClassUnknown means all. It reads the receipt
// to its end, so it can be used once.
func (r *Reader) Listing(class Class) Listing {
	return func(yield func(Item, error) bool) {
		var e Entry
		for {
			err := r.Next(&e)
			if r.done {
				return
			}
			if err == nil && class != ClassUnknown && e.Class != class {
				continue
			}
			if !yield(e.Item, err) || err != nil {
				return
			}
		}
	}
}
