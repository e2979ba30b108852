package trash

import (
	"context"
	"errors"
	"fmt"
	"path"

	"golang.org/x/sys/unix"
)

// Restore moves items of the trash of a storage path back to their original paths and returns the
// result for each item. It replaces nothing and makes no directories. The error is as for Move.
func Restore(ctx context.Context, storage string, items []Item) ([]Result, error) {
	s, err := openStore(storage)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.lock(); err != nil {
		return nil, err
	}
	batches := map[string]bool{}
	for _, item := range items {
		batches[item.Batch] = true
	}
	defer func() {
		for batch := range batches {
			s.dropEmpty(batch)
		}
	}()
	var results []Result
	for _, item := range items {
		if err := ctx.Err(); err != nil {
			return results, err
		}
		results = append(results, Result{item, s.restore(&item)})
	}
	return results, nil
}

// restore moves one item back.
func (s *store) restore(item *Item) error {
	from, err := s.part(item)
	if err != nil {
		return err
	}
	to, _, err := s.parent(item.rel)
	if errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("open its parent directory: %w", err)
	}
	if err != nil {
		return err
	}
	defer to.close()
	if err := sameOwner(from, item.name, to); err != nil {
		return err
	}
	return explained(from.rename(item.name, to, path.Base(item.rel)))
}

// sameOwner refuses to restore an item into a directory that belongs to another user than the item
// and root, because users can replace a directory that only root could enter with their own.
func sameOwner(from dir, name string, to dir) error {
	var item, above unix.Stat_t
	if err := errors.Join(unix.Fstatat(from.fd, name, &item, unix.AT_SYMLINK_NOFOLLOW), unix.Fstat(to.fd, &above)); err != nil {
		return err
	}
	if above.Uid != 0 && above.Uid != item.Uid {
		return fmt.Errorf("its parent directory belongs to user %d, but the item belongs to user %d; move it by hand", above.Uid, item.Uid)
	}
	return nil
}
