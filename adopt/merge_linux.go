package adopt

import (
	"context"
	"slices"

	"golang.org/x/sys/unix"
)

// mergeLevel is a directory that is there already and gets what it lacks, on the way to the
// one where a merge is.
type mergeLevel struct {
	in    *place
	names []string // those that have not been put
	// from and to are the directory's inodes, here and in storage.
	from, to  inode
	suspended bool
}

// merge adds what a directory that is there already lacks, and what those below it lack. It
// holds the last mostOpenLevels directories on its way open, and the one where it is.
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
	for _, l := range levels { // what is left when it was interrupted
		if !l.suspended {
			l.in.release()
		}
	}
}

// enter opens a directory that is in storage already, and its source.
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
	area, err := r.areaOf(to, inSource)
	if err != nil {
		from.close()
		to.close()
		result.failAt(inSource.String, err)
		return nil
	}
	in := r.newPlace(from, inSource)
	in.to, in.area = to, area
	gains, err := gainsBetween(from, to, r.path, inSource)
	if err != nil {
		result.failAt(inSource.String, err)
		in.release()
		return nil
	}
	in.gains = withGains(at.gains, gains)
	return in
}

// mergeLevel compares a directory with the one in storage, and lists it.
func (r *run) mergeLevel(result *Result, in *place) mergeLevel {
	l := mergeLevel{in: in}
	if differs, err := differingAttributes(in.from.fd, in.to.fd, in.from.limits); err != nil || differs != "" {
		if err == nil {
			err = differsError(differs)
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

// suspend lets go of the place, which is then closed unless a unit needs it.
func (l *mergeLevel) suspend() {
	l.suspended = true
	l.in.release()
}

// resume opens the place again, from one in it that is open.
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
