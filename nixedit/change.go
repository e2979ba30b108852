package nixedit

import (
	"slices"
	"strings"
)

// A Change replaces a part of a file. The part is empty, or white space.
type Change struct {
	// Start and End are offsets in the old file; End is exclusive.
	Start, End int
	// New is the text that replaces the part. It is white space only where a list on one line is
	// broken into lines.
	New string
}

// A Span is a part of a text, in bytes; End is exclusive.
type Span struct{ Start, End int }

// A draft is a text that consists of parts of an old text and of new text between them.
type draft struct {
	old    string
	pieces []piece
}

// piece is a part of the old text, or new text if the part is empty.
type piece struct {
	old  Span
	text string
}

func newDraft(old string) *draft {
	return &draft{old, []piece{{Span{0, len(old)}, ""}}}
}

// String returns the text.
func (d *draft) String() string {
	var b strings.Builder
	for _, p := range d.pieces {
		b.WriteString(p.text)
		b.WriteString(d.old[p.old.Start:p.old.End])
	}
	return b.String()
}

// apply carries out changes, whose offsets are those of the text of the draft. They must not overlap.
// Those at the same offset stay in order.
func (d *draft) apply(changes []Change) {
	slices.SortStableFunc(changes, func(a, b Change) int { return a.Start - b.Start })
	var pieces []piece
	at := 0 // the offset of the next piece in the text of the draft
	rest := d.pieces
	take := func(until int) (taken []piece) {
		for len(rest) > 0 && at < until {
			head, tail := rest[0].cut(until - at)
			taken = append(taken, head)
			at += head.size()
			if rest = rest[1:]; tail.size() > 0 {
				rest = append([]piece{tail}, rest...)
			}
		}
		return taken
	}
	for _, c := range changes {
		pieces = append(pieces, take(c.Start)...)
		take(c.End)
		pieces = append(pieces, piece{text: c.New})
	}
	d.pieces = slices.Concat(pieces, rest)
}

func (p piece) size() int { return len(p.text) + p.old.End - p.old.Start }

// cut cuts a piece after a number of bytes.
func (p piece) cut(after int) (head, tail piece) {
	switch {
	case after >= p.size():
		return p, piece{}
	case p.text != "":
		return piece{text: p.text[:after]}, piece{text: p.text[after:]}
	}
	middle := p.old.Start + after
	return piece{old: Span{p.old.Start, middle}}, piece{old: Span{middle, p.old.End}}
}

// changes returns what makes the text from the old one.
func (d *draft) changes() (all []Change) {
	at, text := 0, ""
	add := func(until int) {
		if at < until || text != "" {
			all = append(all, Change{at, until, text})
		}
		text = ""
	}
	for _, p := range d.pieces {
		if p.old.Start == p.old.End {
			text += p.text
			continue
		}
		add(p.old.Start)
		at = p.old.End
	}
	add(len(d.old))
	return all
}

// move returns a choice in the new file, whose line has moved and may have become several lines.
func (d *draft) move(before, after *File, at At) At {
	if at.Line < 1 || at.Line > len(before.lines) {
		return at
	}
	start, end := int(before.lines[at.Line-1]), len(before.text)
	if at.Line < len(before.lines) {
		end = int(before.lines[at.Line]) - 1
	}
	changes := d.changes()
	at.Line, at.through = after.Position(moved(start, changes)).Line, after.Position(moved(end, changes)).Line
	return at
}

// moved returns the offset in the new text of a byte of the old one.
func moved(offset int, changes []Change) int {
	shift := 0
	for _, c := range changes {
		if c.Start <= offset {
			shift += len(c.New) - (c.End - c.Start)
		}
	}
	return offset + shift
}

// spans returns the parts of the new text that changes wrote.
func spans(changes []Change) []Span {
	all := make([]Span, len(changes))
	shift := 0
	for i, c := range changes {
		all[i] = Span{c.Start + shift, c.Start + shift + len(c.New)}
		shift += len(c.New) - (c.End - c.Start)
	}
	return all
}
