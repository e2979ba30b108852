package check

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/rootfs"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// From these shares of a tree in memory on, in percent, a check warns or fails. Programs fail
// with ENOSPC at 100.
const (
	nearlyFull = 80
	full       = 95
)

// Limits of the walk for the largest directories: entries, levels, and directories that are
// named. Sizes count for the directory on this level, such as /var/log/journal.
const (
	mostSized    = 200_000
	sizedLevels  = 24
	namedLevels  = 3
	mostLargest  = 3
	statfsBlocks = 512 // the unit of st_blocks in bytes, inode(7)
)

// memoryFill checks how full the trees in memory are that hold data.
func (c *checker) memoryFill(r *Result) {
	for _, tree := range c.Trees.All() {
		if tree.Fate != boot.Wiped || tree.Role != boot.RoleData || tree.FSType != "tmpfs" || tree.Alias != "" || tree.File {
			continue
		}
		var st unix.Statfs_t
		if err := unix.Statfs(tree.Point, &st); err != nil {
			r.unread(err)
			continue
		}
		f, ok := fill(&st)
		if !ok {
			continue // without a limit
		}
		f.Path = tree.Point
		r.add(f)
		if f.Severity > OK {
			c.largest(r, tree, f.Severity)
		}
	}
}

// fill returns what is scarcer, space or inodes. A tmpfs without a limit has none of them.
func fill(st *unix.Statfs_t) (f Finding, ok bool) {
	share := func(free, all uint64) float64 {
		if all == 0 || free > all {
			return 0
		}
		return 100 * float64(all-free) / float64(all)
	}
	if st.Blocks == 0 && st.Files == 0 {
		return f, false
	}
	space, inodes := share(st.Bfree, st.Blocks), share(st.Ffree, st.Files)
	f = Finding{Kind: MemoryUsed, Severity: OK, Used: sizes.Times(st.Blocks-min(st.Bfree, st.Blocks), st.Bsize), Size: sizes.Times(st.Blocks, st.Bsize)}
	if inodes > space {
		f.Inodes, f.Used, f.Size = true, int64(st.Files-st.Ffree), int64(st.Files)
	}
	switch most := max(space, inodes); {
	case most >= full:
		f.Severity = Failure
	case most >= nearlyFull:
		f.Severity = Warning
	}
	return f, true
}

// sized is a directory with the size of the files below it.
type sized struct {
	path  string
	bytes int64
	files int
}

// largest adds the largest directories of a tree.
func (c *checker) largest(r *Result, tree boot.Tree, severity Severity) {
	dirs := map[string]*sized{}
	inner := Result{}
	w := walk{c: c, r: &inner, depth: sizedLevels, left: mostSized}
	w.visit = func(name string, _ rootfs.Entry) bool {
		if st, err := c.lstat(name); err == nil && !isDir(&st) {
			dir := levelOf(path.Dir(name), tree.Point)
			if dirs[dir] == nil {
				dirs[dir] = &sized{path: dir}
			}
			dirs[dir].bytes = sizes.Add(dirs[dir].bytes, sizes.Times(uint64(st.Blocks), statfsBlocks))
			dirs[dir].files++
		}
		return true
	}
	w.below(tree.Point)
	var all []*sized
	for _, d := range dirs {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *sized) int { return cmp.Or(cmp.Compare(b.bytes, a.bytes), strings.Compare(a.path, b.path)) })
	for _, d := range all[:min(len(all), mostLargest)] {
		r.add(Finding{Kind: MemoryDirectory, Severity: severity, Path: d.path, Files: d.files, Bytes: d.bytes, More: inner.Gap != NoGap})
	}
	if inner.Gap != TooMany { // MemoryDirectory.More says it
		r.gap(inner.Gap, inner.Err)
	}
}

// levelOf returns the directory at or above one that counts for its size: namedLevels below top.
func levelOf(dir, top string) string {
	rel, _ := paths.Rel(dir, top)
	parts := strings.Split(rel, "/")
	return path.Join(top, path.Join(parts[:min(len(parts), namedLevels)]...))
}
