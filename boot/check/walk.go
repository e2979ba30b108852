package check

import (
	"errors"
	"path"

	"github.com/DaRacci/list-ephemeral/internal/rootfs"
)

// mostFindings is how many findings of one check are kept. Beyond that number they usually have
// the same cause.
const mostFindings = 100

// walk visits the entries below a directory, level by level, on one mount.
type walk struct {
	c *checker
	r *Result
	// depth is how many levels are read, and left how many entries may still be visited.
	depth, left int
	// visit is called for each entry, and reports whether a directory is to be entered.
	visit func(name string, e rootfs.Entry) (enter bool)
}

// below walks a directory. It does not enter other mounts or symlinks. What cannot be read is a gap
// of the result.
func (w *walk) below(top string) {
	mount := w.c.Table.At(top)
	if !w.c.answers(top) {
		return
	}
	level := []string{top}
	for depth := 0; depth < w.depth && len(level) > 0; depth++ {
		var next []string
		for _, dir := range level {
			if w.left <= 0 || w.c.ctx.Err() != nil {
				w.r.gap(TooMany, nil)
				return
			}
			next = append(next, w.dir(dir, func(name string) bool { return w.c.Table.At(name) == mount })...)
		}
		level = next
	}
}

// dir visits the entries of a directory, and returns those to be entered.
func (w *walk) dir(dir string, same func(name string) bool) (enter []string) {
	entries, err := w.c.files.List(dir, w.left)
	if errors.Is(err, rootfs.ErrTooMany) {
		w.r.gap(TooMany, nil)
	} else {
		w.r.unread(err)
	}
	for _, e := range entries {
		w.left--
		name := path.Join(dir, e.Name)
		if !same(name) {
			continue
		}
		if w.visit(name, e) && e.Type.IsDir() && len(w.r.Findings) < mostFindings {
			enter = append(enter, name)
		}
	}
	return enter
}
