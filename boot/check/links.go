package check

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/rootfs"
)

// Limits of the walks for links: entries that are visited, and levels. Declared links are near the
// top of /etc and of homes.
const (
	mostLinksVisited = 50_000
	linkLevels       = 5
)

// skipped are directories with many entries, in which no system puts links into storage.
var skipped = []string{".cache", "node_modules", ".direnv", ".git", "Cache"}

// danglingLinks finds symlinks in /etc and in homes that lead into storage, where nothing is.
func (c *checker) danglingLinks(r *Result) {
	w := walk{c: c, r: r, depth: linkLevels, left: mostLinksVisited}
	w.visit = func(name string, e rootfs.Entry) bool {
		if e.Type&fs.ModeSymlink != 0 && len(r.Findings) < mostFindings {
			c.checkLink(r, name)
		}
		return !slices.Contains(skipped, e.Name)
	}
	for _, dir := range c.linkDirs() {
		w.below(dir)
	}
}

// linkDirs returns the directories in which links are checked, none below another one.
func (c *checker) linkDirs() []string {
	dirs := []string{"/etc"}
	for _, home := range c.Homes {
		home = c.resolver.Whole(home)
		if home != "/" && !slices.ContainsFunc(dirs, func(dir string) bool { return paths.AtOrBelow(home, dir) }) {
			dirs = append(dirs, home)
		}
	}
	return dirs
}

func (c *checker) checkLink(r *Result, name string) {
	resolved, stopped, err := c.files.Resolve(name, func(path string) bool { return !c.answers(path) })
	switch {
	case stopped || err == nil:
	case missing(err):
		if c.inStorage(resolved) {
			r.add(Finding{Kind: Dangling, Severity: Warning, Path: name, Other: resolved})
		}
	case errors.Is(err, fs.ErrPermission):
		r.gap(NeedsRoot, nil)
	}
}

// storeLinks finds symlinks into the Nix store in persisted directories. The store's garbage
// collector does not know them, and a module that wants to make them again finds them in its way.
// Links that are roots of the garbage collector ("result", profiles) are left out.
func (c *checker) storeLinks(r *Result) {
	w := walk{c: c, r: r, depth: linkLevels, left: mostLinksVisited}
	w.visit = func(name string, e rootfs.Entry) bool {
		if e.Type&fs.ModeSymlink != 0 && !strings.HasPrefix(e.Name, "result") && len(r.Findings) < mostFindings {
			c.checkStoreLink(r, name)
		}
		return !slices.Contains(skipped, e.Name) && (e.Name != "nix" || path.Base(path.Dir(name)) != "state")
	}
	for _, mount := range c.Table.Points() {
		if in, _ := c.storageOf(mount.Point); in == "" || !c.answers(mount.Point) {
			continue
		}
		if st, err := c.lstat(mount.Point); err == nil && isDir(&st) && path.Base(mount.Point) != "nix" {
			w.below(mount.Point)
		}
	}
}

func (c *checker) checkStoreLink(r *Result, name string) {
	target, err := c.files.Readlink(name)
	if err != nil || !paths.Below(target, store) {
		return
	}
	f := Finding{Kind: StoreLink, Severity: Note, Path: name, Other: target}
	if _, err := c.files.Lstat(target); missing(err) {
		f.Kind, f.Severity = StoreDangling, Warning
	}
	r.add(f)
}
