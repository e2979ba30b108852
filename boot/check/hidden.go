package check

import (
	"errors"
	"path"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// hiddenData finds files that a mount hides. Directories alone, empty files and links into the
// store are no data: they are mount points of other mounts, or made again.
func (c *checker) hiddenData(r *Result) {
	clones := clones{}
	defer clones.close()
	for _, mount := range c.Table.Points() {
		on := c.Table.At(path.Dir(mount.Point))
		tree := c.Trees.At(path.Dir(mount.Point))
		if c.ctx.Err() != nil || c.Trees.At(mount.Point).Role != boot.RoleData || tree.Role != boot.RoleData || !c.answers(on.Point) {
			continue
		}
		f, err := c.hiddenBy(&clones, mount, on)
		switch {
		case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
			r.gap(NeedsRoot, nil)
			return
		case err != nil:
			r.unread(err)
		case f.Files > 0:
			f.Kind, f.Severity, f.Path, f.Other, f.Fate = Hidden, Note, mount.Point, on.Point, tree.Fate
			if tree.Fate != boot.Kept {
				f.Severity = Warning
			}
			if slices.Contains(c.Storage, mount.Point) {
				f.Kind = HiddenByStorage
			}
			r.add(f)
		}
	}
}

// hiddenBy counts the files that a mount hides on the mount that it is on.
func (c *checker) hiddenBy(clones *clones, mount, on *mounts.Mount) (Finding, error) {
	clone, err := clones.of(on)
	if err != nil {
		return Finding{}, err
	}
	in, ok := relative(mount.Point, on.Point)
	if !ok {
		return Finding{}, nil
	}
	h := hiddenCount{left: mostHidden}
	if c.answers(mount.Point) {
		h.visible = mount.Point
	}
	err = h.entry(clone, in)
	return Finding{Files: h.files, Bytes: h.bytes, More: h.left <= 0}, err
}
