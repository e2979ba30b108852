package past

import (
	"context"
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// Restoration is what is restored from one state.
type Restoration struct {
	State *history.State
	// Plan restores the paths in place. Stored copies them into storage too; nil if that is not
	// requested.
	Plan, Stored *adopt.Plan

	dir   *history.Dir
	paths []string
}

// Plans returns the plans in the order in which they run: storage first, because a path that is in
// place and not in storage is wiped again.
func (r *Restoration) Plans() []*adopt.Plan {
	if r.Stored == nil {
		return []*adopt.Plan{r.Plan}
	}
	return []*adopt.Plan{r.Stored, r.Plan}
}

// Restorations are a run of restore.
type Restorations struct {
	Parts []*Restoration
	// Absent are the paths that none of the states has.
	Absent []string
	// Problems are the states that could not be opened. They were skipped.
	Problems []*history.ReasonError
}

// Close closes the states. The plans cannot run after that.
func (r *Restorations) Close() {
	for _, part := range r.Parts {
		if part.dir != nil {
			part.dir.Close()
		}
	}
}

// RestoreOptions are the options of PlanRestore.
type RestoreOptions struct {
	// Storage is the storage path into which the paths are copied too; "" for none.
	Storage string
	// Force copies files that processes may be writing through shared mappings.
	Force bool
}

// PlanRestore plans to restore paths, each from the newest state that has it. The caller closes the
// result.
func PlanRestore(ctx context.Context, p *States, paths session.AdoptPaths, o RestoreOptions) (*Restorations, error) {
	all := &Restorations{}
	left := paths.Names
	for _, states := range p.Trees {
		for i := range states {
			left = all.take(&states[i], left)
		}
	}
	all.Absent = left
	for _, part := range all.Parts {
		if err := part.plan(ctx, paths, o); err != nil {
			all.Close()
			return nil, err
		}
	}
	return all, nil
}

// take adds the paths that a state has, and returns the others.
func (r *Restorations) take(state *history.State, paths []string) (left []string) {
	if len(paths) == 0 {
		return nil
	}
	dir, err := state.Open()
	if problem := (*history.ReasonError)(nil); errors.As(err, &problem) {
		r.Problems = append(r.Problems, problem)
		return paths
	}
	part := &Restoration{State: state, dir: dir}
	for _, path := range paths {
		if has(dir, path) {
			part.paths = append(part.paths, path)
		} else {
			left = append(left, path)
		}
	}
	if len(part.paths) == 0 {
		dir.Close()
		return left
	}
	r.Parts = append(r.Parts, part)
	return left
}

// has reports whether a state has a path. A path that cannot be read counts as one that it has: the
// engine reports why.
func has(dir *history.Dir, path string) bool {
	rel, ok := dir.Within([]byte(path))
	if !ok || rel == "." && path != dir.Root() {
		return false
	}
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS}
	fd, err := unix.Openat2(dir.FD(), rel, &how)
	if err != nil {
		return !gone(err)
	}
	unix.Close(fd)
	return true
}

func (r *Restoration) plan(ctx context.Context, paths session.AdoptPaths, o RestoreOptions) (err error) {
	options := adopt.Options{Source: r.dir, Force: o.Force, CannotKeep: func(path string) error { return paths.Refused[path] }}
	if o.Storage != "" {
		if r.Stored, err = adopt.Prepare(ctx, o.Storage, r.paths, options); err != nil {
			return session.AdoptError(err, o.Storage)
		}
	}
	if r.Plan, err = adopt.Prepare(ctx, "/", r.paths, options); err != nil {
		return RestoreRunError(err)
	}
	return nil
}

// RestoreRunError adds a remedy to an error that stops the restoring into place.
func RestoreRunError(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return session.WithRemedy(err, "run it with sudo: restoring into place requires root")
	}
	return session.AdoptError(err, "/")
}

// errThere is the error of a path that is not restored because it exists with another content.
var errThere = errors.New("it exists, and is different; nothing is overwritten")

// RestoreError returns the error of a path in the words of restore.
func RestoreError(err error) error {
	if errors.Is(err, adopt.ErrDiffers) {
		return errThere
	}
	return err
}
