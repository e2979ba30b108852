package scan

import (
	"context"
	"sync"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
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
		whole: NewPolicy(Rules{Roots: dirs}), units: map[*ruleNode]int32{},
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
	opts.Policy, opts.Info, opts.Keep, opts.Refused = c.whole, true, nil, false
	w := newWalk(opts)
	w.visit, w.wants = c.visit, c.wants
	stats, err := w.run(ctx)
	return c.extents, stats, err
}

// excludedCounter walks by one policy, without excludes, and judges by another.
type excludedCounter struct {
	policy, whole *Policy
	skipTagged    bool
	units         map[*ruleNode]int32

	mu      sync.Mutex // guards what is below
	extents []Extent
	dirs    []excludedDir // by number
}

// excludedDir is a directory of the walk: what the judging policy knows of it, its
// node in the walking one, and the unit that it belongs to, or -1.
type excludedDir struct {
	at    place
	mark  *ruleNode
	unit  int32
	noted bool
}

func (c *excludedCounter) visit(d *Dir) {
	in := c.enter(d.ID, d.Parent, d.Name)
	var sum Extent
	for rest := d.records; len(rest) > 0; {
		var r record
		r, rest = nextRecord(rest)
		if r.descend() || r.kind() == KindDir {
			continue
		}
		sum.Files++
		sum.Bytes = sizes.Add(sum.Bytes, decodeInfo(r.info).Size)
	}
	if sum.Files > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.extents[in.unit].Files += sum.Files
		c.extents[in.unit].Bytes = sizes.Add(c.extents[in.unit].Bytes, sum.Bytes)
	}
}

// wants reports whether a candidate of the walk is one that the policy excludes.
func (c *excludedCounter) wants(n *node, name []byte) bool {
	if c.skipTagged && n.at.tagged {
		return true
	}
	parent := uint32(0)
	if n.parent != nil {
		parent = n.parent.id
	}
	in := c.enter(n.id, parent, n.name)
	if in.unit < 0 {
		return false
	}
	class, _ := c.policy.step(in.at, name, false)
	return class == ClassExcluded
}

// enter notes a directory of the walk, unless it has been noted. Its parent has.
func (c *excludedCounter) enter(id, parentID uint32, name []byte) excludedDir {
	c.mu.Lock()
	defer c.mu.Unlock()
	if int(id) < len(c.dirs) && c.dirs[id].noted {
		return c.dirs[id]
	}
	in := excludedDir{at: c.policy.start(), mark: c.whole.marks, unit: -1, noted: true}
	if id != 0 {
		parent := &c.dirs[parentID]
		_, in.at = c.policy.step(parent.at, name, true)
		in.mark, in.unit = parent.mark.child(name), parent.unit
	}
	if unit, ok := c.units[in.mark]; ok {
		in.unit = unit
	}
	if missing := int(id) + 1 - len(c.dirs); missing > 0 {
		c.dirs = append(c.dirs, make([]excludedDir, missing)...)
	}
	c.dirs[id] = in
	return in
}
