package nixedit

import (
	"cmp"
	"path"
	"slices"
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
	// Candidate is the place in the old file.
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
	return f.Survey(edit.Lists).Insert(edit.Entries, edit.At)
}

// Insert does what File.Insert does, with the lists of the survey.
func (s *Survey) Insert(entries []Entry, at []At) (*Result, error) {
	edit := Edit{s.lists, entries, at}
	if s.refusal != nil {
		return nil, s.refusal
	}
	if refusal := edit.check(); refusal != nil {
		return nil, refusal
	}
	result := &Result{Text: s.file.text}
	p := plan{owners: owners{}}
	pending := s.pending(&edit, p.owners, result)
	if refusal := s.checkAt(&edit, pending); refusal != nil {
		return nil, refusal
	}
	changes, refusal := s.plan(&edit, pending, &p, result)
	if refusal != nil {
		return nil, refusal
	}
	if len(changes) == 0 {
		return result, nil
	}
	result.Text, result.Changes, result.Inserted = applied(s.file.text, changes), changes, spans(changes)
	if err := s.file.verifyResult(&edit, result); err != nil {
		return nil, err
	}
	return result, nil
}

// plan returns the changes that insert the pending entries. It adds the places, and entries that a
// chosen list has already, to a result.
func (s *Survey) plan(edit *Edit, pending [][]int, p *plan, result *Result) ([]Change, *RefusalError) {
	for list, entries := range pending {
		if len(entries) == 0 {
			continue
		}
		l := &edit.Lists[list]
		t, refusal := s.found[list].choose(s.file, edit.At)
		if refusal != nil {
			refusal.List = list
			return nil, refusal
		}
		if other := p.other(t, l); other != nil {
			refusal := s.found[list].refuseOther(t, other)
			refusal.List = list
			return nil, refusal
		}
		has := want(l, edit.Entries, entries)
		if !t.list.IsZero() {
			for element := range t.list.Children() {
				has.look(element, t.owner)
			}
		}
		placed := Placement{List: list, Candidate: t.candidate(l)}
		var items []string
		for _, i := range entries {
			if d, ok := has.found[i]; ok {
				d.Path, d.List = path.Clean(edit.Entries[i].Path), list
				result.Present = append(result.Present, Present{i, d})
				continue
			}
			placed.Entries = append(placed.Entries, i)
			items = append(items, edit.Entries[i].Item)
		}
		if len(items) > 0 {
			result.Placed = append(result.Placed, placed)
			p.add(t, newList{l, items})
		}
	}
	return p.changes(), nil
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
	before := n.openStart() + 1
	for element := range n.Children() {
		value, ok := element.literal()
		if !ok || element.Kind() == NodeParen || len(values) > 0 && values[len(values)-1] >= value {
			return nil
		}
		if _, broken := n.file.gap(before, element.Start()); !broken {
			return nil
		}
		values = append(values, value)
		before = element.End()
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
		before := n.openStart() + 1
		if at > 0 {
			before = elements[at-1].End()
		}
		offset, _ := f.lineAfter(before)
		if offset == 0 {
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
