package index

import (
	"context"
	"sync"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// Listing is a snapshot of a store with its files sorted by the bytes of their paths. It is
// immutable, and several goroutines may read it. Files and directories have the same numbers in
// all listings of a store.
type Listing struct {
	snapshot
	// order contains the numbers of the files. A path that was added twice is in it once.
	order []uint32
	// spans contains for each directory the part of order that is below it.
	spans []Span
	// preorder contains the numbers of the directories, each before its subdirectories.
	preorder []uint32

	unitsOnce sync.Once
	units     []uint32 // see unitsOf
	twinsOnce sync.Once
	twins     map[uint32]uint32 // see twinsOf
	rowsOnce  sync.Once
	rowOf     []uint32 // see Rows

	candidatesOnce sync.Once
	candidates     []uint32 // see candidatesBefore

	entriesOnce sync.Once
	dirEntries  []DirEntry // see Entries
	noise       Bitset     // the directories among dirEntries that are noise or in it
}

// Order returns the numbers of the files, sorted by the bytes of their paths. It must
// not be changed.
func (l *Listing) Order() []uint32 { return l.order }

// Span is a part of an order: from Start up to, but not including, End.
type Span struct{ Start, End uint32 }

// Below returns the part of the order that is below a directory.
func (l *Listing) Below(dir uint32) Span { return l.spans[dir] }

// DirEntry is the data of a directory that a search needs before it reads the name.
type DirEntry struct {
	Letters     Letters // of the name alone
	Dir, Parent uint32
	NameSize    uint32 // in bytes
	LastByte    byte   // of the name
}

// Entries returns the directories with files below them, except "/", each before its
// subdirectories. A search reads them in this order. They must not be changed.
func (l *Listing) Entries() []DirEntry {
	l.entriesOnce.Do(func() {
		l.noise = NewBitset(len(l.dirs))
		for _, dir := range l.preorder {
			if s := l.spans[dir]; s.Start == s.End || dir == 0 {
				continue
			}
			name := l.DirName(dir)
			parent := l.dirs[dir].parent
			if l.noise.Has(parent) || known.Noise(name, l.DirName(parent), l.DirName(l.dirs[parent].parent)) {
				l.noise.Add(dir)
			}
			l.dirEntries = append(l.dirEntries, DirEntry{
				Letters: LettersOf(name), Dir: dir, Parent: parent,
				NameSize: uint32(len(name)), LastByte: name[len(name)-1],
			})
		}
	})
	return l.dirEntries
}

// Noisy reports whether a node is a noise directory or in one; see known.Noise.
func (l *Listing) Noisy(node uint32) bool {
	l.Entries()
	if IsDir(node) {
		return l.noise.Has(node &^ dirBit)
	}
	return l.noise.Has(l.Holder(node))
}

// NoRow is the row of a file that is not in the order.
const NoRow = ^uint32(0)

// Rows returns for each file its position in the order, or NoRow. It must not be changed.
func (l *Listing) Rows() []uint32 {
	l.rowsOnce.Do(func() {
		l.rowOf = make([]uint32, l.files)
		for id := range l.rowOf {
			l.rowOf[id] = NoRow
		}
		for row, id := range l.order {
			l.rowOf[id] = uint32(row)
		}
	})
	return l.rowOf
}

// Part returns a listing of the files for which keep returns true. It returns the error of ctx
// soon after ctx is done.
func (l *Listing) Part(ctx context.Context, keep func(id uint32) bool) (*Listing, error) {
	part := &Listing{
		snapshot: l.snapshot, order: make([]uint32, 0, len(l.order)), spans: make([]Span, len(l.spans)), preorder: l.preorder,
	}
	kept := make([]uint32, len(l.order)+1) // the number of kept files before each position
	for i, id := range l.order {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if keep(id) {
			part.order = append(part.order, id)
		}
		kept[i+1] = uint32(len(part.order))
	}
	for dir, s := range l.spans {
		part.spans[dir] = Span{kept[s.Start], kept[s.End]}
	}
	return part, nil
}
