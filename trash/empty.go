package trash

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"

	"golang.org/x/sys/unix"
)

// Empty permanently removes batches from the trash of a storage path and returns the result for
// each item. The error is as for Move.
func Empty(ctx context.Context, storage string, batches []Batch) ([]Result, error) {
	s, err := openStore(storage)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.lock(); err != nil {
		return nil, err
	}
	var results []Result
	for _, b := range batches {
		for _, item := range b.Items {
			in, err := s.part(&item)
			if err == nil {
				err = s.remove(ctx, in, item.name)
			}
			if ctx.Err() != nil {
				return results, ctx.Err()
			}
			results = append(results, Result{item, err})
		}
		results = append(results, s.removeRest(ctx, &b)...)
		s.dropEmpty(b.Name)
	}
	return results, ctx.Err()
}

// removeRest removes what an earlier run has left of items: numbers that are not in the manifest.
func (s *store) removeRest(ctx context.Context, b *Batch) (failed []Result) {
	items, err := s.manifest(b.Name)
	if err != nil {
		return nil
	}
	known := map[string]bool{}
	for _, item := range items {
		known[item.in+"/"+item.name] = true
	}
	subvolumes, _, _ := s.subvolumes(b.Name)
	for _, subvolume := range subvolumes {
		in, err := s.batch(subvolume, b.Name, false)
		if err != nil {
			continue
		}
		names, _ := in.numbers()
		for _, name := range names {
			if known[subvolume+"/"+name] {
				continue
			}
			if err := s.remove(ctx, in, name); err != nil {
				at := path.Join(s.path, subvolume, Name, b.Name, name)
				failed = append(failed, Result{Item{Path: at, At: at, Batch: b.Name}, err})
			}
		}
	}
	return failed
}

// remove removes an entry of a part of a batch with everything in it.
func (s *store) remove(ctx context.Context, in dir, name string) error {
	names, err := in.numbers()
	if err != nil {
		return err
	}
	r := remover{ctx: ctx, top: in, last: firstDeep}
	for _, name := range names {
		n, _ := strconv.Atoi(name)
		r.last = max(r.last, n)
	}
	if err := r.remove(in, name, 0); err != nil {
		return err
	}
	for len(r.deep) > 0 {
		name := r.deep[0]
		r.deep = r.deep[1:]
		if err := r.remove(in, name, 0); err != nil {
			return err
		}
	}
	return nil
}

// remover removes a tree. Users may have directories in it open and rename entries in them during
// the removal. The remover uses descriptors, so it only removes entries of the opened directories.
type remover struct {
	ctx  context.Context
	top  dir
	last int      // the highest number in top
	deep []string // names in top of directories that were too deep
}

// firstDeep is the lower bound of the numbers of directories that are moved up. Items of a manifest
// have smaller numbers, so the leftovers of an interrupted run are never mistaken for items.
const firstDeep = 1 << 30

// mostDeep is how many directories are open at a time. Deeper directories are first moved up.
const mostDeep = 100

func (r *remover) remove(in dir, name string, depth int) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	err := in.unlink(name, 0)
	switch {
	case err == nil, errors.Is(err, unix.ENOENT):
		return nil
	case !errors.Is(err, unix.EISDIR) && !errors.Is(err, unix.EPERM):
		return fmt.Errorf("remove %q: %w", name, err)
	}
	sub, openErr := in.dir(name, sameMount)
	switch {
	case errors.Is(openErr, unix.EXDEV):
		return fmt.Errorf("remove %q: something is mounted there", name)
	case openErr != nil:
		return fmt.Errorf("remove %q: %w", name, err)
	}
	defer sub.close()
	if depth == mostDeep {
		r.last++
		deep := strconv.Itoa(r.last)
		if err := in.rename(name, r.top, deep); err != nil {
			return err
		}
		r.deep = append(r.deep, deep)
		return nil
	}
	if os.Geteuid() != 0 { // an ordinary user could not empty it otherwise
		_ = unix.Chmod("/proc/self/fd/"+strconv.Itoa(sub.fd), 0o700)
	}
	names, err := sub.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := r.remove(sub, name, depth+1); err != nil {
			return err
		}
	}
	if err := in.unlink(name, unix.AT_REMOVEDIR); err != nil {
		return fmt.Errorf("remove %q: %w", name, err)
	}
	return nil
}
