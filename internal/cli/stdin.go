package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui"
)

// longestPath, in bytes, is more than any path that somebody has on the disk; a
// line longer than this is no path, and is not kept in memory.
const longestPath = 1 << 20

func lineEnd(print0 bool) byte {
	if print0 {
		return 0
	}
	return '\n'
}

// readCandidates adds the paths of a list to the screen's store. What a path is
// comes from the disk.
func readCandidates(ctx context.Context, from io.Reader, end byte, into *index.Store) (tui.Summary, error) {
	tooLong, err := readPaths(ctx, from, end, func(path string, missing, isDir bool) {
		kind := scan.KindUnknown
		if !missing {
			kind, _, _ = scan.Stat(path) // what is not there is shown all the same
		}
		if kind == scan.KindUnknown && isDir {
			kind = scan.KindDir
		}
		into.AddPath([]byte(path), kind)
	})
	return tui.Summary{Errors: tooLong}, err
}

// readPaths calls add with each path of a list, in the form in which a walk knows
// it, with whether it is known not to exist, and whether it ended in a slash. It
// returns how many were longer than longestPath, which are left out.
func readPaths(ctx context.Context, from io.Reader, end byte, add func(path string, missing, isDir bool)) (tooLong int, err error) {
	var parents truepath.Resolver
	return eachLine(ctx, from, end, func(path string, isDir bool) {
		path, missing := parents.Parent(path)
		add(path, missing, isDir)
	})
}

// eachLine calls add with each path of a list, absolute and clean, and with whether it
// ended in a slash. Relative ones are taken from the working directory. It returns how
// many were longer than longestPath, which are left out.
func eachLine(ctx context.Context, from io.Reader, end byte, add func(path string, isDir bool)) (tooLong int, err error) {
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
// that is longer than longestPath, and then whole is false.
func nextLine(in *bufio.Reader, end byte, buf []byte) (line []byte, whole bool, err error) {
	length := 0
	for {
		piece, err := in.ReadSlice(end)
		more := errors.Is(err, bufio.ErrBufferFull)
		if err == nil {
			piece = piece[:len(piece)-1]
		}
		if length += len(piece); length <= longestPath {
			buf = append(buf, piece...)
		}
		if !more {
			return buf, length <= longestPath, err
		}
	}
}

// waitFor runs work that cannot be interrupted, such as a read from a pipe, and
// leaves it behind when ctx is done.
func waitFor(ctx context.Context, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
