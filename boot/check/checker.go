package check

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/rootfs"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// activeSystem is the built system that was switched to.
const activeSystem = "/run/current-system"

// store is the Nix store.
const store = "/nix/store"

// checker is what all checks use. It is for one goroutine.
type checker struct {
	Options
	ctx      context.Context
	files    *rootfs.FS
	resolver truepath.Resolver
	// active is the active generation; nil if there is none.
	active *generation.Generation
	// found are the paths that are declared; nil until they are read.
	found *declaredPaths
}

func newChecker(ctx context.Context, options Options) (*checker, error) {
	c := &checker{Options: options, ctx: ctx}
	var err error
	if c.Table == nil {
		if c.Table, err = mounts.Read(); err != nil {
			return nil, err
		}
	}
	if c.Trees == nil {
		if c.Trees, err = boot.Judge(ctx, c.Table, boot.Options{}); err != nil {
			return nil, err
		}
	}
	if c.files, err = rootfs.Open("/"); err != nil {
		return nil, err
	}
	stop := func(path string) bool { return !c.Table.At(path).Answers() }
	c.resolver.Stop = stop
	if c.Generation == "" {
		c.Generation = activeSystem
	}
	if c.active = c.Active; c.active != nil {
		return c, nil
	}
	// Without a generation, or with one that cannot be read, only the configuration declares.
	c.active, _ = generation.Read(c.Generation, generation.Options{
		Stop:  stop,
		Wiped: func(e generation.Entry) bool { return c.Trees.At(e.Path).Fate == boot.Wiped },
	})
	return c, nil
}

func (c *checker) close() { _ = c.files.Close() } // an O_PATH descriptor has nothing to write

// tree returns the tree that a path is on in the end, after symlinks.
func (c *checker) tree(path string) (resolved string, tree boot.Tree) {
	resolved = c.resolver.Whole(path)
	return resolved, c.Trees.At(resolved)
}

// perBoot are directories that every boot fills again: a file there is not meant to be kept.
var perBoot = []string{store, "/run", "/proc", "/sys", "/dev"}

// lost reports whether a boot wipes what is at a path, and from which tree. The store and
// directories of the running system do not count: a boot fills them again.
func (c *checker) lost(path string) (from string, lost bool) {
	resolved, tree := c.tree(path)
	if slices.ContainsFunc(perBoot, func(dir string) bool { return paths.AtOrBelow(resolved, dir) }) {
		return "", false
	}
	return tree.Point, tree.Fate == boot.Wiped
}

// answers reports whether reading at a path, which has no symlink, waits for the kernel alone.
func (c *checker) answers(path string) bool {
	for dir := range paths.Ancestors(path) {
		if !c.Table.At(dir).Answers() {
			return false
		}
	}
	return c.Table.At(path).Answers()
}

// lstat describes a path, after the symlinks above it. It is an error if that might wait for a
// server.
func (c *checker) lstat(path string) (unix.Stat_t, error) {
	var st unix.Stat_t
	resolved, _ := c.resolver.Parent(path)
	if !c.answers(resolved) {
		return st, fmt.Errorf("stat %s: %w", path, boot.ErrNotAsked)
	}
	for {
		if err := unix.Lstat(resolved, &st); err != unix.EINTR {
			return st, err
		}
	}
}

// access returns the owner and the mode.
func access(st *unix.Stat_t) Access {
	return Access{UID: st.Uid, GID: st.Gid, Mode: st.Mode & 0o7777}
}

// isDir reports whether a file is a directory.
func isDir(st *unix.Stat_t) bool { return st.Mode&unix.S_IFMT == unix.S_IFDIR }

// sameFile reports whether two files are the same one.
func sameFile(a, b *unix.Stat_t) bool { return a.Dev == b.Dev && a.Ino == b.Ino }

// storageOf returns the path in storage that a mount shows, and the storage path; "" if none does.
func (c *checker) storageOf(point string) (in, storage string) {
	for _, dir := range c.Storage {
		if in, ok := c.Table.Stored(point, dir); ok && in != dir {
			return in, dir
		}
	}
	return "", ""
}

// inStorage reports whether a path is at or below a storage path.
func (c *checker) inStorage(path string) bool {
	return slices.ContainsFunc(c.Storage, func(dir string) bool { return paths.AtOrBelow(path, dir) })
}
