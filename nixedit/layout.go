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

// unit returns the white space of one level of indentation: a tab, or the fewest blanks, at least
// two, with which a line of code begins.
func (f *File) unit() string {
	const most = 8
	fewest := most + 1
	start := 0
	for _, t := range f.tokens {
		if t.kind == TokenSpace {
			text := f.text[start:t.end]
			if newline := strings.LastIndexByte(text, '\n'); newline >= 0 {
				indent := text[newline+1:]
				if strings.HasPrefix(indent, "\t") {
					return "\t"
				}
				if len(indent) >= 2 {
					fewest = min(fewest, len(indent))
				}
			}
		}
		start = int(t.end)
	}
	if fewest > most {
		return "  "
	}
	return strings.Repeat(" ", fewest)
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

// gapBefore returns the white space before a token; it may be empty. broken reports whether a
// newline is in it.
func (f *File) gapBefore(token int) (gap Span, broken bool) {
	end := f.tokenStart(token)
	gap = Span{end, end}
	if token > 0 && f.tokens[token-1].kind == TokenSpace {
		gap.Start = f.tokenStart(token - 1)
	}
	return gap, strings.Contains(f.text[gap.Start:gap.End], "\n")
}

// ownLine reports whether a node is the first on its line.
func (n Node) ownLine() bool {
	_, broken := n.file.gapBefore(n.firstToken())
	return broken
}

// innerIndent returns the indentation of the children of a list or a set: that of the first child
// on a line of its own, or one level more than the line of the bracket.
func (n Node) innerIndent() string {
	for child := range n.Children() {
		if child.ownLine() {
			return n.file.indentOf(child.Start())
		}
	}
	return n.file.indentOf(n.openStart()) + n.file.unit()
}

// openStart returns the offset of the opening bracket; the set rec { may have it on a later line.
func (n Node) openStart() int {
	i := n.firstToken()
	for k := n.file.tokens[i].kind; k != TokenLeftBrace && k != leftBracket; k = n.file.tokens[i].kind {
		i++
	}
	return n.file.tokenStart(i)
}

// atEnd returns the change that adds lines before the closing bracket of a list or a set.
//
//	[               [ "/a"
//	  "/a"            "/b" ]
//	  NEW
//	]               before the bracket, which gets a line of its own
func (n Node) atEnd(lines []string) Change {
	f := n.file
	closing := n.lastToken()
	gap, broken := f.gapBefore(closing)
	eol := f.eol(n.openStart())
	text := shift(lines, n.innerIndent(), f.unit(), eol)
	if broken {
		at := gap.Start + strings.LastIndexByte(f.text[gap.Start:gap.End], '\n') + 1
		return Change{at, at, text}
	}
	return Change{gap.Start, gap.End, eol + text + f.indentOf(n.openStart())}
}

// after returns the change that adds lines after a binding of the set n.
func (n Node) after(b Node, lines []string) Change {
	f := n.file
	next := b.lastToken() + 1
	for f.tokens[next].kind.Trivia() {
		if gap := f.text[f.tokenStart(next):f.tokens[next].end]; f.tokens[next].kind == TokenSpace && strings.Contains(gap, "\n") {
			at := f.tokenStart(next) + strings.IndexByte(gap, '\n') + 1
			return Change{at, at, shift(lines, n.innerIndent(), f.unit(), f.eol(b.Start()))}
		}
		next++
	}
	if next == n.lastToken() {
		return n.atEnd(lines)
	}
	eol, indent := f.eol(b.Start()), n.innerIndent()
	gap, _ := f.gapBefore(next)
	return Change{gap.Start, gap.End, eol + shift(lines, indent, f.unit(), eol) + indent}
}

// isFlat reports whether a list is on one line, without comments that end a line and elements of
// several lines.
func (n Node) isFlat() bool { return !strings.Contains(n.Text(), "\n") }

// breakLines returns the changes that put each element of a flat list on its own line.
func (n Node) breakLines() (changes []Change) {
	f := n.file
	eol := f.eol(n.Start()) + n.innerIndent()
	before := n.firstToken()
	for element := range n.Children() {
		gap := Span{f.tokenStart(before + 1), f.tokenStart(before + 1)}
		if f.tokens[before+1].kind == TokenSpace {
			gap.End = int(f.tokens[before+1].end)
		}
		changes = append(changes, Change{gap.Start, gap.End, eol})
		before = element.lastToken()
	}
	return changes
}
