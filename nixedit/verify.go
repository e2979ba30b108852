package nixedit

import (
	"fmt"
	"slices"
	"sync"
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
	c, refusal := compare(before, after.text, changes)
	if refusal != nil {
		return refusal
	}
	c.run()
	return c.result(after)
}

// verifyResult parses the text that changes made of a file, and at the same time verifies it as Verify
// does. It proves that the lists have the entries that were inserted.
func (f *File) verifyResult(edit *Edit, result *Result) error {
	c, refusal := compare(f, result.Text, result.Changes)
	if refusal != nil {
		return refusal
	}
	var compares sync.WaitGroup
	compares.Go(c.run)
	after, err := parse(result.Text, f.opts, result.Inserted)
	compares.Wait()
	if err != nil {
		return unproven(-1, "the result cannot be parsed: "+err.Error())
	}
	if err := c.result(after); err != nil {
		return err
	}
	if after.verifyEntries(edit, result.Placed) == nil {
		return nil
	}
	// A list that is bound to a name is found by its use, which did not change.
	if after, err = Parse(result.Text, f.opts); err != nil {
		return unproven(-1, "the result cannot be parsed: "+err.Error())
	}
	if refusal := after.verifyEntries(edit, result.Placed); refusal != nil {
		return refusal
	}
	return nil
}

func unproven(list int, detail string) *RefusalError {
	return &RefusalError{Reason: Unproven, Detail: detail, List: list}
}

// A comparison compares the tokens of a new text, one after the other, with those of the old file. It
// scans both texts and keeps no tokens.
type comparison struct {
	before   *File
	old, now *lexer
	more     bool // whether old is at a token
	// inserted are the parts of the new text that changes wrote, and replaced those of the old one. Those
	// that were passed are gone.
	inserted []Span
	replaced []Change
	// at is the offset in the new text of the first difference, and problem describes it.
	at      int
	problem string
}

// compare begins a comparison.
func compare(before *File, text string, changes []Change) (*comparison, *RefusalError) {
	last := 0
	for _, c := range changes {
		if c.Start < last || c.End < c.Start || c.End > len(before.text) {
			return nil, unproven(-1, "the changes are not in order")
		}
		last = c.End
	}
	if !isApplied(before.text, text, changes) {
		return nil, unproven(-1, "the new text is not the old one with the changes")
	}
	c := &comparison{before: before, old: newLexer(before.text, 0), now: newLexer(text, 0), inserted: spans(changes)}
	c.replaced = slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return c.Start == c.End })
	return c, nil
}

// run compares all tokens.
func (c *comparison) run() {
	c.advance()
	for c.problem == "" && c.now.next() {
		c.token()
	}
}

// advance goes to the next token of the old file that is not white space. It stops at a change that
// replaces anything else.
func (c *comparison) advance() {
	for c.more = false; c.old.next(); {
		for len(c.replaced) > 0 && c.replaced[0].Start < c.old.pos {
			if c.old.kind != TokenSpace || c.replaced[0].End > c.old.pos {
				return
			}
			c.replaced = c.replaced[1:]
		}
		if c.old.kind != TokenSpace {
			c.more = true
			return
		}
	}
}

// token compares the next token of the new text.
func (c *comparison) token() {
	now := c.now
	if now.kind == TokenSpace {
		return
	}
	for len(c.inserted) > 0 && c.inserted[0].End <= now.start {
		c.inserted = c.inserted[1:]
	}
	if len(c.inserted) > 0 && c.inserted[0].Start < now.pos {
		if now.start < c.inserted[0].Start || now.pos > c.inserted[0].End {
			c.at, c.problem = now.start, "a token is partly new"
		}
		return
	}
	if !c.more {
		c.at, c.problem = now.start, "a token is new"
		return
	}
	if was, is := c.old.text[c.old.start:c.old.pos], now.text[now.start:now.pos]; c.old.kind != now.kind || was != is {
		c.at, c.problem = now.start, fmt.Sprintf("expected the token %s, got %s", quote(was), quote(is))
		return
	}
	c.advance()
}

// result returns why the new file is not proven, after its last token; nil if it is.
func (c *comparison) result(after *File) error {
	switch {
	case len(c.replaced) > 0:
		return c.before.refusal(c.replaced[0].Start, Unproven, "a change would replace more than white space")
	case c.problem != "":
		return after.refusal(c.at, Unproven, c.problem)
	case c.more:
		return unproven(-1, "a token of the old file is missing")
	}
	return nil
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
		s.elements(p.List, otherStore, func(v *value, _ *spot, element Node) { wanted.look(element, v.owner) })
		for _, i := range p.Entries {
			if _, ok := wanted.found[i]; !ok {
				return unproven(p.List, "the list "+l.name()+" does not contain the entry for "+quote(edit.Entries[i].Path))
			}
		}
	}
	return nil
}
