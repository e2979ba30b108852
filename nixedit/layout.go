package nixedit

import "strings"

// indentOf returns the white space at the beginning of the line that contains an offset.
func (f *File) indentOf(offset int) string {
	start := int(f.lines[f.Position(offset).Line-1])
	end := start
	for end < len(f.text) && (f.text[end] == ' ' || f.text[end] == '\t') {
		end++
	}
	return f.text[start:end]
}

// eol returns the line end of the file at an offset: that of its line, or of the line before.
func (f *File) eol(offset int) string {
	line := f.Position(offset).Line
	if line == len(f.lines) {
		line-- // the last line may have none
	}
	if line > 0 && strings.HasSuffix(f.text[:f.lines[line]], "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// indentation is what the lines of code of a file begin with.
type indentation struct {
	tabs bool
	// blanks is the fewest blanks, at least two, with which a line begins; 0 if there is no such line.
	blanks int
}

// add notes the white space at the beginning of a line.
func (i *indentation) add(line string) {
	switch {
	case strings.HasPrefix(line, "\t"):
		i.tabs = true
	case len(line) >= 2 && (i.blanks == 0 || len(line) < i.blanks):
		i.blanks = len(line)
	}
}

// unit returns the white space of one level of indentation: a tab, or the fewest blanks with which a
// line of code begins.
func (f *File) unit() string {
	const most = 8
	switch {
	case f.indent.tabs:
		return "\t"
	case f.indent.blanks == 0 || f.indent.blanks > most:
		return "  "
	}
	return strings.Repeat(" ", f.indent.blanks)
}

// shift returns lines with two blanks for each level as lines of the file.
func shift(lines []string, indent, unit, eol string) string {
	var b strings.Builder
	for _, line := range lines {
		text := strings.TrimLeft(line, " ")
		if text != "" {
			level := len(line) - len(text)
			b.WriteString(indent)
			b.WriteString(strings.Repeat(unit, level/2))
			b.WriteString(line[level/2*2:])
		}
		b.WriteString(eol)
	}
	return b.String()
}

// itemLines returns the lines of items.
func itemLines(items []string) (lines []string) {
	for _, item := range items {
		lines = append(lines, strings.Split(item, "\n")...)
	}
	return lines
}

// gap returns the white space at the end of a part of a file that consists of white space and comments;
// it may be empty. broken reports whether a newline is in it.
func (f *File) gap(from, to int) (gap Span, broken bool) {
	gap = Span{to, to}
	for t := range f.tokensFrom(from) {
		if t.End > to {
			break
		}
		if gap = (Span{to, to}); t.Kind == TokenSpace {
			gap.Start = t.Start
		}
	}
	return gap, strings.Contains(f.text[gap.Start:gap.End], "\n")
}

// innerIndent returns the indentation of the children of a list or a set: that of the first child
// on a line of its own, or one level more than the closing bracket has.
func (n Node) innerIndent() string {
	before := n.openStart() + 1
	for child := range n.Children() {
		if _, broken := n.file.gap(before, child.Start()); broken {
			return n.file.indentOf(child.Start())
		}
		before = child.End()
	}
	return n.outerIndent() + n.file.unit()
}

// outerIndent returns the indentation of the closing bracket of a list or a set: that of the line of the
// opening one, and one level for each set and list around it that is opened on the same line.
//
//	{ a = { b = [
//	      "x"
//	    ]; }; }
func (n Node) outerIndent() string {
	f := n.file
	open := n.openStart()
	line, levels := f.Position(open).Line, 0
	for around := f.Root(); !around.IsZero() && around.index != n.index; around = around.childAt(open) {
		switch around.Kind() {
		case NodeSet, NodeRecSet, NodeList:
			if f.Position(around.openStart()).Line == line {
				levels++
			}
		default:
		}
	}
	return f.indentOf(open) + strings.Repeat(f.unit(), levels)
}

// childAt returns the child that contains an offset.
func (n Node) childAt(offset int) Node {
	for child := range n.Children() {
		if offset < child.End() {
			return child
		}
	}
	return Node{}
}

// openStart returns the offset of the opening bracket of a list or a set; the set rec { may have it on a
// later line.
func (n Node) openStart() int {
	for t := range n.file.tokensFrom(n.Start()) {
		if t.Kind == TokenLeftBrace || t.Kind == leftBracket {
			return t.Start
		}
	}
	return n.Start()
}

// lastInside returns the offset after the last child of a list or a set, or after its opening bracket.
func (n Node) lastInside() int {
	if last := n.last(); !last.IsZero() {
		return last.End()
	}
	return n.openStart() + 1
}

// atEnd returns the change that adds lines before the closing bracket of a list or a set.
//
//	[               [ "/a"
//	  "/a"            "/b" ]
//	  NEW
//	]               before the bracket, which gets a line of its own
func (n Node) atEnd(lines []string) Change {
	f := n.file
	gap, broken := f.gap(n.lastInside(), n.End()-1)
	eol := f.eol(n.openStart())
	text := shift(lines, n.innerIndent(), f.unit(), eol)
	if broken {
		at := gap.Start + strings.LastIndexByte(f.text[gap.Start:gap.End], '\n') + 1
		return Change{at, at, text}
	}
	return Change{gap.Start, gap.End, eol + text + n.outerIndent()}
}

// after returns the change that adds lines after a binding of the set n.
func (n Node) after(b Node, lines []string) Change {
	f := n.file
	at, next := f.lineAfter(b.End())
	eol := f.eol(b.Start())
	switch {
	case at > 0:
		return Change{at, at, shift(lines, n.innerIndent(), f.unit(), eol)}
	case next == n.End()-1:
		return n.atEnd(lines)
	}
	indent := n.innerIndent()
	gap, _ := f.gap(b.End(), next)
	return Change{gap.Start, gap.End, eol + shift(lines, indent, f.unit(), eol) + indent}
}

// lineAfter returns the offset of the line that begins after the white space and the comments behind an
// offset, or 0; and the offset of the next other token on the same line.
func (f *File) lineAfter(offset int) (line, next int) {
	for t := range f.tokensFrom(offset) {
		if !t.Kind.Trivia() {
			return 0, t.Start
		}
		if newline := strings.IndexByte(f.text[t.Start:t.End], '\n'); newline >= 0 && t.Kind == TokenSpace {
			return t.Start + newline + 1, 0
		}
	}
	return 0, len(f.text)
}

// isFlat reports whether a list is on one line, without comments that end a line and elements of
// several lines.
func (n Node) isFlat() bool { return !strings.Contains(n.Text(), "\n") }

// breakLines returns the changes that put each element of a flat list on its own line.
func (n Node) breakLines() (changes []Change) {
	f := n.file
	eol := f.eol(n.Start()) + n.innerIndent()
	before := n.openStart() + 1
	for element := range n.Children() {
		gap := Span{before, before}
		for isSpace(f.text[gap.End]) {
			gap.End++
		}
		changes = append(changes, Change{gap.Start, gap.End, eol})
		before = element.End()
	}
	return changes
}
