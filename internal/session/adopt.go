package session

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// AdoptPaths are paths to copy: without symlinks above them, except those that are refused.
type AdoptPaths struct {
	Names   []string
	Refused map[string]error
}

// Add adds a path as it was given. Copying works as root in users' directories, so only
// symlinks of root and of the invoking user are followed.
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

// Invokers returns the users whose symlinks are followed: the one that we are, and under sudo
// the one who called it.
func Invokers(euid int, getenv func(string) string) []uint32 {
	users := []uint32{uint32(euid)}
	if uid, err := strconv.ParseUint(getenv("SUDO_UID"), 10, 32); err == nil && euid == 0 {
		users = append(users, uint32(uid))
	}
	return users
}

// AdoptOptions says what may be copied: what lies below the roots and what is included, on the
// mounts that the table has there.
func (s *Session) AdoptOptions(paths AdoptPaths, force bool) adopt.Options {
	options := adopt.Options{Force: force}
	for _, name := range slices.Concat(s.Policy.Roots(), s.ScanRules.Include) {
		options.Roots = append(options.Roots, adopt.Root{Path: name, Mount: uint64(s.Mounts.At(name).ID)})
	}
	options.Refuses = func(name string) error {
		if err := paths.Refused[name]; err != nil {
			return err
		}
		return s.notWiped(name)
	}
	return options
}

// OpenFiles returns what processes have open of the paths that a plan copies.
func OpenFiles(ctx context.Context, plan *adopt.Plan) []adopt.Open {
	var paths []string
	for _, u := range plan.Units {
		if u.Action == adopt.Copy || u.Action == adopt.Merge {
			paths = append(paths, u.Path)
		}
	}
	return adopt.OpenFiles(ctx, paths)
}

// ErrLeft says that a run was left behind.
var ErrLeft = errors.New("copying did not stop in time; the next adopt into this storage removes the staging directory")

// RunAdoption does what was planned, and returns errLeft a little after ctx is done even if a file
// system does not answer. The end of the process is like a kill then: each path is in storage as a
// whole or not at all, and the next run removes what is left.
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
