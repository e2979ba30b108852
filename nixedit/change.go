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

// inOrder sorts changes, and joins those at one place. Their parts must not overlap.
func inOrder(changes []Change) (all []Change) {
	slices.SortStableFunc(changes, func(a, b Change) int { return a.Start - b.Start })
	for _, c := range changes {
		if last := len(all) - 1; last >= 0 && all[last].End == c.Start && c.Start == c.End {
			all[last].New += c.New
			continue
		}
		all = append(all, c)
	}
	return all
}

// applied returns a text with changes that are in order.
func applied(old string, changes []Change) string {
	size := len(old)
	for _, c := range changes {
		size += len(c.New) - (c.End - c.Start)
	}
	var b strings.Builder
	b.Grow(size)
	at := 0
	for _, c := range changes {
		b.WriteString(old[at:c.Start])
		b.WriteString(c.New)
		at = c.End
	}
	b.WriteString(old[at:])
	return b.String()
}

// isApplied reports whether a text is the old one with changes that are in order.
func isApplied(old, text string, changes []Change) bool {
	at := 0
	for _, c := range changes {
		for _, part := range []string{old[at:c.Start], c.New} {
			if !strings.HasPrefix(text, part) {
				return false
			}
			text = text[len(part):]
		}
		at = c.End
	}
	return text == old[at:]
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
