package trash

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// newManifest is the name of a manifest that is not valid: before anything is moved, and after the
// batch has become empty.
const newManifest = "manifest.new"

// Move moves paths below a storage path into its trash, as a batch with the date now, and returns
// the result for each path. The paths must be absolute and clean. Move returns an error if nothing
// could be done. If ctx is cancelled, it returns the results so far and ctx's error.
func Move(ctx context.Context, storage string, paths []string, now time.Time) ([]Result, error) {
	s, err := openStore(storage)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.lock(); err != nil {
		return nil, err
	}
	batch, err := s.newBatch(now)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path.Join(s.path, Name), err)
	}
	defer s.dropEmpty(batch)
	results := make([]Result, len(paths))
	for i, name := range paths {
		results[i] = s.planned(name, batch, i+1)
	}
	if err := s.writeManifest(batch, results); err != nil {
		return nil, fmt.Errorf("write %s: %w", path.Join(s.path, Name, batch, manifestName), err)
	}
	for i := range results {
		if err := ctx.Err(); err != nil {
			return results[:i], err
		}
		if r := &results[i]; r.Err == nil {
			r.Err = s.move(&r.Item)
		}
	}
	return results, nil
}

// newBatch makes the directory of a batch.
func (s *store) newBatch(now time.Time) (string, error) {
	trash, err := s.trash("", true)
	if err != nil {
		return "", err
	}
	name := now.UTC().Format(layout)
	for i := 1; ; i++ {
		batch := name
		if i > 1 {
			batch += "-" + strconv.Itoa(i)
		}
		err := retried(func() error { return unix.Mkdirat(trash.fd, batch, 0o700) })
		if !errors.Is(err, unix.EEXIST) {
			return batch, err
		}
	}
}

// planned returns the item that a path will become, or an error if it cannot be moved.
func (s *store) planned(name, batch string, number int) Result {
	item := Item{Path: name, Batch: batch, name: strconv.Itoa(number)}
	rel, err := s.relative(name)
	if err != nil {
		return Result{Item: item, Err: err}
	}
	item.rel = rel
	parent, subvolume, err := s.parent(rel)
	if err != nil {
		return Result{Item: item, Err: err}
	}
	defer parent.close()
	if _, err := parent.stat(path.Base(rel)); err != nil {
		return Result{Item: item, Err: err}
	}
	item.in = subvolume
	item.At = path.Join(s.path, subvolume, Name, batch, item.name)
	return Result{Item: item}
}

// writeManifest writes the manifest and makes the parts of the batch before anything is moved. The
// parts exist before the manifest is valid. So a part that is missing later has been hidden or
// renamed, and was not just never made.
func (s *store) writeManifest(batch string, results []Result) error {
	in, err := s.batch("", batch, true)
	if err != nil {
		return err
	}
	for ok := false; !ok; ok = s.makeParts(batch, results) {
		if err := in.unlink(newManifest, 0); err != nil && !errors.Is(err, unix.ENOENT) {
			return err
		}
		if err := in.writeFile(newManifest, textOf(results)); err != nil {
			return err
		}
	}
	if err := in.rename(newManifest, in, manifestName); err != nil {
		return err
	}
	return retried(func() error { return unix.Fsync(in.fd) })
}

// textOf returns the text of a manifest.
func textOf(results []Result) (text []byte) {
	for i := range results {
		if results[i].Err == nil {
			text = results[i].appendTo(text)
		}
	}
	return text
}

// makeParts makes the parts of a batch and reports whether all could be made. Items of other parts
// get an error.
func (s *store) makeParts(batch string, results []Result) bool {
	ok := true
	for i := range results {
		if r := &results[i]; r.Err == nil {
			_, r.Err = s.batch(r.in, batch, true)
			ok = ok && r.Err == nil
		}
	}
	return ok
}

// writeFile makes a file and syncs it.
func (d dir) writeFile(name string, text []byte) error {
	var fd int
	if err := retried(func() (err error) {
		fd, err = unix.Openat(d.fd, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
		return err
	}); err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), name)
	_, err := f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return bare(err)
}

// move moves one path to its place in the manifest.
func (s *store) move(item *Item) error {
	to, err := s.batch(item.in, item.Batch, false)
	if err != nil {
		return err
	}
	from, subvolume, err := s.parent(item.rel)
	if err != nil {
		return err
	}
	defer from.close()
	if subvolume != item.in {
		return unix.EXDEV
	}
	return explained(from.rename(path.Base(item.rel), to, item.name))
}

// explained adds the reason in plain words to an error of rename(2).
func explained(err error) error {
	switch {
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("something is mounted there: %w", err)
	case errors.Is(err, unix.EEXIST):
		return fmt.Errorf("another file is in its place and is not replaced: %w", err)
	}
	return err
}
