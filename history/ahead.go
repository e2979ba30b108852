package history

import "bytes"

// The size of a chunk. With two chunks for each of five listings, that is under one MiB.
const (
	chunkItems = 512
	chunkBytes = 32 << 10 // of paths; usual ones have some 60 bytes
)

// chunk contains entries that were read ahead, and their paths.
type chunk struct {
	items []Item
	paths []byte
	err   error // ends the listing after the entries
}

// fits reports whether one more path fits.
func (c *chunk) fits(path []byte) bool {
	return len(c.items) < chunkItems && len(path) <= cap(c.paths)-len(c.paths)
}

// add copies an entry. A path that does not fit in an empty chunk makes it larger.
func (c *chunk) add(item *Item) {
	if len(c.items) == 0 {
		c.paths = c.paths[:0]
	}
	start := len(c.paths)
	c.paths = append(c.paths, item.Path...)
	with := *item
	with.Path = c.paths[start:len(c.paths):len(c.paths)]
	c.items = append(c.items, with)
}

// ahead reads a listing ahead in a goroutine of its own, chunk by chunk. Against iter.Pull, which
// switches goroutines for each entry, it lets the listings run in parallel.
type ahead struct {
	full, free chan *chunk
	stop       chan struct{}

	// The rest belongs to the goroutine that calls next.
	chunk *chunk
	at    int
	item  *Item // nil before the first entry and after the last one
}

func newAhead(stop chan struct{}) *ahead {
	a := &ahead{full: make(chan *chunk), free: make(chan *chunk, 2), stop: stop}
	for range cap(a.free) {
		a.free <- &chunk{items: make([]Item, 0, chunkItems), paths: make([]byte, 0, chunkBytes)}
	}
	return a
}

// read reads the listing to its end, or until stop is closed.
func (a *ahead) read(l Listing) {
	defer close(a.full)
	c, last := <-a.free, []byte(nil)
	var some bool
	for item, err := range l {
		if err == nil && some && bytes.Compare(item.Path, last) <= 0 {
			err = ErrOrder
		}
		if err != nil {
			c.err = err
			break
		}
		if !c.fits(item.Path) && len(c.items) > 0 {
			if c = a.swap(c); c == nil {
				return
			}
		}
		c.add(&item)
		last, some = c.items[len(c.items)-1].Path, true
	}
	a.swap(c)
}

// swap hands over a full chunk and returns an empty one, or nil if stop is closed.
func (a *ahead) swap(c *chunk) *chunk {
	select {
	case a.full <- c:
	case <-a.stop:
		return nil
	}
	select {
	case c = <-a.free:
		return c
	case <-a.stop:
		return nil
	}
}

// next goes to the next entry. The one before stays valid until the chunk after its own is read.
func (a *ahead) next() error {
	for a.at++; a.chunk == nil || a.at >= len(a.chunk.items); a.at = 0 {
		if a.chunk != nil {
			if a.item = nil; a.chunk.err != nil {
				return a.chunk.err
			}
			a.chunk.items = a.chunk.items[:0]
			a.free <- a.chunk
		}
		var more bool
		if a.chunk, more = <-a.full; !more {
			a.chunk, a.item = nil, nil
			return nil
		}
	}
	a.item = &a.chunk.items[a.at]
	return nil
}
