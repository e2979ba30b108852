package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Errors of files. They are wrapped with what is wrong.
var (
	// ErrFormat means that a file is not a database, or uses what this package does not read.
	ErrFormat = errors.New("not a supported SQLite database")
	// ErrCorrupt means that a page contradicts the format, or is missing.
	ErrCorrupt = errors.New("damaged SQLite database")
	// ErrLimit means that a file has more than is read of it.
	ErrLimit = errors.New("larger than the limit")
	// ErrNoTable means that a database does not have a table.
	ErrNoTable = errors.New("no such table")
)

// Limits of what is read. The names of 20,000 packages need 200 pages of 4 KiB.
const (
	mostReads  = 1 << 16  // pages
	mostRows   = 1 << 18  // of one table
	mostBytes  = 32 << 20 // of all values
	mostPrefix = 64 << 10 // bytes of one row that are read
	mostDepth  = 20       // levels of pages; SQLite has the same limit, BTCURSOR_MAX_DEPTH
	mostFrames = 1 << 16  // pages in the log
)

const (
	headerSize  = 100 // bytes at the beginning of page 1
	magic       = "SQLite format 3\x00"
	utf8Text    = 1 // the encoding of texts
	offPageSize = 16
	offReserved = 20
	offEncoding = 56
)

// DB is a database as its last transaction has left it. It may be used by one goroutine at a time.
type DB struct {
	main, wal io.ReaderAt
	frames    map[uint32]int64 // the offset in wal of the newest content of a page
	pageSize  int              // bytes
	usable    int              // bytes of a page without what extensions reserve at its end
	reads     int              // pages that may still be read
}

// Open reads the header of a database. main is its file; wal is the file with "-wal" at the end of the
// name, or nil if no such file exists. It has pages that are newer than those of main. The caller
// closes both.
func Open(main, wal io.ReaderAt) (*DB, error) {
	d := &DB{main: main, wal: wal, reads: mostReads}
	if err := d.readLog(); err != nil {
		return nil, err
	}
	header := make([]byte, headerSize)
	file, at := main, int64(0)
	if offset, found := d.frames[1]; found {
		file, at = wal, offset
	}
	if err := readAt(file, header, at); err != nil {
		return nil, fmt.Errorf("read the header: %w", notDatabase(err))
	}
	if string(header[:len(magic)]) != magic {
		return nil, ErrFormat
	}
	size := pageSizeOf(uint32(binary.BigEndian.Uint16(header[offPageSize:])))
	switch {
	case size == 0 || d.frames != nil && size != d.pageSize:
		return nil, fmt.Errorf("%w: size of pages", ErrFormat)
	case size-int(header[offReserved]) < 480: // "The usable size is not allowed to be less than 480"
		return nil, fmt.Errorf("%w: reserved bytes", ErrFormat)
	case binary.BigEndian.Uint32(header[offEncoding:]) > utf8Text: // 0 is a database without tables
		return nil, fmt.Errorf("%w: text is not UTF-8", ErrFormat)
	}
	d.pageSize, d.usable = size, size-int(header[offReserved])
	return d, nil
}

// notDatabase turns the early end of a file into ErrFormat.
func notDatabase(err error) error {
	if errors.Is(err, ErrCorrupt) {
		return ErrFormat
	}
	return err
}

// pageSizeOf returns the size of pages that a header gives, or 0 if that is not a valid size: a power
// of two from 512 to 65,536 bytes, and 1 stands for the last of them.
func pageSizeOf(n uint32) int {
	if n == 1 {
		n = 1 << 16
	}
	if n < 512 || n > 1<<16 || n&(n-1) != 0 {
		return 0
	}
	return int(n)
}

// readAt fills a buffer. The end of the file is ErrCorrupt.
func readAt(file io.ReaderAt, buffer []byte, offset int64) error {
	n, err := file.ReadAt(buffer, offset)
	switch {
	case n == len(buffer):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return fmt.Errorf("%w: it ends at byte %d", ErrCorrupt, offset+int64(n))
	}
	return err
}

// page reads a page into a buffer of the size of pages. The first page has the number 1.
func (d *DB) page(number uint32, buffer []byte) error {
	if number == 0 {
		return fmt.Errorf("%w: page 0", ErrCorrupt)
	}
	if d.reads--; d.reads < 0 {
		return fmt.Errorf("%w of %d pages", ErrLimit, mostReads)
	}
	if offset, found := d.frames[number]; found {
		return readAt(d.wal, buffer, offset)
	}
	return readAt(d.main, buffer, int64(number-1)*int64(d.pageSize))
}
