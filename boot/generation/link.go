package generation

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/rootfs"
)

// Limits of trees of links. /etc of a large system has some 2,000 entries, a home some 1,000.
const (
	maxEntries = 1 << 17
	maxDepth   = 64
)

// linkTree is a directory of links into the store that a boot copies to another place.
type linkTree struct {
	dir  string // in the store
	at   string // where it appears
	base Entry  // the entries are made of it
	left int    // how many entries may still be read
	etc  bool   // files with a mode are copied, not linked
}

// etcLinks declares the symlinks of /etc that lead out of the store.
func (r *reader) etcLinks() {
	dir, _, err := r.files.Resolve(r.at("etc"), nil)
	if err != nil {
		r.unreadable(r.at("etc"), err)
		return
	}
	tree := &linkTree{dir: dir, at: "/etc", left: maxEntries, etc: true, base: Entry{How: Symlink, Stage: System, order: orderActivation}}
	r.links(tree, "", 0)
}

// links walks real directories below tree.dir. rel is the directory, "" for the top.
func (r *reader) links(tree *linkTree, rel string, depth int) {
	dir := path.Join(tree.dir, rel)
	if depth > maxDepth || tree.left <= 0 {
		r.problem(Problem{Kind: TooLarge, Source: Source{File: dir}, Path: path.Join(tree.at, rel)})
		return
	}
	entries, err := r.files.List(dir, tree.left)
	if err != nil {
		r.unreadable(dir, err)
	}
	tree.left -= len(entries)
	for _, entry := range entries {
		name := path.Join(rel, entry.Name)
		switch {
		case entry.Type.IsDir():
			r.links(tree, name, depth+1)
		case entry.Type&fs.ModeSymlink != 0 && (!tree.etc || !r.copied(entries, dir, entry.Name)):
			r.link(tree, name)
		}
	}
}

// copied reports whether the activation script copies a file instead of linking it: NixOS writes a
// mode beside it, "direct-symlink" for a link.
func (r *reader) copied(entries []rootfs.Entry, dir, name string) bool {
	_, found := slices.BinarySearchFunc(entries, name+".mode", func(e rootfs.Entry, name string) int { return strings.Compare(e.Name, name) })
	if !found {
		return false
	}
	mode, err := r.files.Read(path.Join(dir, name+".mode"), 64)
	return err == nil && strings.TrimSpace(string(mode)) != "direct-symlink"
}

// link follows a symlink, and declares an entry if the chain leaves the store.
func (r *reader) link(tree *linkTree, rel string) {
	file := path.Join(tree.dir, rel)
	at := path.Join(tree.at, rel)
	target, left, err := r.leaves(file)
	if err != nil {
		kind := kindOf(err)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			kind = DanglingLink
		}
		r.problem(Problem{Kind: kind, Source: Source{File: file}, Path: at, Detail: target, Err: err})
		return
	}
	if !left || isManaged(target) || paths.AtOrBelow(target, "/etc/static") {
		return
	}
	e := tree.base
	e.Path, e.Storage, e.Source.File = at, target, file
	r.declare(e)
}

// leaves follows a chain of links until it is out of the store. If it leads to a file in /etc that
// the system itself makes, the chain continues with that file in the system's own /etc.
func (r *reader) leaves(file string) (target string, left bool, err error) {
	outside := func(at string) bool { return !paths.Below(at, store) }
	for range rootfs.MostLinks {
		target, left, err = r.files.Resolve(file, outside)
		if err != nil || !left {
			return target, left, err
		}
		rel, ok := paths.Rel(target, "/etc")
		if !ok || rel == "." {
			return target, true, nil
		}
		file = path.Join(r.at("etc"), rel)
		if !r.exists(file) { // the system's own /etc does not have it
			return target, true, nil
		}
	}
	return target, false, &fs.PathError{Op: "resolve", Path: file, Err: errLoop}
}

// exists reports whether there is a file or a symlink at a path of the store.
func (r *reader) exists(file string) bool {
	_, err := r.files.Lstat(file)
	return err == nil
}
