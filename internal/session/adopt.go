package session

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// AdoptPaths are the paths to copy. Except for refused paths, symlinks above them are resolved.
type AdoptPaths struct {
	Names   []string
	Refused map[string]error
	// Whole allows directories that belong to several programs.
	Whole bool
}

// Add adds a path as given. Root copies from directories that other users can change, so only
// symlinks owned by a trusted user are followed.
func (p *AdoptPaths) Add(name string, trusted []uint32) {
	resolved, err := truepath.Trusted(name, trusted...)
	if err != nil {
		if p.Refused == nil {
			p.Refused = map[string]error{}
		}
		p.Refused[name], resolved = err, name
	}
	p.Names = append(p.Names, resolved)
}

// Invokers returns the users whose symlinks are followed: the effective user, and under sudo
// also the user who ran sudo.
func Invokers(euid int, getenv func(string) string) []uint32 {
	users := []uint32{uint32(euid)}
	if uid, err := strconv.ParseUint(getenv("SUDO_UID"), 10, 32); err == nil && euid == 0 {
		users = append(users, uint32(uid))
	}
	return users
}

// AdoptOptions allows copying the roots and the included paths, each only from the mount that
// the mount table has for it.
func (s *Session) AdoptOptions(paths AdoptPaths, force bool) adopt.Options {
	options := adopt.Options{Force: force}
	for _, name := range slices.Concat(s.Policy.Roots(), s.ScanRules.Include) {
		options.Roots = append(options.Roots, adopt.Root{Path: name, Mount: uint64(s.Mounts.At(name).ID)})
	}
	options.CannotKeep = func(name string) error {
		if err := paths.Refused[name]; err != nil {
			return err
		}
		if err := s.notCopied(name); err != nil || paths.Whole || !s.known.Shared(name) || slices.ContainsFunc(options.Roots, isAt(name)) {
			return err
		}
		return notCopiedError{report.NotCopied{Shared: true}}
	}
	return options
}

// isAt returns a function that reports whether a root is at a path.
func isAt(path string) func(adopt.Root) bool {
	return func(r adopt.Root) bool { return r.Path == path }
}

// OpenFiles returns the files that processes have open in the paths that a plan copies.
func OpenFiles(ctx context.Context, plan *adopt.Plan) []adopt.Open {
	var paths []string
	for _, u := range plan.Units {
		if u.Action == adopt.Copy || u.Action == adopt.Merge {
			paths = append(paths, u.Path)
		}
	}
	return adopt.OpenFiles(ctx, paths)
}

// ErrLeft is the error of a run that was abandoned.
var ErrLeft = errors.New("copying did not stop in time")

// RunAdoption runs a plan. It returns ErrLeft shortly after ctx is done even if a file system
// does not respond. The end of the process then has the effect of a kill: each path is either
// complete in storage or absent, and the next run removes the staging directory.
func RunAdoption(ctx context.Context, plan *adopt.Plan, progress *adopt.Progress) ([]*adopt.Result, error) {
	done := make(chan []*adopt.Result, 1)
	err := Unstuck(ctx, func() error {
		results, err := plan.Run(ctx, progress)
		done <- results
		return err
	})
	select {
	case results := <-done:
		return results, err
	default:
		return nil, ErrLeft
	}
}

// BeneathOptions allows copying what mounts cover: each path is a mount point, or below one. All
// of those mounts have to be on the same mount, whose files are copied.
func (s *Session) BeneathOptions(paths AdoptPaths, force bool) (adopt.Options, error) {
	options := adopt.Options{Force: force}
	var beneath *mounts.Mount
	for _, name := range paths.Names {
		if paths.Refused[name] != nil {
			continue
		}
		cover := s.Mounts.At(name)
		if cover.Point == "/" {
			return options, WithRemedy(fmt.Errorf("--from-beneath: nothing is mounted at %s or above it", name), "without --from-beneath, adopt copies what is visible")
		}
		on := s.Mounts.At(filepath.Dir(cover.Point))
		if beneath != nil && on != beneath {
			return options, WithRemedy(fmt.Errorf("--from-beneath: the mounts of the paths are on two mounts, %s and %s", beneath.Point, on.Point), "run adopt once for each of them")
		}
		beneath = on
	}
	if beneath == nil {
		return options, errors.New("no paths: nothing to copy")
	}
	options.Beneath = adopt.Root{Path: beneath.Point, Mount: uint64(beneath.ID)}
	options.CannotKeep = func(name string) error { return paths.Refused[name] }
	return options, nil
}
