package paths

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Longest is the length in bytes above which EachLine leaves out a line. No path on a disk is
// longer, and such a line is not kept in memory.
const Longest = 1 << 20

// LineEnd returns the byte that ends a line of a list of paths.
func LineEnd(print0 bool) byte {
	if print0 {
		return 0
	}
	return '\n'
}

// EachLine calls add with each path of a list, absolute and clean, and with whether it
// ended in a slash. Relative ones are taken from the working directory. It returns how
// many were longer than Longest, which are left out.
func EachLine(ctx context.Context, from io.Reader, end byte, add func(path string, isDir bool)) (tooLong int, err error) {
	cwd, err := os.Getwd()
	if err != nil {
		return 0, fmt.Errorf("read paths: %w", err)
	}
	in := bufio.NewReaderSize(from, 64<<10)
	var line []byte
	for ctx.Err() == nil {
		var whole bool
		line, whole, err = nextLine(in, end, line[:0])
		switch {
		case !whole:
			tooLong++
		case len(line) > 0:
			path := string(line)
			if !filepath.IsAbs(path) {
				path = filepath.Join(cwd, path)
			}
			add(filepath.Clean(path), line[len(line)-1] == '/')
		}
		if errors.Is(err, io.EOF) {
			return tooLong, nil
		}
		if err != nil {
			return tooLong, fmt.Errorf("read paths: %w", err)
		}
	}
	return tooLong, ctx.Err()
}

// nextLine appends the next line to buf, without its end. It reads all of a line
// that is longer than Longest, and then whole is false.
func nextLine(in *bufio.Reader, end byte, buf []byte) (line []byte, whole bool, err error) {
	length := 0
	for {
		piece, err := in.ReadSlice(end)
		more := errors.Is(err, bufio.ErrBufferFull)
		if err == nil {
			piece = piece[:len(piece)-1]
		}
		if length += len(piece); length <= Longest {
			buf = append(buf, piece...)
		}
		if !more {
			return buf, length <= Longest, err
		}
	}
}
