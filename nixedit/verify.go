package nixedit

import "fmt"

// Verify proves that changes made a file from an old one, and that they only inserted. It returns a
// *RefusalError with the reason Unproven at the first byte or token of the new file that is wrong.
//
//   - The new text is the old one with the changes.
//   - What a change replaces is white space between two tokens.
//   - The tokens of the new file without those inside the changes are the tokens of the old file, with
//     their comments, and no token is partly inside of a change.
//
// That both files can be parsed is proven by their type.
func Verify(before, after *File, changes []Change) error {
	d := newDraft(before.text)
	last := 0
	for _, c := range changes {
		if c.Start < last || c.End < c.Start || c.End > len(before.text) {
			return unproven(-1, "the changes are not in order")
		}
		last = c.End
		if !before.isSpace(c.Start, c.End) {
			return before.refusal(c.Start, Unproven, "a change would replace more than white space")
		}
	}
	d.apply(append([]Change(nil), changes...))
	if d.String() != after.text {
		return unproven(-1, "the new text is not the old one with the changes")
	}
	return compareTokens(before, after, spans(changes))
}

func unproven(list int, detail string) *RefusalError {
	return &RefusalError{Reason: Unproven, Detail: detail, List: list}
}

// isSpace reports whether a part of a file is white space outside of strings and comments. An empty
// part is.
func (f *File) isSpace(start, end int) bool {
	if start == end {
		return true
	}
	first := 0
	for first < len(f.tokens) && int(f.tokens[first].end) <= start {
		first++
	}
	return f.tokens[first].kind == TokenSpace && int(f.tokens[first].end) >= end
}

// compareTokens compares the tokens of two files except for those inside the inserted parts of the
// second one.
func compareTokens(before, after *File, inserted []Span) error {
	i := 0
	for t := range after.Tokens() {
		if t.Kind == TokenSpace {
			continue
		}
		for len(inserted) > 0 && inserted[0].End <= t.Start {
			inserted = inserted[1:]
		}
		if len(inserted) > 0 && inserted[0].Start < t.End {
			if t.Start < inserted[0].Start || t.End > inserted[0].End {
				return after.refusal(t.Start, Unproven, "a token is partly new")
			}
			continue
		}
		for i < len(before.tokens) && before.tokens[i].kind == TokenSpace {
			i++
		}
		if i == len(before.tokens) {
			return after.refusal(t.Start, Unproven, "a token is new")
		}
		if old := before.text[before.tokenStart(i):before.tokens[i].end]; before.tokens[i].kind != t.Kind || old != after.text[t.Start:t.End] {
			return after.refusal(t.Start, Unproven, fmt.Sprintf("expected the token %s, got %s", quote(old), quote(after.text[t.Start:t.End])))
		}
		i++
	}
	for ; i < len(before.tokens); i++ {
		if before.tokens[i].kind != TokenSpace {
			return unproven(-1, "a token of the old file is missing")
		}
	}
	return nil
}

// verifyEntries proves that the lists of a file have the entries that were inserted.
func (f *File) verifyEntries(edit *Edit, placed []Placement) *RefusalError {
	if len(placed) == 0 {
		return nil
	}
	elements := f.written(edit.Lists, func(int) exactness { return otherStore })
	for _, p := range placed {
		l := &edit.Lists[p.List]
		for _, i := range p.Entries {
			if _, ok := elements[p.List].find(l, &edit.Entries[i]); !ok {
				return unproven(p.List, "the list "+l.name()+" does not contain the entry for "+quote(edit.Entries[i].Path))
			}
		}
	}
	return nil
}
