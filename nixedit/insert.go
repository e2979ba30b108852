package nixedit

import (
	"cmp"
	"slices"
	"strings"
)

// A Present is an entry that was not inserted, because the file has its path already.
type Present struct {
	// Entry is its index in Edit.Entries.
	Entry int
	// Declaration is what the file has: the same path, or a directory above it.
	Declaration
}

// A Placement says where the entries of one list were inserted.
type Placement struct {
	// List is the index in Edit.Lists, Entries are the indexes in Edit.Entries.
	List    int
	Entries []int
	// Candidate is the place before the entries of this list were inserted. Its positions count what
	// was inserted into the lists before it.
	Candidate
}

// A Result is a file with inserted entries. It has passed Verify.
type Result struct {
	// Text is the new text. It is the old one if all entries are present.
	Text string
	// Changes make the new text from the old one, in order.
	Changes []Change
	// Inserted are the parts of Text that are new, one for each change.
	Inserted []Span
	// Placed are the lists that got entries, Present the entries that are in the file already.
	Placed  []Placement
	Present []Present
}

// Insert adds entries to the lists of a file, or to new lists. All entries are inserted or none.
//
// The tokens of the file stay as they are, with their comments. Only the white space of a list or a
// set on one line is replaced, where it is broken into lines. A list of at least three strings that
// is sorted stays sorted; other lists get the entries at their end.
//
// The error is a *RefusalError. Insert refuses a list if there is not exactly one place for it, or if
// that place contains an expression that is not supported.
func (f *File) Insert(edit Edit) (*Result, error) {
	if refusal := edit.check(); refusal != nil {
		return nil, refusal
	}
	result := &Result{}
	pending := f.pending(&edit, result)
	if refusal := f.checkAt(&edit, pending); refusal != nil {
		return nil, refusal
	}
	d, now := newDraft(f.text), f
	for list, entries := range pending {
		if len(entries) == 0 {
			continue
		}
		step := edit
		step.At = make([]At, len(edit.At))
		for i, at := range edit.At {
			step.At[i] = d.move(f, now, at)
		}
		changes, refusal := now.insertList(&step, list, pending, result)
		if refusal != nil {
			return nil, refusal
		}
		d.apply(changes)
		next, err := Parse(d.String(), f.opts)
		if err != nil {
			return nil, unproven(list, "the result cannot be parsed: "+err.Error())
		}
		now = next
		pending[list] = nil
	}
	result.Text, result.Changes = now.text, d.changes()
	result.Inserted = spans(result.Changes)
	if err := Verify(f, now, result.Changes); err != nil {
		return nil, err
	}
	if refusal := now.verifyEntries(&edit, result.Placed); refusal != nil {
		return nil, refusal
	}
	return result, nil
}

// pending returns the entries of each list that are not in the file, and adds the others to a result.
func (f *File) pending(edit *Edit, result *Result) [][]int {
	pending := make([][]int, len(edit.Lists))
	all, best := f.declared(edit.Lists)
	// As in choose, a computed attribute matches only if nothing else does.
	all = slices.DeleteFunc(all, func(d Declaration) bool { return d.Computed && best[d.List] == exactMatch })
	declared := NewIndex(all)
	elements := f.written(edit.Lists, func(list int) exactness { return max(best[list], computedMatch) })
	items := map[string]bool{}
	for i := range edit.Entries {
		e := &edit.Entries[i]
		d, ok := declared.Covering(e.Path)
		if !ok {
			d, ok = elements[e.List].find(&edit.Lists[e.List], e)
			d.List = e.List
		}
		key := e.Path + "\x00" + e.Item
		if ok {
			result.Present = append(result.Present, Present{i, d})
		} else if !items[key] {
			pending[e.List] = append(pending[e.List], i)
		}
		items[key] = true
	}
	return pending
}

// insertList returns the changes that insert entries of one list. It adds the place, and entries that
// a chosen list has already, to a result.
func (f *File) insertList(edit *Edit, list int, pending [][]int, result *Result) ([]Change, *RefusalError) {
	l := &edit.Lists[list]
	t, refusal := f.choose(l, edit.At)
	if refusal != nil {
		refusal.List = list
		return nil, refusal
	}
	has := newWritten()
	if !t.list.IsZero() {
		for element := range t.list.Children() {
			has.add(l, element)
		}
	}
	placed := Placement{List: list, Candidate: t.candidate(l)}
	var items []string
	for _, i := range pending[list] {
		if d, ok := has.find(l, &edit.Entries[i]); ok {
			d.List = list
			result.Present = append(result.Present, Present{i, d})
			continue
		}
		placed.Entries = append(placed.Entries, i)
		items = append(items, edit.Entries[i].Item)
	}
	if len(items) == 0 {
		return nil, nil
	}
	result.Placed = append(result.Placed, placed)
	if !t.list.IsZero() {
		return t.list.insert(items), nil
	}
	return t.spot.insert(l, items, !hasSibling(edit.Lists, list, pending)), nil
}

// insert returns the changes that add the binding of a list. alone says that no other list gets a
// binding in the innermost set.
func (p *newSpot) insert(l *List, items []string, alone bool) []Change {
	lines := p.bindingText(l, items, alone)
	if !p.after.IsZero() {
		return []Change{p.set.after(p.after, lines)}
	}
	if p.depth < l.block() && !p.set.first().IsZero() && !p.set.isFlat() {
		lines = append([]string{""}, lines...)
	}
	return []Change{p.set.atEnd(lines)}
}

// hasSibling reports whether another list with the same parent has entries to insert.
func hasSibling(lists []List, list int, pending [][]int) bool {
	parent := lists[list].Path[:len(lists[list].Path)-1]
	for i := range lists {
		if i != list && len(pending[i]) > 0 && slices.Equal(lists[i].Path[:len(lists[i].Path)-1], parent) {
			return true
		}
	}
	return false
}

// insert returns the changes that insert items into a list.
func (n Node) insert(items []string) (changes []Change) {
	if values := n.sortedValues(); values != nil {
		return n.insertSorted(values, items)
	}
	if n.isFlat() {
		changes = n.breakLines()
	}
	return append(changes, n.atEnd(itemLines(items)))
}

// sortedValues returns the elements of a list that is kept sorted: at least three strings in order,
// each on its own line.
func (n Node) sortedValues() []string {
	const fewest = 3
	var values []string
	for element := range n.Children() {
		value, ok := element.literal()
		if !ok || element.Kind() == NodeParen || !element.ownLine() || len(values) > 0 && values[len(values)-1] >= value {
			return nil
		}
		values = append(values, value)
	}
	if len(values) < fewest {
		return nil
	}
	return values
}

// insertSorted inserts strings where they belong, and other items at the end.
func (n Node) insertSorted(values, items []string) (changes []Change) {
	f := n.file
	var elements []Node
	for element := range n.Children() {
		elements = append(elements, element)
	}
	type sorted struct{ value, item string }
	var inside []sorted
	var last []string
	for _, item := range items {
		value, ok := itemValue(item)
		if ok && value < values[len(values)-1] {
			inside = append(inside, sorted{value, item})
		} else {
			last = append(last, item)
		}
	}
	slices.SortStableFunc(inside, func(a, b sorted) int { return cmp.Compare(a.value, b.value) })
	slices.SortStableFunc(last, func(a, b string) int {
		left, leftOK := itemValue(a)
		right, rightOK := itemValue(b)
		if leftOK && rightOK {
			return cmp.Compare(left, right)
		}
		return 0
	})
	for _, s := range inside {
		at, _ := slices.BinarySearch(values, s.value)
		before := n.firstToken()
		if at > 0 {
			before = elements[at-1].lastToken()
		}
		offset, ok := f.lineAfter(before)
		if !ok {
			last = append(last, s.item)
			continue
		}
		text := shift(itemLines([]string{s.item}), n.innerIndent(), f.unit(), f.eol(n.Start()))
		changes = append(changes, Change{offset, offset, text})
	}
	if len(last) > 0 {
		changes = append(changes, n.atEnd(itemLines(last)))
	}
	return changes
}

// itemValue returns the value of an item that is a string.
func itemValue(item string) (string, bool) {
	f, err := Parse(item, Options{})
	if err != nil || f.Root().Kind() == NodeParen {
		return "", false
	}
	return f.Root().literal()
}

// lineAfter returns the offset of the line after a token. It returns false if a comment goes on there.
func (f *File) lineAfter(token int) (int, bool) {
	for token++; token < len(f.tokens) && f.tokens[token].kind.Trivia(); token++ {
		text := f.text[f.tokenStart(token):f.tokens[token].end]
		if newline := strings.IndexByte(text, '\n'); newline >= 0 {
			return f.tokenStart(token) + newline + 1, f.tokens[token].kind == TokenSpace
		}
	}
	return 0, false
}
