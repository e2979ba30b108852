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

// TruePath turns an argument into the absolute, clean path that a walk knows it
// by: without symlinks, except for the last component where follow is false. Where
// the parent does not exist, the path is only made absolute and clean.
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

// statError is the error for a PATH that cannot be resolved. It names the PATH as it was
// given, once.
func statError(arg string, err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("stat %s: %w", arg, err)
}

// ReadPaths calls add with each path of a list, in the form in which a walk knows
// it, with whether it is known not to exist, and whether it ended in a slash. It
// returns how many were longer than paths.Longest, which are left out.
func ReadPaths(ctx context.Context, from io.Reader, end byte, add func(path string, missing, isDir bool)) (tooLong int, err error) {
	var parents truepath.Resolver
	return paths.EachLine(ctx, from, end, func(path string, isDir bool) {
		path, missing := parents.Parent(path)
		add(path, missing, isDir)
	})
}
