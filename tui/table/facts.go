package table

import (
	"sync"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/tui/places"
)

// FactCache remembers what is known of paths. Commands fill it, and rows are drawn from it. It is
// safe for concurrent use.
type FactCache struct {
	machine Source
	mu      sync.RWMutex
	known   map[string]places.Facts
}

// NewFactCache returns an empty cache.
func NewFactCache(machine Source) *FactCache {
	return &FactCache{machine: machine, known: map[string]places.Facts{}}
}

// Cached returns the facts of a path if they are known.
func (c *FactCache) Cached(path []byte) (places.Facts, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	found, known := c.known[string(path)]
	return found, known
}

// Of returns the facts of a path. It may read files of the system.
func (c *FactCache) Of(path []byte) places.Facts {
	if found, known := c.Cached(path); known {
		return found
	}
	found := c.machine.Place(string(path))
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) > mostFacts {
		clear(c.known)
	}
	c.known[string(path)] = found
	return found
}

// mostFacts is the maximum number of cached facts, some 50 MB.
const mostFacts = 300_000

// Lookup returns the facts of a node if they are known.
func (c *FactCache) Lookup(l *index.Listing, node uint32) places.Facts {
	found, _ := c.Cached(l.AppendNode(nil, node))
	return found
}

// Owners returns the owners of places.
func (c *FactCache) Owners() index.Owners {
	return index.Owners{Splits: c.machine.Splits, Of: func(path string) (index.Owner, int) {
		found := c.Of([]byte(path))
		return found.Owner, found.Kept
	}}
}
