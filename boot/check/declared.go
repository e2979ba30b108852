package check

import (
	"path"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/boot/generation"
)

// declaredPaths are the declared paths that are not kept now.
type declaredPaths struct {
	unkept []declaredPath
	// gap is an error of reading storage.
	gap error
}

// declaredPath is a path that is declared and not kept now.
type declaredPath struct {
	path, storage, source string
	// stored says that storage has it, or that storage has no part in it.
	stored bool
	// exists says that something is at the path now.
	exists bool
}

// declaredNotMounted finds declared paths that are in storage, but not kept now.
func (c *checker) declaredNotMounted(r *Result) {
	found := c.declared()
	for _, d := range found.unkept {
		if d.stored {
			r.add(Finding{Kind: NotMounted, Severity: Failure, Path: d.path, Other: d.storage, Source: d.source})
		}
	}
}

// declaredNotStored finds declared paths that exist and are neither kept nor in storage: the
// first boot that mounts them hides them.
func (c *checker) declaredNotStored(r *Result) {
	found := c.declared()
	for _, d := range found.unkept {
		if !d.stored && d.exists {
			r.add(Finding{Kind: NotStored, Severity: Failure, Path: d.path, Other: d.storage, Source: d.source})
		}
	}
	r.unread(found.gap)
}

// declared compares what the active generation and the configuration declare with what is there.
func (c *checker) declared() *declaredPaths {
	if c.found != nil {
		return c.found
	}
	c.found = &declaredPaths{}
	seen := map[string]bool{}
	if c.active != nil {
		for i := range c.active.Entries {
			e := &c.active.Entries[i]
			if !seen[e.Path] && counts(e) {
				seen[e.Path] = true
				c.entry(e)
			}
		}
	}
	for _, d := range c.Declared {
		if !seen[d.Path] {
			seen[d.Path] = true
			c.configured(d)
		}
	}
	return c.found
}

// counts reports whether the system mounts or links an entry at each boot, without a user's help.
func counts(e *generation.Entry) bool {
	switch e.How {
	case generation.Bind, generation.BindOrSymlink, generation.Symlink:
	case generation.OwnFileSystem:
		if strings.Contains(","+e.Options+",", ",nofail,") {
			return false
		}
	default: // bindfs needs a login; a tmpfs keeps nothing
		return false
	}
	return e.Verdict != generation.Inactive && e.Verdict != generation.Wiped && !e.OnAccess
}

// entry checks a path of the generation.
func (c *checker) entry(e *generation.Entry) {
	d := declaredPath{path: e.Path, storage: e.Storage, source: sourceText(e.Source), stored: true}
	if c.carriedOut(e) {
		return
	}
	if e.Storage != "" {
		d.stored = c.exists(e.Storage)
	}
	d.exists = c.exists(e.Path)
	c.found.unkept = append(c.found.unkept, d)
}

// carriedOut reports whether an entry is mounted or linked now.
func (c *checker) carriedOut(e *generation.Entry) bool {
	name, _ := c.resolver.Parent(e.Path)
	mounted := c.Table.At(name).Point == name
	switch e.How {
	case generation.BindOrSymlink, generation.Symlink:
		resolved := c.resolver.Whole(e.Path)
		return mounted || resolved == c.resolver.Whole(e.Storage) || resolved != name && c.inStorage(resolved)
	default:
		return mounted
	}
}

// configured checks a path of the configuration, which may be in any storage path.
func (c *checker) configured(d Declared) {
	resolved, _ := c.tree(d.Path)
	if in, _ := c.storageOf(resolved); in != "" || c.inStorage(resolved) {
		return // whether storage is kept is another check
	}
	if _, lost := c.lost(d.Path); !lost {
		return
	}
	unkept := declaredPath{path: d.Path, source: d.Source, exists: c.exists(d.Path)}
	for _, storage := range c.Storage {
		in := path.Join(storage, d.Path)
		if unkept.storage == "" {
			unkept.storage = in
		}
		if c.exists(in) {
			unkept.storage, unkept.stored = in, true
			break
		}
	}
	if unkept.storage != "" {
		c.found.unkept = append(c.found.unkept, unkept)
	}
}

// exists reports whether something is at a path, as far as it can be read.
func (c *checker) exists(name string) bool {
	_, err := c.lstat(name)
	if err != nil && !missing(err) && c.found.gap == nil {
		c.found.gap = err
	}
	return err == nil || !missing(err)
}

// savedByRename finds mounts of single files that programs save by rename(2), which fails on a
// mount point with EBUSY.
func (c *checker) savedByRename(r *Result) {
	for _, mount := range c.Table.Points() {
		if c.Trees.At(mount.Point).Role != boot.RoleData || !c.Known.Replaced(mount.Point) {
			continue
		}
		if st, err := c.lstat(mount.Point); err == nil && !isDir(&st) {
			r.add(Finding{Kind: RenamedFile, Severity: Warning, Path: mount.Point})
		}
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
