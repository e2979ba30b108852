package table

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

// CountExcluded counts the excluded files in a unit; see scan.Excluded. It reads all directories in it.
type CountExcluded func(ctx context.Context, dir string) scan.Extent

// ExcludedCache remembers the excluded files that are kept with places. Commands count them, one at a
// time, because a place can have a million. It is not safe for concurrent use.
type ExcludedCache struct {
	known   map[uint32]scan.Extent
	running bool
	gen     int
}

// Forget clears the cache, because nodes have new numbers after a rescan.
func (c *ExcludedCache) Forget() { *c = ExcludedCache{gen: c.gen + 1} }

// Of returns the sum of the excluded files of some nodes, and whether all of them have been counted.
func (c *ExcludedCache) Of(nodes ...uint32) (sum scan.Extent, all bool) {
	all = true
	for _, node := range nodes {
		found, known := c.known[node]
		sum.Files += found.Files
		sum.Bytes = sizes.Add(sum.Bytes, found.Bytes)
		all = all && (known || !index.IsDir(node))
	}
	return sum, all
}

// Begin returns the directories to count among some nodes. If there are some, nothing else is counted
// until Take is called with gen.
func (c *ExcludedCache) Begin(nodes []uint32) (gen int, wanted []uint32) {
	if c.running {
		return c.gen, nil
	}
	for _, node := range nodes {
		if _, known := c.known[node]; index.IsDir(node) && !known && len(wanted) < mostCounted {
			wanted = append(wanted, node)
		}
	}
	c.running = len(wanted) > 0
	return c.gen, wanted
}

// mostCounted is the maximum number of directories that one command counts.
const mostCounted = 1000

// Excluded are the excluded files of a directory.
type Excluded struct {
	Node uint32
	scan.Extent
}

// Take stores what was counted.
func (c *ExcludedCache) Take(gen int, counted []Excluded) {
	if gen != c.gen {
		return
	}
	c.running = false
	if c.known == nil || len(c.known) > mostKnown {
		c.known = map[uint32]scan.Extent{}
	}
	for _, found := range counted {
		c.known[found.Node] = found.Extent
	}
}

// Count counts the excluded files of directories, those with few candidates first, until some time has
// passed; the rest is left to the next command. A directory that splits is not kept as a whole, so it
// has none.
func (count CountExcluded) Count(ctx context.Context, l *index.Listing, splits func(dir string) bool, dirs []uint32) (counted []Excluded) {
	dirs = slices.Clone(dirs)
	slices.SortStableFunc(dirs, func(a, b uint32) int { return cmp.Compare(l.FilesOf(a), l.FilesOf(b)) })
	start := time.Now()
	for _, dir := range dirs {
		if ctx.Err() != nil || len(counted) > 0 && time.Since(start) > countTime {
			break
		}
		found := Excluded{Node: dir}
		if path := string(l.AppendNode(nil, dir)); !splits(path) {
			found.Extent = count(ctx, path)
		}
		counted = append(counted, found)
	}
	return counted
}

// countTime is how long Count works. The screen shows the result and then requests the rest.
const countTime = 100 * time.Millisecond
