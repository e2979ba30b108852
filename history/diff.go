package history

import (
	"bytes"
	"iter"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Change says how a path differs from an earlier state.
type Change uint8

// The changes.
const (
	ChangeUnknown Change = iota
	ChangeGone           // it was there, and is not
	ChangeDiffers        // it is there, with another type, size or mtime
	ChangeSame           // it is there, and equal
	ChangeNew            // it was not there
)

var changeNames = [...]string{"unknown", "gone", "differs", "same", "new"}

// String returns the change in lower case.
func (c Change) String() string {
	if int(c) < len(changeNames) {
		return changeNames[c]
	}
	return changeNames[ChangeUnknown]
}

// Field is a set of properties of a file that differ.
type Field uint8

// The properties.
const (
	FieldKind Field = 1 << iota
	FieldSize
	FieldModTime
)

// String returns the properties, separated by commas.
func (f Field) String() string {
	var text []byte
	for i, name := range []string{"kind", "size", "mtime"} {
		if f&(1<<i) != 0 {
			text = append(append(text, ','), name...)
		}
	}
	return string(bytes.TrimPrefix(text, []byte{','}))
}

// Difference is the result for a path. It is valid only during the call to which it is passed.
type Difference struct {
	Path    []byte
	Change  Change
	Differs Field // for ChangeDiffers
	// Earlier and Now are the entries of the two listings. Earlier is the zero Item for ChangeNew,
	// and Now for ChangeGone.
	Earlier, Now Item
}

// Counts are the sums of a comparison.
type Counts struct {
	Gone, Differing, Same, New int64
	// GoneBytes is the sum of the sizes of what is gone.
	GoneBytes int64
}

// Listing is a listing that is sorted by the bytes of the paths, each of which occurs once. An
// error ends the listing.
type Listing = iter.Seq2[Item, error]

// Diff compares two listings, and calls emit once for each path, sorted. It keeps one entry of each
// in memory. The first error of a listing or of emit ends it; The error is ErrOrder if a listing is
// not sorted.
//
// Of directories, only the type is compared: their sizes and mtimes are those of their entries.
func Diff(earlier, now Listing, emit func(*Difference) error) (Counts, error) {
	var counts Counts
	a, b := pull(earlier), pull(now)
	defer a.stop()
	defer b.stop()
	a.next()
	b.next()
	var d Difference
	for a.ok || b.ok {
		if a.err != nil || b.err != nil {
			break
		}
		var order int
		switch {
		case !a.ok:
			order = 1
		case !b.ok:
			order = -1
		default:
			order = bytes.Compare(a.item.Path, b.item.Path)
		}
		d = Difference{}
		if order <= 0 {
			d.Path, d.Earlier = a.item.Path, a.item
		}
		if order >= 0 {
			d.Path, d.Now = b.item.Path, b.item
		}
		counts.classify(&d, order)
		if err := emit(&d); err != nil {
			return counts, err
		}
		if order <= 0 {
			a.next()
		}
		if order >= 0 {
			b.next()
		}
	}
	if a.err != nil {
		return counts, a.err
	}
	return counts, b.err
}

// classify sets the change, and counts it.
func (c *Counts) classify(d *Difference, order int) {
	switch {
	case order < 0:
		d.Change = ChangeGone
		c.Gone++
		c.GoneBytes = sizes.Add(c.GoneBytes, max(0, d.Earlier.Size))
	case order > 0:
		d.Change = ChangeNew
		c.New++
	default:
		d.Differs = differing(&d.Earlier, &d.Now)
		if d.Differs == 0 {
			d.Change = ChangeSame
			c.Same++
			return
		}
		d.Change = ChangeDiffers
		c.Differing++
	}
}

// differing returns the properties in which two entries differ.
func differing(a, b *Item) (f Field) {
	if a.Kind != b.Kind {
		return FieldKind
	}
	if a.Kind == FileDir {
		return 0
	}
	if a.Size != b.Size {
		f |= FieldSize
	}
	if !a.ModTime.Equal(b.ModTime) {
		f |= FieldModTime
	}
	return f
}

// puller reads a listing entry by entry, and checks its order.
type puller struct {
	pull func() (Item, error, bool)
	stop func()
	item Item
	last []byte
	some bool
	ok   bool
	err  error
}

func pull(l Listing) *puller {
	p := new(puller)
	p.pull, p.stop = iter.Pull2(l)
	return p
}

// next reads the next entry. At the end of the listing and after an error, ok is false.
func (p *puller) next() {
	if p.some {
		p.last = append(p.last[:0], p.item.Path...)
	}
	p.item, p.err, p.ok = p.pull()
	if p.ok && p.err == nil && p.some && bytes.Compare(p.item.Path, p.last) <= 0 {
		p.err = ErrOrder
	}
	if p.some = true; p.err != nil {
		p.ok = false
	}
}

// Items returns a listing of entries in memory, which must be sorted.
func Items(items []Item) Listing {
	return func(yield func(Item, error) bool) {
		for item := range slices.Values(items) {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// Listing returns the entries of a class as a listing; ClassUnknown means all. It reads the receipt
// to its end, so it can be used once.
func (r *Reader) Listing(class Class) Listing {
	return func(yield func(Item, error) bool) {
		var e Entry
		for {
			err := r.Next(&e)
			if r.done {
				return
			}
			if err == nil && class != ClassUnknown && e.Class != class {
				continue
			}
			if !yield(e.Item, err) || err != nil {
				return
			}
		}
	}
}
