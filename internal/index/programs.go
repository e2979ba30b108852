package index

import (
	"context"
	"maps"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// programFilter matches the files that belong to one program.
type programFilter struct{ known.Program }

func newProgramFilter(pkg string) programFilter { return programFilter{known.NewProgram(pkg)} }

// matches reports whether a path component, and therefore everything below it, belongs to the
// program.
func (p *programFilter) matches(component []byte) bool {
	return p.Match(known.ComponentOf(component)) > known.MatchNone
}

// OfProgram returns a function that reports whether a file belongs to the program of a
// package.
func (l *Listing) OfProgram(pkg string) func(id uint32) bool {
	p := newProgramFilter(pkg)
	inside := make([]bool, len(l.dirs))
	for i := 1; i < len(l.dirs); i++ {
		inside[i] = inside[l.dirs[i].parent] || p.matches(l.DirName(uint32(i)))
	}
	return func(id uint32) bool {
		f, name := l.File(id)
		return inside[f.Dir()] || p.matches(name)
	}
}

// checkEvery is the number of files processed between two checks of the context. They take at
// most a few milliseconds.
const checkEvery = 4096

// ProgramSums are the files that belong to some programs, in the order of the programs.
type ProgramSums struct {
	Files []int // the number of files of each
	// Sizes are the total sizes of these files in bytes; nil if the sizes of files are not known.
	Sizes []int64
}

func newProgramSums(programs int, totals *Totals) (sums ProgramSums) {
	sums.Files = make([]int, programs)
	if totals != nil {
		sums.Sizes = make([]int64, programs)
	}
	return sums
}

// add counts a file.
func (s *ProgramSums) add(program int, totals *Totals, id uint32) {
	s.Files[program]++
	if totals != nil {
		s.Sizes[program] = sizes.Add(s.Sizes[program], totals.Of(id).Size)
	}
}

// CountPrograms returns what belongs to each package, with sizes if totals is not nil. It counts all
// packages in one pass (BenchmarkPrograms). totals must be those of the listing.
func (l *Listing) CountPrograms(ctx context.Context, pkgs []string, totals *Totals) (ProgramSums, error) {
	c := programCounter{snapshot: &l.snapshot, inside: make([]Bitset, len(l.dirs))}
	for _, pkg := range pkgs {
		c.filters = append(c.filters, newProgramFilter(pkg))
	}
	if len(c.inside) > 0 {
		c.inside[0] = NewBitset(len(pkgs))
	}
	for i := 1; i < len(l.dirs); i++ {
		c.inside[i] = c.with(c.inside[l.dirs[i].parent], l.DirName(uint32(i)))
	}
	sums := newProgramSums(len(pkgs), totals)
	for i, id := range l.order {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return ProgramSums{}, ctx.Err()
		}
		file, name := l.File(id)
		if file.nonCandidate() {
			continue
		}
		c.with(c.inside[file.Dir()], name).Each(func(n uint32) { sums.add(int(n), totals, id) })
	}
	return sums, nil
}

// programCounter has, for each directory, the set of packages that its path belongs to. Most
// directories share the set of their parent.
type programCounter struct {
	*snapshot
	filters []programFilter
	inside  []Bitset
}

// with returns the packages of a path: those of its directory and those that match its last
// component.
func (c *programCounter) with(set Bitset, name []byte) Bitset {
	shared, component := true, known.ComponentOf(name)
	for n := range c.filters {
		p := &c.filters[n]
		if set.Has(uint32(n)) || p.Match(component) <= known.MatchNone {
			continue
		}
		if shared {
			set, shared = append(Bitset(nil), set...), false
		}
		set.Add(uint32(n))
	}
	return set
}

// Programs says which program a path belongs to.
type Programs struct {
	// Splits reports whether a directory should not be kept as a whole. It must be the function that
	// RollUp gets.
	Splits func(dir string) bool
	// Of returns the name of a program, or "". It is called for the units of a listing and for files
	// that are in none. The files of a unit belong to the program of the unit.
	Of func(path string) string
}

// programOf returns a function that returns the program of a file, or "". The function is not safe
// for concurrent use.
func (l *Listing) programOf(p Programs) func(id uint32) string {
	units := l.unitsOf(p.Splits)
	names := map[uint32]string{}
	return func(id uint32) string {
		f, _ := l.File(id)
		unit := units[f.Dir()]
		if unit == 0 {
			return p.Of(string(l.AppendNode(nil, id)))
		}
		name, known := names[unit]
		if !known {
			name = p.Of(string(l.AppendNode(nil, unit)))
			names[unit] = name
		}
		return name
	}
}

// BelongsTo returns a function that reports whether a file belongs to a program. The function is
// not safe for concurrent use.
func (l *Listing) BelongsTo(p Programs, program string) func(id uint32) bool {
	of := l.programOf(p)
	return func(id uint32) bool { return of(id) == program }
}

// FindPrograms returns the programs that files belong to, sorted by name, and what belongs to each,
// with sizes if totals is not nil. totals must be those of the listing.
func (l *Listing) FindPrograms(ctx context.Context, p Programs, totals *Totals) (programs []string, sums ProgramSums, err error) {
	of := l.programOf(p)
	at := map[string]int{}
	var found ProgramSums
	for i, id := range l.order {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, sums, ctx.Err()
		}
		if file, _ := l.File(id); file.nonCandidate() {
			continue
		}
		name := of(id)
		if name == "" {
			continue
		}
		n, seen := at[name]
		if !seen {
			n = len(at)
			at[name] = n
			found.Files, found.Sizes = append(found.Files, 0), append(found.Sizes, 0)
		}
		found.add(n, totals, id)
	}
	programs = slices.Sorted(maps.Keys(at))
	sums = newProgramSums(len(programs), totals)
	for i, name := range programs {
		sums.Files[i] = found.Files[at[name]]
		if totals != nil {
			sums.Sizes[i] = found.Sizes[at[name]]
		}
	}
	return programs, sums, nil
}
