package tui

import (
	"context"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// programFilter tells the files that belong to one program.
type programFilter struct{ known.Program }

func newProgramFilter(pkg string) programFilter { return programFilter{known.NewProgram(pkg)} }

// matches reports whether a component of a path makes what is below the program's.
func (p *programFilter) matches(component []byte) bool {
	return p.Match(known.ComponentOf(component)) > known.MatchNone
}

// keep returns a function that tells the program's files.
func (p *programFilter) keep(t *tree) func(id uint32) bool {
	inside := make([]bool, len(t.dirs))
	for i := 1; i < len(t.dirs); i++ {
		inside[i] = inside[t.dirs[i].parent] || p.matches(t.dirName(uint32(i)))
	}
	return func(id uint32) bool {
		f, name := t.file(id)
		return inside[f.dir()] || p.matches(name)
	}
}

// checkEvery is how many files are looked at between two looks at the context: a
// few milliseconds' work at most.
const checkEvery = 4096

// countPrograms returns how many files of a listing belong to each package. All
// packages are counted in one pass (BenchmarkPrograms).
func countPrograms(ctx context.Context, l *listing, pkgs []string) ([]int, error) {
	c := programCounter{tree: &l.tree, inside: make([]bitset, len(l.dirs))}
	for _, pkg := range pkgs {
		c.filters = append(c.filters, newProgramFilter(pkg))
	}
	if len(c.inside) > 0 {
		c.inside[0] = newBitset(len(pkgs))
	}
	for i := 1; i < len(l.dirs); i++ {
		c.inside[i] = c.with(c.inside[l.dirs[i].parent], l.dirName(uint32(i)))
	}
	counts := make([]int, len(pkgs))
	for i, id := range l.order {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		file, name := l.file(id)
		if file.refused() {
			continue
		}
		c.with(c.inside[file.dir()], name).each(func(n uint32) { counts[n]++ })
	}
	return counts, nil
}

// programCounter knows for each directory to which packages its path belongs.
// Most belong to what their parent does, and share its set.
type programCounter struct {
	*tree
	filters []programFilter
	inside  []bitset
}

// with returns the packages of a path: those of its directory, and those that its
// last component adds.
func (c *programCounter) with(set bitset, name []byte) bitset {
	shared, component := true, known.ComponentOf(name)
	for n := range c.filters {
		p := &c.filters[n]
		if set.has(uint32(n)) || p.Match(component) <= known.MatchNone {
			continue
		}
		if shared {
			set, shared = append(bitset(nil), set...), false
		}
		set.add(uint32(n))
	}
	return set
}
