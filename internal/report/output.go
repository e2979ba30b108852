package report

import (
	"io"
	"time"
)

// Writer gathers output in large writes, the first one early: who looks at a
// pipe wants to see something at once.
type Writer struct {
	to      io.Writer
	Buf     []byte
	flushAt int
	last    time.Time
	err     error // of the first write that failed: nothing is written after it
}

const (
	firstFlush = 4 << 10
	laterFlush = 64 << 10
	// flushEvery is how long output may lie about while the disk is slow.
	flushEvery = 50 * time.Millisecond
)

// NewWriter returns a Writer to a stream.
func NewWriter(to io.Writer) *Writer {
	return &Writer{to: to, Buf: make([]byte, 0, laterFlush+8<<10), flushAt: firstFlush, last: time.Now()}
}

// Full is to be asked after each line; it flushes when there is enough.
func (w *Writer) Full() error {
	if len(w.Buf) < w.flushAt {
		return nil
	}
	w.flushAt = laterFlush
	return w.Flush()
}

// Idle flushes what has been lying about for long.
func (w *Writer) Idle() {
	if len(w.Buf) > 0 && time.Since(w.last) > flushEvery {
		_ = w.Flush() // its error comes again with the next one
	}
}

// Flush writes what is buffered. Its error is that of the first write that failed.
func (w *Writer) Flush() error {
	if len(w.Buf) > 0 && w.err == nil {
		_, w.err = w.to.Write(w.Buf)
	}
	w.Buf, w.last = w.Buf[:0], time.Now()
	return w.err
}
