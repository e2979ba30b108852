package adopt

import (
	"context"
	"slices"

	"golang.org/x/sys/unix"
)

// mergeLevel is an existing directory that gets missing entries, on the way down to the current
// directory of a merge.
type mergeLevel struct {
	in    *place
	names []string // not handled yet
	// from and to are the inodes of the directory in the source and in storage.
	from, to  inode
	suspended bool
}

// merge adds the missing entries of an existing directory and of the directories below it. It keeps
// its current directory and the last mostOpenLevels directories above open.
func (r *run) merge(ctx context.Context, result *Result, in *place) {
	levels := []mergeLevel{r.mergeLevel(result, in)}
	for len(levels) > 0 {
		n := len(levels) - 1
		l := &levels[n]
		if len(l.names) > 0 && ctx.Err() != nil {
			result.failAt(l.in.path.child(l.names[0]).String, ctx.Err())
			break
		}
		if len(l.names) == 0 {
			if n > 0 && levels[n-1].suspended {
				if err := levels[n-1].resume(l.in); err != nil {
					result.failAt(levels[n-1].in.path.String, err)
					break
				}
			}
			l.in.release()
			levels = levels[:n]
			continue
		}
		name := l.names[0]
		l.names = l.names[1:]
		sub := r.adoptEntry(ctx, result, l.in, name, name)
		if sub == nil {
			continue
		}
		levels = append(levels, r.mergeLevel(result, sub))
		if i := n - mostOpenLevels; i >= 0 {
			levels[i].suspend()
		}
	}
	for _, l := range levels { // those left after an interruption
		if !l.suspended {
			l.in.release()
		}
	}
}

// enter opens an existing directory in storage, and its source.
func (r *run) enter(result *Result, at *place, source, name string) *place {
	inSource := at.path.child(name)
	from, err := at.from.sourceDir(source)
	if err != nil {
		result.failAt(inSource.String, err)
		return nil
	}
	to, err := at.to.dir(name, beneath)
	if err != nil {
		from.close()
		result.failAt(inSource.String, err)
		return nil
	}
	staging, err := r.stagingOf(to, inSource)
	if err != nil {
		from.close()
		to.close()
		result.failAt(inSource.String, err)
		return nil
	}
	in := r.newPlace(from, inSource)
	in.to, in.staging = to, staging
	gains, err := gainsBetween(from, to, r.path, inSource)
	if err != nil {
		result.failAt(inSource.String, err)
		in.release()
		return nil
	}
	in.gains = withGains(at.gains, gains)
	return in
}

// mergeLevel compares the attributes of a directory with the one in storage, and lists it.
func (r *run) mergeLevel(result *Result, in *place) mergeLevel {
	l := mergeLevel{in: in}
	if differs, err := differingAttributes(in.from.fd, in.to.fd, in.from.limits); err != nil || differs != "" {
		if err == nil {
			err = differsError{differs, r.path == "/"}
		}
		result.failAt(in.path.String, err)
	}
	from, err := fstat(in.from.fd)
	if err != nil {
		result.failAt(in.path.String, err)
		return l
	}
	to, err := fstat(in.to.fd)
	if err != nil {
		result.failAt(in.path.String, err)
		return l
	}
	l.from, l.to = inodeOf(&from), inodeOf(&to)
	if l.names, err = in.from.names(); err != nil {
		result.failAt(in.path.String, err)
	}
	slices.Sort(l.names)
	return l
}

// suspend releases the place, which is then closed unless a unit needs it.
func (l *mergeLevel) suspend() {
	l.suspended = true
	l.in.release()
}

// resume opens the place again, as the parent of an open place in it.
func (l *mergeLevel) resume(kid *place) error {
	l.suspended = false
	if l.in.users > 0 {
		l.in.keep()
		return nil
	}
	from, err := kid.from.parent(l.from, unix.O_PATH)
	if err != nil {
		l.suspended = true
		return err
	}
	to, err := kid.to.parent(l.to, unix.O_RDONLY)
	if err != nil {
		from.close()
		l.suspended = true
		return err
	}
	l.in.from, l.in.to, l.in.users = from, to, 1
	l.in.run.open++
	return nil
}
