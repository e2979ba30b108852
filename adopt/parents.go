package adopt

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// place is a directory into which units are put, together with its source directory. It is closed
// when its last user releases it.
type place struct {
	from, to dir
	staging  *stagingDir // the staging directory
	path     *pathname   // of the source
	gains    []gain      // of directories in storage, from the top to this one
	users    int
	run      *run
}

// newPlace returns a place with one use, which the caller has to release.
func (r *run) newPlace(from dir, path *pathname) *place {
	r.open++
	return &place{from: from, to: dir{fd: -1}, path: path, users: 1, run: r}
}

func (p *place) keep() *place {
	p.users++
	return p
}

func (p *place) release() {
	if p.users--; p.users == 0 {
		p.run.open--
		p.from.close()
		p.to.close()
	}
}

// parents opens the parent directories of a selected path and of its target. It makes the target's
// parents if they do not exist. It returns the place and the name of the path in it. Differences
// between existing parents and their sources become warnings of the result.
func (r *run) parents(result *Result, unit string) (*place, string, error) {
	from, name, err := r.sources.entry(unit)
	if err != nil {
		return nil, "", fmt.Errorf("open its parent directory: %w", err)
	}
	p, err := r.placeOf(result, path.Dir(unit), from, name)
	return p, name, err
}

// placeOf returns the place of a directory. It closes from, or stores it in the place. Places for
// roots (name ".") are not shared.
func (r *run) placeOf(result *Result, source string, from dir, name string) (*place, error) {
	if p := r.places[source]; p != nil && name != "." {
		from.close()
		return p.keep(), nil
	}
	p := r.newPlace(from, absolute(source))
	if err := r.target(result, p); err != nil {
		p.release()
		return nil, err
	}
	if name != "." {
		r.places[source] = p.keep() // until the batch is done
	}
	return p, nil
}

// target opens the directory in storage for a place's source and its staging directory. It makes
// missing directories on the way.
func (r *run) target(result *Result, p *place) (err error) {
	if p.to, err = r.storage.dir(".", beneath); err != nil {
		return fmt.Errorf("open storage %s: %w", r.path, err)
	}
	if p.staging, err = r.stagingOf(p.to, nil); err != nil {
		return err
	}
	for source := range paths.FromTop(join(p.path.String(), "x")) {
		above := p.to
		p.to, err = r.enterParent(above, p.staging, source)
		above.close()
		var differs *Problem
		if err == nil {
			differs, err = r.compare(p, p.to, source)
		}
		if err != nil {
			return fmt.Errorf("create %s: %w", path.Join(r.path, source), err)
		}
		if differs != nil && !r.differing[source] {
			r.differing[source] = true
			result.Warnings = append(result.Warnings, *differs)
		}
		if p.staging, err = r.stagingOf(p.to, absolute(source)); err != nil {
			return err
		}
	}
	return nil
}

// enterParent opens the directory in storage for a source, and makes it if it does not exist.
func (r *run) enterParent(above dir, staging *stagingDir, source string) (dir, error) {
	name := path.Base(source)
	to, err := above.dir(name, beneath)
	if !errors.Is(err, unix.ENOENT) {
		return to, err
	}
	if err := r.makeParent(above, staging, source); err != nil {
		return dir{fd: -1}, err
	}
	return above.dir(name, beneath)
}

// makeParent makes a directory with the attributes of the source. It is made in the staging
// directory first, so it never has the wrong mode or owner under its real name.
func (r *run) makeParent(above dir, staging *stagingDir, source string) error {
	from, err := r.sources.dir(source)
	if err != nil {
		return err
	}
	defer from.close()
	st, err := fstat(from.fd)
	if err != nil {
		return err
	}
	stage := r.nextStage()
	to, err := staging.makeDir(stage)
	if err != nil {
		return err
	}
	defer to.close()
	err = attributes(to.fd, from.fd, &st, from.limits)
	if err == nil {
		err = to.sync()
	}
	if err == nil {
		err = staging.place(stage, above, path.Base(source))
	}
	if err != nil {
		_ = staging.remove(stage)
		if errors.Is(err, unix.EEXIST) { // another process has made it
			return nil
		}
		return err
	}
	if st, err = fstat(to.fd); err != nil {
		return err
	}
	r.created = append(r.created, createdParent{source, inodeOf(&st)})
	return above.sync()
}

// makeDir makes a directory that only the current user may enter, and opens it. It sets the mode
// again, because the umask may have removed permissions.
func (d dir) makeDir(name string) (dir, error) {
	if err := retried(func() error { return unix.Mkdirat(d.fd, name, 0o700) }); err != nil {
		return dir{}, fmt.Errorf("create: %w", err)
	}
	made, err := d.dir(name, sameMount)
	if errors.Is(err, unix.EACCES) {
		made, err = d.private(name)
	} else if err == nil {
		if err = chmod(made.fd, procPath(made.fd), unix.S_IRWXU); err != nil {
			made.close()
		}
	}
	if err == nil {
		made.own = true
		if err = dropInherited(made.fd); err != nil {
			made.close()
		}
	}
	if err != nil {
		_ = unix.Unlinkat(d.fd, name, unix.AT_REMOVEDIR)
		return dir{}, fmt.Errorf("create: %w", err)
	}
	return made, nil
}

// createdParent is a directory that this run made above a target.
type createdParent struct {
	source string
	inode  inode
}

// dropParents removes directories that were made for a target that could not be put in place.
// Directories that are not empty stay.
func (r *run) dropParents() {
	for _, made := range slices.Backward(r.created) {
		above, err := r.storage.below(path.Dir(made.source))
		if err != nil {
			continue
		}
		if st, err := above.stat(path.Base(made.source)); err == nil && inodeOf(&st) == made.inode {
			_ = unix.Unlinkat(above.fd, path.Base(made.source), unix.AT_REMOVEDIR)
		}
		above.close()
	}
}
