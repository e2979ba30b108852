package cli

import (
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// chosenStray is a path to move.
type chosenStray struct {
	path    string
	whyLeft string // "" if it is to be moved
}

// chosenStrays returns what of the strays arguments name, or all. Errors about arguments are
// reported; the error says that there were some.
func (a *app) chosenStrays(s *strays, args []string) (chosen []chosenStray, failed error) {
	for _, r := range s.rows {
		path := strings.TrimSuffix(string(r.path), "/")
		c := chosenStray{path: path}
		switch {
		case adopt.IsLeftover(path):
			continue
		case len(args) == 0:
			c.whyLeft = s.inUse(path)
			chosen = append(chosen, c)
		}
		for _, arg := range s.only {
			if arg != path && atOrBelow(path, arg) {
				c.whyLeft = s.inUse(path)
			} else if atOrBelow(arg, path) {
				c = chosenStray{path: arg}
			} else {
				continue
			}
			if !slices.Contains(chosen, c) {
				chosen = append(chosen, c)
			}
		}
	}
	for _, arg := range s.only {
		if !slices.ContainsFunc(s.rows, func(r *row) bool { return r.touches(arg) }) {
			say(a.err, "error", printable.Name(arg)+": "+s.whyNone(arg))
			failed = exitError(exitFailed)
		}
	}
	return chosen, failed
}

// inUse says why a stray is left unless it is named: the path that it would stand for exists, as
// after adopt and before the configuration that declares it is active.
func (s *strays) inUse(path string) string {
	storage := storageOfPath(s.storage, path)
	if path == storage+"/lost+found" {
		return "it belongs to the file system, fsck(8)"
	}
	live := []string{path[len(storage):]}
	if s.home != "" && strings.HasSuffix(storage, s.home) {
		live = append(live, s.home+live[0])
	}
	for _, name := range live {
		switch _, err := os.Lstat(name); {
		case err == nil:
			return name + " exists, so it may have been adopted and not be declared yet"
		case !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.ENOTDIR):
			return "it is not known whether it has been adopted: " + err.Error()
		}
	}
	return ""
}

// storageOfPath returns the innermost storage path that a path is in, or "".
func storageOfPath(storage []string, path string) string {
	in := ""
	for _, s := range storage {
		if atOrBelow(path, s) && len(s) > len(in) {
			in = s
		}
	}
	return in
}

// atOrBelow reports whether a path is a directory or below it; both are absolute and clean.
func atOrBelow(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}
