package adopt

import "golang.org/x/sys/unix"

// mostOpenLevels is how many directories a walk keeps open, however deep it is: the last ones on
// the way down. The others are opened again, as the parent ("..") of an open directory, when the
// walk returns to them.
const mostOpenLevels = 3

// trail is the chain of directories from the start of a walk down to its current directory.
type trail struct {
	levels []trailLevel
	flags  int // for opening a directory again
}

// trailLevel is a directory on a trail. It is open unless it is above the last
// mostOpenLevels.
type trailLevel struct {
	dir   dir
	inode inode
}

// last returns the current directory of the walk.
func (t *trail) last() dir { return t.levels[len(t.levels)-1].dir }

// enter adds a directory. The trail closes it.
func (t *trail) enter(d dir) error {
	st, err := fstat(d.fd)
	if err != nil {
		d.close()
		return err
	}
	t.levels = append(t.levels, trailLevel{d, inodeOf(&st)})
	if i := len(t.levels) - 1 - mostOpenLevels; i >= 0 {
		t.levels[i].dir.close()
		t.levels[i].dir.fd = -1
	}
	return nil
}

// leave closes the last directory and opens the one above it if that is closed.
func (t *trail) leave() error {
	n := len(t.levels) - 1
	d := t.levels[n].dir
	defer d.close()
	t.levels = t.levels[:n]
	if n == 0 || t.levels[n-1].dir.fd >= 0 {
		return nil
	}
	above, err := d.parent(t.levels[n-1].inode, t.flags)
	if err == nil {
		t.levels[n-1].dir = above
	}
	return err
}

// close closes all directories.
func (t *trail) close() {
	for _, l := range t.levels {
		if l.dir.fd >= 0 {
			l.dir.close()
		}
	}
}

// notEntered is what the enter function of descend returns for an entry that is not to be entered.
var notEntered = dir{fd: -1}

// descend walks an entry of a directory and everything below it in depth-first order. It calls
// enter with each entry. To walk the entry too, enter returns it as an open directory, with its
// entries; otherwise it returns notEntered. descend calls leave after everything in the entry has
// been walked. Both functions get the parent directory of the entry. An error from either ends the
// walk. Neither the number of descriptors nor the call stack grows with the depth.
func descend[T any](top dir, entry T, enter func(in dir, entry T) (dir, []T, error), leave func(in dir, entry T) error) error {
	type level struct {
		entry T
		todo  []T
	}
	way := trail{flags: unix.O_PATH}
	defer way.close()
	var levels []level
	in := func() dir {
		if len(levels) == 0 {
			return top
		}
		return way.last()
	}
	visit := func(entry T) error {
		sub, todo, err := enter(in(), entry)
		if sub.fd < 0 {
			return err
		}
		if err != nil {
			sub.close()
			return err
		}
		if err := way.enter(sub); err != nil {
			return err
		}
		levels = append(levels, level{entry, todo})
		return nil
	}
	if err := visit(entry); err != nil {
		return err
	}
	for len(levels) > 0 {
		l := &levels[len(levels)-1]
		if len(l.todo) > 0 {
			next := l.todo[0]
			l.todo = l.todo[1:]
			if err := visit(next); err != nil {
				return err
			}
			continue
		}
		done := l.entry
		levels = levels[:len(levels)-1]
		if err := way.leave(); err != nil {
			return err
		}
		if err := leave(in(), done); err != nil {
			return err
		}
	}
	return nil
}
