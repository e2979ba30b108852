package report

import (
	"io"
	"time"
)

// Writer buffers output into large writes. The first write is small, so the reader of a pipe gets
// the first lines at once.
type Writer struct {
	to      io.Writer
	Buf     []byte
	flushAt int
	last    time.Time
	err     error // of the first write that failed; there is no write after it
}

const (
	firstFlush = 4 << 10
	laterFlush = 64 << 10
	// flushEvery is the maximum time that output stays buffered while the disk is slow.
	flushEvery = 50 * time.Millisecond
)

// NewWriter returns a Writer to a stream.
func NewWriter(to io.Writer) *Writer {
	return &Writer{to: to, Buf: make([]byte, 0, laterFlush+8<<10), flushAt: firstFlush, last: time.Now()}
}

// Full flushes if the buffer is full. Call it after each line.
func (w *Writer) Full() error {
	if len(w.Buf) < w.flushAt {
		return nil
	}
	w.flushAt = laterFlush
	return w.Flush()
}

// Idle flushes the buffer if the last flush is more than flushEvery ago.
func (w *Writer) Idle() {
	if len(w.Buf) > 0 && time.Since(w.last) > flushEvery {
		_ = w.Flush() // the next flush returns the same error
	}
}

// Flush writes the buffer. It returns the error of the first write that failed.
func (w *Writer) Flush() error {
	if len(w.Buf) > 0 && w.err == nil {
		_, w.err = w.to.Write(w.Buf)
	}
	w.Buf, w.last = w.Buf[:0], time.Now()
	return w.err
}
