package nixedit

import (
	"fmt"
	"slices"
)

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
	last := 0
	for _, c := range changes {
		if c.Start < last || c.End < c.Start || c.End > len(before.text) {
			return unproven(-1, "the changes are not in order")
		}
		last = c.End
	}
	if refusal := before.verifyReplaced(changes); refusal != nil {
		return refusal
	}
	if !isApplied(before.text, after.text, changes) {
		return unproven(-1, "the new text is not the old one with the changes")
	}
	if refusal := compareTokens(before, after, spans(changes)); refusal != nil {
		return refusal
	}
	return nil
}

func unproven(list int, detail string) *RefusalError {
	return &RefusalError{Reason: Unproven, Detail: detail, List: list}
}

// verifyReplaced refuses changes that replace anything but white space outside of strings and comments.
func (f *File) verifyReplaced(changes []Change) *RefusalError {
	changes = slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return c.Start == c.End })
	for t := range f.Tokens() {
		for len(changes) > 0 && changes[0].Start < t.End {
			if t.Kind != TokenSpace || changes[0].End > t.End {
				return f.refusal(changes[0].Start, Unproven, "a change would replace more than white space")
			}
			changes = changes[1:]
		}
		if len(changes) == 0 {
			break
		}
	}
	return nil
}

// compareTokens compares the tokens of two files except for those inside the inserted parts of the
// second one. It scans both files side by side.
func compareTokens(before, after *File, inserted []Span) *RefusalError {
	old := newLexer(before.text, 0)
	more := old.nextCode()
	for now := newLexer(after.text, 0); now.nextCode(); {
		for len(inserted) > 0 && inserted[0].End <= now.start {
			inserted = inserted[1:]
		}
		if len(inserted) > 0 && inserted[0].Start < now.pos {
			if now.start < inserted[0].Start || now.pos > inserted[0].End {
				return after.refusal(now.start, Unproven, "a token is partly new")
			}
			continue
		}
		if !more {
			return after.refusal(now.start, Unproven, "a token is new")
		}
		if was, is := before.text[old.start:old.pos], after.text[now.start:now.pos]; old.kind != now.kind || was != is {
			return after.refusal(now.start, Unproven, fmt.Sprintf("expected the token %s, got %s", quote(was), quote(is)))
		}
		more = old.nextCode()
	}
	if more {
		return unproven(-1, "a token of the old file is missing")
	}
	return nil
}

// nextCode goes to the next token that is not white space.
func (l *lexer) nextCode() bool {
	for l.next() {
		if l.kind != TokenSpace {
			return true
		}
	}
	return false
}

// verifyEntries proves that the lists of a file have the entries that were inserted.
func (f *File) verifyEntries(edit *Edit, placed []Placement) *RefusalError {
	if len(placed) == 0 {
		return nil
	}
	s := f.survey(edit.Lists, false)
	for _, p := range placed {
		l := &edit.Lists[p.List]
		wanted := want(l, edit.Entries, p.Entries)
		s.elements(p.List, otherStore, func(_ *value, _ *spot, element Node) { wanted.look(element) })
		for _, i := range p.Entries {
			if _, ok := wanted.found[i]; !ok {
				return unproven(p.List, "the list "+l.name()+" does not contain the entry for "+quote(edit.Entries[i].Path))
			}
		}
	}
	return nil
}
