package adopt

import (
	"errors"
	"fmt"
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// place is a directory that units are put into, with the source's at its side. It is
// closed when the last one who uses it lets go.
type place struct {
	from, to dir
	area     *stagingDir // to make things in
	path     *pathname   // of the source
	gains    []gain      // of directories in storage, from the top to this one
	users    int
	run      *run
}

// newPlace is used by whoever asks for it.
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

// parents opens the directory of a selected path and that of its target, which is made
// if need be, with all above it. It returns the name of the path there. How they differ
// goes to the result.
func (r *run) parents(result *Result, unit string) (*place, string, error) {
	from, name, err := r.sources.entry(unit)
	if err != nil {
		return nil, "", fmt.Errorf("open the directory it is in: %w", err)
	}
	p, err := r.placeOf(result, path.Dir(unit), from, name)
	return p, name, err
}

// placeOf returns the place of a directory, and closes from unless it is the place's. Those
// for roots have directories of their own.
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

// target opens the directory below the storage path that stands for a place's source,
// making what is missing on the way, and the area to make things for it in.
func (r *run) target(result *Result, p *place) (err error) {
	if p.to, err = r.storage.dir(".", beneath); err != nil {
		return fmt.Errorf("open storage %s: %w", r.path, err)
	}
	if p.area, err = r.areaOf(p.to, nil); err != nil {
		return err
	}
	for source := range paths.FromTop(join(p.path.String(), "x")) {
		above := p.to
		p.to, err = r.enterParent(above, p.area, source)
		above.close()
		var differs *Problem
		if err == nil {
			differs, err = r.compare(p, p.to, source)
		}
		if err != nil {
			return fmt.Errorf("make %s: %w", path.Join(r.path, source), err)
		}
		if differs != nil && !r.differing[source] {
			r.differing[source] = true
			result.Warnings = append(result.Warnings, *differs)
		}
		if p.area, err = r.areaOf(p.to, absolute(source)); err != nil {
			return err
		}
	}
	return nil
}

// enterParent opens a directory that stands for a source, and makes it if need be.
func (r *run) enterParent(above dir, area *stagingDir, source string) (dir, error) {
	name := path.Base(source)
	to, err := above.dir(name, beneath)
	if !errors.Is(err, unix.ENOENT) {
		return to, err
	}
	if err := r.makeParent(above, area, source); err != nil {
		return dir{fd: -1}, err
	}
	return above.dir(name, beneath)
}

// makeParent makes a directory like the source's: under another name first, so that it
// is never there with the wrong mode or owner.
func (r *run) makeParent(above dir, area *stagingDir, source string) error {
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
	to, err := area.makeDir(stage)
	if err != nil {
		return err
	}
	defer to.close()
	err = attributes(to.fd, from.fd, &st, from.limits)
	if err == nil {
		err = to.sync()
	}
	if err == nil {
		err = area.place(stage, above, path.Base(source))
	}
	if err != nil {
		_ = area.remove(stage)
		if errors.Is(err, unix.EEXIST) { // somebody else has made it
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

// makeDir makes a directory that only we may enter until it has its mode, and opens it. The
// umask may have taken permissions away.
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

// createdParent is a directory that was made above a target.
type createdParent struct {
	source string
	inode  inode
}

// dropParents removes the directories that were made for nothing: what was to go there
// could not be put in place. One with something in it stays.
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
