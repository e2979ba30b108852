package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
)

// kind is the type of an entry that is not a directory. Its values are part of the
// listing's hash.
type kind uint8

const (
	kindUnknown kind = iota
	kindFile
	kindSymlink
	kindFIFO
)

// String returns the name of the kind.
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

// entry is an entry of a directory that is not itself a directory.
type entry struct {
	name string
	kind kind
}

// directory is a directory of a plan. Its path is relative to the top of the tree,
// which has the path ".".
type directory struct {
	path    string
	entries []entry
}

// plan is a tree: all its directories, parents before children.
type plan struct {
	dirs []*directory
}

// finish sorts the plan in the order that sum and make rely on. A duplicate name is an
// error.
func (p *plan) finish() error {
	slices.SortFunc(p.dirs, func(a, b *directory) int { return cmp.Compare(a.path, b.path) })
	known := make(map[string]bool, len(p.dirs))
	for _, d := range p.dirs {
		if known[d.path] {
			return fmt.Errorf("plan directory %q: duplicate path", d.path)
		}
		known[d.path] = true
	}
	for _, d := range p.dirs {
		slices.SortFunc(d.entries, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
		for i, e := range d.entries {
			if i > 0 && d.entries[i-1].name == e.name || known[join(d.path, e.name)] {
				return fmt.Errorf("plan %q in %q: duplicate path", e.name, d.path)
			}
		}
	}
	return nil
}

// count returns the number of entries of a kind.
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

// sum returns the hash of every path and kind: plans with the same sum are the same
// tree.
func (p *plan) sum() string {
	h := sha256.New()
	for _, d := range p.dirs {
		// Every name ends with a NUL. The name of an entry begins with its kind, so it
		// cannot be confused with the path of a directory.
		h.Write([]byte(d.path + "\x00"))
		for _, e := range d.entries {
			h.Write([]byte(string(rune(e.kind)) + e.name + "\x00"))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// join appends a name to the path of a planned directory.
func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}
