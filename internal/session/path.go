package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// TruePath returns the path that a walk uses for an argument: absolute, clean and without
// symlinks. If follow is false, the last component is not resolved, and a path whose parent does
// not exist is only made absolute and clean.
func TruePath(arg string, follow bool) (string, error) {
	abs, err := filepath.Abs(arg)
	if err != nil {
		return "", fmt.Errorf("make %s absolute: %w", arg, err)
	}
	if follow {
		return filepath.EvalSymlinks(abs)
	}
	return truepath.ResolveParent(abs), nil
}

// StatError returns the error for a PATH that cannot be resolved. Its text contains the PATH as
// given, once.
func StatError(arg string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("stat %s: %w", arg, err)
}

// ReadPaths calls add for each path of a list, in the form that a walk uses. missing is set if
// the path is known not to exist, isDir if it ended in a slash. Paths longer than paths.Longest
// are skipped; ReadPaths returns their number.
func ReadPaths(ctx context.Context, from io.Reader, end byte, add func(path string, missing, isDir bool)) (tooLong int, err error) {
	var parents truepath.Resolver
	return paths.EachLine(ctx, from, end, func(path string, isDir bool) {
		path, missing := parents.Parent(path)
		add(path, missing, isDir)
	})
}
