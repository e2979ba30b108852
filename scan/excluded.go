package scan

import (
	"cmp"
	"context"
	"path/filepath"
	"sync"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Extent is a number of files and their total size.
type Extent struct {
	Files int
	// Bytes is the sum of the sizes.
	Bytes int64
}

// Along is what is not listed in a directory, but kept with it if the whole directory is kept.
type Along struct {
	// Excluded counts the files that the policy excludes or hides.
	Excluded Extent
	// Linked counts the symlinks into the Nix store or into storage, of [ClassLinked]. A boot makes them
	// again; what is mounted on the directory hides the new ones. It is 0 without Options.Linked.
	Linked int
}

// Excluded counts in each of the directories what is kept with the whole directory. With
// [TagsSkipped], files in directories with a CACHEDIR.TAG are counted as excluded. Options.Kinds
// applies, except to Along.Linked; Options.Keep is not called. The directories must be units of a
// [Rollup], so nothing in them is persisted, mounted or included, and no directory is in another.
// Excluded reads all of them in one walk, without excludes.
func Excluded(ctx context.Context, opts Options, dirs []string) ([]Along, Stats, error) {
	c := &excludedCounter{
		policy: opts.Policy, skipTagged: opts.Tags == TagsSkipped, dirNames: dirs,
		kinds:  cmp.Or(opts.Kinds, KindsOf(KindFile)),
		units:  map[*ruleNode]int32{},
		counts: make([]Along, len(dirs)),
		tagged: map[string]bool{},
	}
	if c.policy == nil {
		c.policy = NewPolicy(Rules{})
	}
	rules := Rules{Roots: dirs}
	if c.policy != nil && len(c.policy.overlays) > 0 { // mounts say where these end
		rules.Overlays, rules.Mounts = c.policy.overlays, c.policy.mounts
	}
	c.whole = NewPolicy(rules)
	if len(dirs) == 0 { // no roots would mean "/"
		return nil, Stats{}, ctx.Err()
	}
	c.whole.storage, c.whole.classes = c.policy.storage, c.policy.classes
	for i, dir := range dirs {
		c.units[c.whole.marks.find(dir)] = int32(i)
	}
	if c.skipTagged || c.policy.hide {
		opts.Tags = TagsMarked
	}
	opts.Policy, opts.Info, opts.Keep, opts.NonCandidates = c.whole, true, nil, false
	opts.Kinds = c.kinds
	if opts.Linked {
		opts.Kinds |= KindsOf(KindSymlink)
	}
	w := newWalk(opts)
	if w.visit, w.wants = c.visit, c.wants; opts.Linked {
		w.linked = c.countLinked
	}
	stats, err := w.run(ctx)
	return c.counts, stats, err
}

// excludedCounter walks with one policy, which excludes nothing, and counts with another.
type excludedCounter struct {
	policy, whole *Policy
	skipTagged    bool
	kinds         Kinds // that are counted as excluded
	dirNames      []string
	units         map[*ruleNode]int32

	mu     sync.Mutex // guards the fields below
	counts []Along
	dirs   []excludedDir // indexed by Dir.ID
	tagged map[string]bool
}

// excludedDir is a directory of the walk: its place in the counting policy, its node in the walking
// policy, and the unit to which it belongs, or -1.
type excludedDir struct {
	at    place
	mark  *ruleNode
	unit  int32
	noted bool
}

func (c *excludedCounter) visit(d *Dir) {
	in := c.enter(d.ID, d.Parent, d.Name, d.Tagged)
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
		excluded := &c.counts[in.unit].Excluded
		excluded.Files += sum.Files
		excluded.Bytes = sizes.Add(excluded.Bytes, sum.Bytes)
	}
}

// wants reports whether the counting policy excludes a candidate of the walk.
func (c *excludedCounter) wants(n *node, name []byte, kind Kind) bool {
	if !c.kinds.Has(kind) {
		return false
	}
	if c.skipTagged && n.at.tagged {
		return true
	}
	in := c.enterNode(n)
	if in.unit < 0 {
		return false
	}
	class, _ := c.policy.step(in.at, name, kind)
	return class == ClassExcluded || class == ClassHidden
}

// countLinked counts a symlink of ClassLinked.
func (c *excludedCounter) countLinked(n *node) {
	if in := c.enterNode(n); in.unit >= 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.counts[in.unit].Linked++
	}
}

// enterNode is enter for a directory that is being read.
func (c *excludedCounter) enterNode(n *node) excludedDir {
	parent := uint32(0)
	if n.parent != nil {
		parent = n.parent.id
	}
	return c.enter(n.id, parent, n.name, n.at.tagged)
}

// enter records a directory of the walk if it is not recorded yet. Its parent must be recorded.
func (c *excludedCounter) enter(id, parentID uint32, name []byte, tagged bool) excludedDir {
	c.mu.Lock()
	defer c.mu.Unlock()
	if int(id) < len(c.dirs) && c.dirs[id].noted {
		return c.dirs[id]
	}
	in := excludedDir{at: c.policy.start(), mark: c.whole.marks, unit: -1, noted: true}
	if id != 0 {
		parent := &c.dirs[parentID]
		_, in.at = c.policy.step(parent.at, name, KindDir)
		in.mark, in.unit = parent.mark.child(name), parent.unit
	}
	if unit, ok := c.units[in.mark]; ok {
		in.unit = unit
		tagged = c.policy.hide && c.inTagged(c.dirNames[unit]) // this walk reads no tag in or above its roots
	}
	if tagged && c.policy.hide {
		in.at.class = c.policy.known.Tag(in.at.class)
	}
	if missing := int(id) + 1 - len(c.dirs); missing > 0 {
		c.dirs = append(c.dirs, make([]excludedDir, missing)...)
	}
	c.dirs[id] = in
	return in
}

// inTagged reports whether a directory, or one above that a walk reads, has a valid CACHEDIR.TAG. A
// tag in a root does not count.
func (c *excludedCounter) inTagged(dir string) bool {
	if answer, ok := c.tagged[dir]; ok {
		return answer
	}
	answer := dir != "/" && c.inTagged(filepath.Dir(dir))
	// Roots are not candidates, and other directories are not read.
	if class := c.policy.Judge(dir, KindDir).Class; !answer && (class.Listed() || class == ClassHidden) {
		answer = known.Tagged(dir)
	}
	c.tagged[dir] = answer
	return answer
}
