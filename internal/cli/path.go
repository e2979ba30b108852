package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// truePath turns an argument into the absolute, clean path that a walk knows it
// by: without symlinks, but for the last component where follow is false. Where
// the parent does not exist, the path is only made absolute and clean.
func truePath(arg string, follow bool) (string, error) {
	if arg == "" {
		return "", usageError{fmt.Errorf("an empty PATH: want a path")}
	}
	abs, err := filepath.Abs(arg)
	if err != nil {
		return "", fmt.Errorf("find the path of %s: %w", arg, err)
	}
	if follow {
		return filepath.EvalSymlinks(abs)
	}
	return truepath.ResolveParent(abs), nil
}

// missingPath is the error for a PATH that is not there, with a hint where it
// looks like a command.
func missingPath(arg string, err error, commands []string) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	wrapped := fmt.Errorf("look at %s: %w", arg, err)
	for _, name := range commands {
		if strings.HasPrefix(name, arg) || strings.HasPrefix(arg, name) {
			return hintedError{wrapped, fmt.Sprintf("for the command, type list-ephemeral %s; --help lists all", name)}
		}
	}
	return wrapped
}
