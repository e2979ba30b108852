package trash

import (
	"context"
	"errors"
	"fmt"
	"path"

	"golang.org/x/sys/unix"
)

// Restore puts items of the trash of a storage path back where they were, and returns what
// became of each. Nothing is replaced, and no directory is made. The error is as for Move.
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

// restore puts one item back.
func (s *store) restore(item *Item) error {
	from, err := s.batch(item.in, item.Batch, false)
	if err != nil {
		return err
	}
	to, _, err := s.parent(item.rel)
	if errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("the directory that it was in is not there: %w", err)
	}
	if err != nil {
		return err
	}
	defer to.close()
	return explained(from.rename(item.name, to, path.Base(item.rel)))
}
