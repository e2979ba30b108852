package watch

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// DefaultRingSize is the most that a ring takes on the disk: some 40,000 records.
	DefaultRingSize = 8 << 20
	// RingAgain is how long a write of the same path by the same program is not recorded again.
	RingAgain = time.Minute

	ringMode = 0o600 // paths in homes are private
	// ringPaths bounds the remembered paths.
	ringPaths = 8192
	// ringLine is the longest line that is read: PATH_MAX in base64 and the rest.
	ringLine = 64 << 10
)

// Ring is a file with the last writes. When FILE has half of the size, it becomes FILE.1, which
// replaces the one before.
type Ring struct {
	name  string
	limit int64 // of one file
	file  *os.File
	size  int64
	line  []byte
	last  map[string]recent
}

type recent struct {
	op   Op
	exe  string
	time time.Time
}

// OpenRing opens or makes the file of a ring, with mode 0600. The file must not be a symlink, and
// must belong to the caller. size is the most bytes that both files take; 0 is DefaultRingSize.
func OpenRing(name string, size int64) (*Ring, error) {
	if size <= 0 {
		size = DefaultRingSize
	}
	r := &Ring{name: name, limit: size / 2, last: map[string]recent{}}
	if err := r.open(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Ring) open() error {
	file, err := os.OpenFile(r.name, os.O_WRONLY|os.O_APPEND|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, ringMode)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: r.name, Err: errors.New("not a regular file")}
	}
	if err == nil && info.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
		err = &fs.PathError{Op: "open", Path: r.name, Err: errors.New("it belongs to another user")}
	}
	if err == nil {
		err = file.Chmod(ringMode)
	}
	if err != nil {
		file.Close()
		return err
	}
	r.file, r.size = file, info.Size()
	if r.size > 0 && r.torn() {
		n, err := r.file.WriteString("\n")
		r.size += int64(n)
		return err
	}
	return nil
}

// torn reports whether the last line of an existing file is incomplete.
func (r *Ring) torn() bool {
	file, err := os.OpenFile(r.name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	var last [1]byte
	_, err = file.ReadAt(last[:], r.size-1)
	return err == nil && last[0] != '\n'
}

// Add writes a record, unless the same program has done the same to the path within RingAgain.
func (r *Ring) Add(e *Record) error {
	if !e.Overflow && !r.fresh(e) {
		return nil
	}
	r.line = e.Append(r.line[:0])
	if r.size > 0 && r.size+int64(len(r.line)) > r.limit {
		if err := r.rotate(); err != nil {
			return err
		}
	}
	n, err := r.file.Write(r.line)
	r.size += int64(n)
	return err
}

// fresh reports whether a record is written, and remembers it.
func (r *Ring) fresh(e *Record) bool {
	old, known := r.last[e.Path]
	if known && old.op&e.Op == e.Op && old.exe == e.By.Exe && e.Time.Sub(old.time) < RingAgain {
		return false
	}
	if len(r.last) >= ringPaths {
		clear(r.last)
	}
	op := e.Op
	if known && old.exe == e.By.Exe && e.Time.Sub(old.time) < RingAgain {
		op |= old.op
	}
	r.last[e.Path] = recent{op, e.By.Exe, e.Time}
	return true
}

// rotate begins a new file.
func (r *Ring) rotate() error {
	if err := os.Rename(r.name, olderRing(r.name)); err != nil {
		return err
	}
	r.file.Close()
	return r.open()
}

// Close closes the file.
func (r *Ring) Close() error { return r.file.Close() }

func olderRing(name string) string { return name + ".1" }

// ReadRing reads a ring and calls visit for its records, the oldest first. It returns the number of
// lines that are no records: the last one may be incomplete after a crash. A ring that does not exist
// is fs.ErrNotExist.
func ReadRing(name string, visit func(*Record)) (wrong int, err error) {
	for i, part := range []string{olderRing(name), name} {
		file, err := os.OpenFile(part, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
		if i == 0 && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return wrong, err
		}
		n, err := readRecords(file, visit)
		file.Close()
		wrong += n
		if err != nil {
			return wrong, fmt.Errorf("read %s: %w", part, err)
		}
	}
	return wrong, nil
}

// readRecords reads the lines of one file. It reads at most DefaultRingSize times four, so a file that
// is no ring does not cost more.
func readRecords(file io.Reader, visit func(*Record)) (wrong int, err error) {
	const most = 4 * DefaultRingSize
	lines := bufio.NewScanner(io.LimitReader(file, most))
	lines.Buffer(nil, ringLine)
	for lines.Scan() {
		record, err := ParseRecord(lines.Bytes())
		if err != nil {
			wrong++
			continue
		}
		visit(&record)
	}
	return wrong, lines.Err()
}
