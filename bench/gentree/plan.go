package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// kind is what an entry that is no directory is. Its values are part of the
// listing's hash.
type kind uint8

const (
	kindUnknown kind = iota
	kindFile
	kindSymlink
	kindFIFO
)

// String names the kind for messages.
func (k kind) String() string {
	switch k {
	case kindUnknown:
		return "unknown"
	case kindFile:
		return "file"
	case kindSymlink:
		return "symlink"
	case kindFIFO:
		return "fifo"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// entry is a name in a directory that is not itself a directory.
type entry struct {
	name string
	kind kind
}

// directory is one directory of a plan; its path is relative to the tree's top,
// which has the path ".".
type directory struct {
	path    string
	entries []entry
}

// plan is a whole tree: every directory of it, parents before children.
type plan struct {
	dirs []*directory
}

// finish puts the plan in the one order that its hash and the making of it rely
// on, and refuses a name that is there twice.
func (p *plan) finish() error {
	slices.SortFunc(p.dirs, func(a, b *directory) int { return cmp.Compare(a.path, b.path) })
	known := make(map[string]bool, len(p.dirs))
	for _, d := range p.dirs {
		if known[d.path] {
			return fmt.Errorf("plan directory %q twice", d.path)
		}
		known[d.path] = true
	}
	for _, d := range p.dirs {
		slices.SortFunc(d.entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
		for i, e := range d.entries {
			if i > 0 && d.entries[i-1].name == e.name || known[join(d.path, e.name)] {
				return fmt.Errorf("plan %q in %q twice", e.name, d.path)
			}
		}
	}
	return nil
}

// count says how many entries of a kind there are.
func (p *plan) count(k kind) int {
	n := 0
	for _, d := range p.dirs {
		for _, e := range d.entries {
			if e.kind == k {
				n++
			}
		}
	}
	return n
}

// sum is the hash of every path and kind: two plans with the same sum are the
// same tree.
func (p *plan) sum() string {
	h := sha256.New()
	for _, d := range p.dirs {
		// Every name is ended by a NUL, and an entry's begins with its kind, so
		// that it cannot be taken for a directory's path.
		h.Write([]byte(d.path + "\x00"))
		for _, e := range d.entries {
			h.Write([]byte(string(rune(e.kind)) + e.name + "\x00"))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// join puts a name behind a plan's path.
func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}
