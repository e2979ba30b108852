package scan

import (
	"context"
	"sync"
)

// Extent is how much there is of something.
type Extent struct {
	Files int
	// Bytes is the sum of the sizes.
	Bytes int64
}

// Excluded counts what the policy excludes in each of the directories: what comes
// along when they are kept whole. With [TagsSkipped] that is also what lies in
// directories with a CACHEDIR.TAG. Kinds are those of Options; Keep is not asked.
// The directories are units of a [Rollup], so that nothing in them is persisted,
// mounted or included, and none lies in another. They are walked without
// excludes, all in one walk.
func Excluded(ctx context.Context, opts Options, dirs []string) ([]Extent, Stats, error) {
	c := &excludedCounter{
		policy: opts.Policy, skipTagged: opts.Tags == TagsSkipped,
		whole: NewPolicy(Rules{Roots: dirs}), units: map[*mark]int32{},
		extents: make([]Extent, len(dirs)),
	}
	if c.policy == nil {
		c.policy = NewPolicy(Rules{})
	}
	if len(dirs) == 0 { // no roots would mean "/"
		return nil, Stats{}, ctx.Err()
	}
	c.whole.hidden = c.policy.hidden
	for i, dir := range dirs {
		c.units[c.whole.marks.find(dir)] = int32(i)
	}
	if opts.Tags == TagsSkipped {
		opts.Tags = TagsMarked
	}
	opts.Policy, opts.Info, opts.Keep = c.whole, true, nil
	stats, err := Walk(ctx, opts, c.visit)
	return c.extents, stats, err
}

// excludedCounter walks by one policy, without excludes, and judges by another.
type excludedCounter struct {
	policy, whole *Policy
	skipTagged    bool
	units         map[*mark]int32

	mu      sync.Mutex // guards what is below
	extents []Extent
	dirs    []excludedDir // by number
}

// excludedDir is a directory of the walk: what the judging policy knows of it, its
// mark in the walking one, and the unit that it belongs to, or -1.
type excludedDir struct {
	at   place
	mark *mark
	unit int32
}

func (c *excludedCounter) visit(d *Dir) {
	in := c.enter(d)
	if in.unit < 0 {
		return
	}
	var sum Extent
	for rest := d.records; len(rest) > 0; {
		var r record
		r, rest = nextRecord(rest)
		if r.descend() || r.kind() == KindDir {
			continue
		}
		class, _ := c.policy.step(in.at, r.name, false)
		if class == ClassExcluded || c.skipTagged && d.Tagged {
			sum.Files++
			sum.Bytes += decodeInfo(r.info).Size
		}
	}
	if sum.Files > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.extents[in.unit].Files += sum.Files
		c.extents[in.unit].Bytes += sum.Bytes
	}
}

// enter notes a directory of the walk, whose parent has been noted before.
func (c *excludedCounter) enter(d *Dir) excludedDir {
	in := excludedDir{at: c.policy.start(), mark: c.whole.marks, unit: -1}
	if d.ID != 0 {
		c.mu.Lock()
		parent := c.dirs[d.Parent]
		c.mu.Unlock()
		_, in.at = c.policy.step(parent.at, d.Name, true)
		in.mark, in.unit = parent.mark.child(d.Name), parent.unit
	}
	if unit, ok := c.units[in.mark]; ok && in.mark != nil {
		in.unit = unit
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if missing := int(d.ID) + 1 - len(c.dirs); missing > 0 {
		c.dirs = append(c.dirs, make([]excludedDir, missing)...)
	}
	c.dirs[d.ID] = in
	return in
}
