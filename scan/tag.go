package scan

import (
	"strconv"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// asksTag reports whether a CACHEDIR.TAG in the directory would change anything.
func (k *worker) asksTag(n *node) bool {
	return (k.opts.Tags != TagsIgnored || k.policy.hide) && !n.at.tagged && (n.at.mark == nil || !n.at.mark.root)
}

// tag changes the place of a directory, which fd is open on, if it contains a valid CACHEDIR.TAG, and
// reports whether it does.
func (k *worker) tag(n *node, fd int32) bool {
	k.path = k.appendPath(k.path[:0], n)
	dir := string(k.path)
	if k.base != nil {
		dir = "/proc/self/fd/" + strconv.Itoa(int(fd))
	}
	if !known.Tagged(dir) {
		return false
	}
	n.at.tagged = true
	switch {
	case k.opts.Tags == TagsSkipped: // as if a pattern had excluded it: only included paths remain
		n.at.region = regionExcluded
	case k.policy.hide:
		n.at.class = k.policy.known.Tag(n.at.class)
	}
	return true
}

// collectTagged collects the entries again, because a tag was among them.
func (k *worker) collectTagged(n *node, fd int32, size int) {
	switch {
	case k.opts.Tags == TagsSkipped:
		k.entries, k.counted = k.entries[:0], Hidden{}
		if n.at.mark != nil {
			k.readMarked(n, fd)
		}
	case k.policy.hide:
		k.entries, k.counted = k.entries[:0], Hidden{}
		k.collect(n, fd, size)
	}
}
