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

// Longest is the maximum length of a line in bytes. EachLine skips longer lines and does not keep
// them in memory. No path on a disk is longer.
const Longest = 1 << 20

// LineEnd returns the byte that ends a line of a list of paths.
func LineEnd(print0 bool) byte {
	if print0 {
		return 0
	}
	return '\n'
}

// EachLine calls add for each path of a list. path is absolute and clean; isDir reports whether it
// ended in a slash. Relative paths are relative to the working directory. EachLine returns the
// number of lines longer than Longest, which it skips.
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

// nextLine appends the next line to buf, without its end. If the line is longer than Longest,
// nextLine reads it to the end and whole is false.
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
