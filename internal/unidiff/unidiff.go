package unidiff

// Edit replaces a part of a text.
type Edit struct {
	// Start and End are byte offsets in the old text; End is exclusive.
	Start, End int
	New        string
}

// Kind is the kind of a line of a diff.
type Kind uint8

// The kinds. The zero value means unknown.
const (
	KindUnknown Kind = iota
	// KindFile is one of the two lines with the name of the file.
	KindFile
	// KindHunk is the line with the positions of a hunk.
	KindHunk
	KindContext
	KindRemoved
	KindAdded
	// KindNote is the line after a line without a newline.
	KindNote
)

var kinds = [...]struct{ name, prefix string }{
	{"unknown", ""},
	{"file", ""},
	{"hunk", ""},
	{"context", " "},
	{"removed", "-"},
	{"added", "+"},
	{"note", "\\ "},
}

// String returns the kind in one word.
func (k Kind) String() string { return kinds[min(int(k), len(kinds)-1)].name }

// Line is a line of a diff.
type Line struct {
	Kind Kind
	// Text is the line without its newline and its prefix. It may contain any bytes of the texts.
	Text string
}

// String returns the line with its prefix, without a newline.
func (l Line) String() string { return kinds[min(int(l.Kind), len(kinds)-1)].prefix + l.Text }

// context is the number of unchanged lines around a change, as in diff(1).
const context = 3

// Of returns the unified diff of a text and edits, which must be sorted and must not overlap. name is
// written into the first two lines. Without a difference, it returns nil.
func Of(name, old string, edits []Edit) []Line {
	changes := changesOf(old, edits)
	if len(changes) == 0 {
		return nil
	}
	lines := []Line{{KindFile, "--- " + name}, {KindFile, "+++ " + name}}
	d := writer{old: old, lines: lines}
	for len(changes) > 0 {
		n := 1
		for n < len(changes) && changes[n].from-changes[n-1].through <= 2*context {
			n++
		}
		d.hunk(changes[:n])
		changes = changes[n:]
	}
	return d.lines
}
