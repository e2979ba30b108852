package nixedit

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A mode says what the next bytes are, as the start conditions of Nix's scanner (lexer.l) do.
//
//	code      names, marks, operators; the default
//	quoted    after ", up to the closing "
//	indented  after '', up to the closing ''
//	path      after a part of a path, as long as text or ${ follows without white space
//
// ${ and { push code; } pops it. So the modes are a stack, and ${"${"a"}"} needs no recursion.
type mode uint8

const (
	modeCode mode = iota
	modeQuoted
	modeIndented
	modePath
)

// lexer cuts a text into tokens, one at a time.
//
// Nix's scanner takes the longest match of its regular expressions. Two of them read far ahead: a
// path is known by a slash behind a run of path characters, and a URI by a colon behind a scheme.
// pathRun and schemeRun cache the ends of the current runs, so a.b.c.d... takes linear time.
type lexer struct {
	text string
	// The last token: its kind, where it begins, and where it ends and the next one begins.
	kind       TokenKind
	start, pos int

	mode    mode
	outer   []mode // the modes around it
	opened  []int  // offsets at which the modes were pushed
	pathRun int
	scheme  int
	indent  indentation
	refusal *RefusalError
}

// newLexer returns a lexer for the tokens from an offset on that is in the mode for code.
func newLexer(text string, offset int) *lexer {
	const usual = 16 // modes that are nested
	return &lexer{text: text, pos: offset, outer: make([]mode, 0, usual), opened: make([]int, 0, usual)}
}

// checkEncoding refuses what no editor should change. The offset is that of the first such byte.
func checkEncoding(text string) (offset int, detail string) {
	switch {
	case strings.HasPrefix(text, "\ufeff"):
		return 0, "the file begins with a byte order mark"
	case strings.IndexByte(text, '\r') < 0 && strings.IndexByte(text, 0) < 0 && utf8.ValidString(text):
		return 0, ""
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == 0:
			return i, "the file contains a NUL byte"
		case c == '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				return i, "the file contains a carriage return without a newline"
			}
			i++
		case c < utf8.RuneSelf:
			i++
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 {
				return i, "the file is not UTF-8"
			}
			i += size
		}
	}
	return 0, ""
}

// next goes to the next token. It returns false at the end of the text, and at a refusal.
func (l *lexer) next() bool {
	l.start = l.pos
	for l.pos < len(l.text) && l.refusal == nil {
		switch l.mode {
		case modeCode:
			l.code()
		case modeQuoted:
			l.quoted()
		case modeIndented:
			l.indented()
		case modePath:
			l.path()
		}
		if l.pos > l.start {
			return l.refusal == nil
		}
	}
	l.finish()
	return false
}

// finish refuses a text that ends inside a token.
func (l *lexer) finish() {
	if l.refusal != nil {
		return
	}
	switch l.mode {
	case modeQuoted, modeIndented:
		l.refuse(l.opened[len(l.opened)-1], "the string is not closed")
	case modePath:
		l.path()
	default:
	}
}

// emit ends a token.
func (l *lexer) emit(kind TokenKind, end int) {
	l.kind = kind
	l.pos = end
}

func (l *lexer) push(m mode) {
	l.outer, l.opened = append(l.outer, l.mode), append(l.opened, l.pos)
	l.mode = m
}

func (l *lexer) pop() {
	if last := len(l.outer) - 1; last >= 0 {
		l.mode = l.outer[last]
		l.outer, l.opened = l.outer[:last], l.opened[:last]
	}
}

func (l *lexer) refuse(offset int, detail string) {
	if l.refusal == nil {
		l.refusal = &RefusalError{Position: Position{Offset: offset}, Reason: BadToken, Detail: detail, List: -1}
	}
}

// byteAt returns a byte, or 0 after the end. The text contains no NUL.
func (l *lexer) byteAt(i int) byte {
	if i < len(l.text) {
		return l.text[i]
	}
	return 0
}

// interpolation reports whether ${ is at i.
func (l *lexer) interpolation(i int) bool { return l.byteAt(i) == '$' && l.byteAt(i+1) == '{' }

// quoted cuts a token of a string.
func (l *lexer) quoted() {
	if l.interpolation(l.pos) {
		l.push(modeCode)
		l.emit(TokenInterpolation, l.pos+2)
		return
	}
	if l.text[l.pos] == '"' {
		l.pop()
		l.emit(TokenQuote, l.pos+1)
		return
	}
	i := l.pos
	for {
		for i < len(l.text) && classes[l.text[i]]&classPlain != 0 {
			i++
		}
		if i >= len(l.text) || l.text[i] == '"' || l.interpolation(i) {
			break
		}
		switch {
		case l.text[i] == '\\':
			i += 2
		case l.text[i] == '$' && l.byteAt(i+1) == '\\':
			i += 3
		case l.text[i] == '$' && l.byteAt(i+1) != '"':
			i += 2 // $$ is not the beginning of ${
		default:
			i++
		}
	}
	l.emit(TokenStringText, min(i, len(l.text)))
}

// indented cuts a token of an indented string.
func (l *lexer) indented() {
	if l.interpolation(l.pos) {
		l.push(modeCode)
		l.emit(TokenInterpolation, l.pos+2)
		return
	}
	i := l.pos
	for {
		for i < len(l.text) && classes[l.text[i]]&classPlain != 0 {
			i++
		}
		if i >= len(l.text) || l.interpolation(i) {
			break
		}
		if size := indentedEscape(l.text[i:]); size > 0 {
			i += size
			continue
		}
		if strings.HasPrefix(l.text[i:], "''") {
			break
		}
		if l.text[i] == '$' && l.byteAt(i+1) != '\'' {
			i++ // $$ is not the beginning of ${
		}
		i++
	}
	if i == l.pos {
		l.pop()
		l.emit(TokenIndentedClose, i+2)
		return
	}
	l.emit(TokenStringText, min(i, len(l.text)))
}

// indentedEscape returns the length of the escape at the beginning of the text of an indented
// string: two apostrophes with a third one, with a dollar sign, or with a backslash and one byte. It
// returns 0 if there is no escape.
func indentedEscape(text string) int {
	if len(text) < 3 || text[0] != '\'' || text[1] != '\'' {
		return 0
	}
	switch text[2] {
	case '\'', '$':
		return 3
	case '\\':
		return 4
	}
	return 0
}

// path cuts a token after a part of a path.
func (l *lexer) path() {
	if l.interpolation(l.pos) {
		l.push(modeCode)
		l.emit(TokenInterpolation, l.pos+2)
		return
	}
	end := l.pathEnd(l.pos)
	if end > l.pos {
		l.emit(TokenPathText, end)
		return
	}
	if l.text[l.pos-1] == '/' {
		l.refuse(l.pos-1, "the path ends in a slash")
	}
	l.pop()
}

// pathEnd returns the end of the longest text at i that can be a part of a path.
func (l *lexer) pathEnd(i int) int {
	for isPathByte(l.byteAt(i)) {
		i++
	}
	for l.byteAt(i) == '/' && isPathByte(l.byteAt(i+1)) {
		for i++; isPathByte(l.byteAt(i)); {
			i++
		}
	}
	if l.byteAt(i) == '/' {
		i++
	}
	return i
}

// startPath cuts the first token of a path, if one is here.
func (l *lexer) startPath() bool {
	slash := l.pos
	if l.text[l.pos] == '~' {
		slash++
	} else {
		slash = l.pathRunEnd()
	}
	switch {
	case l.byteAt(slash) != '/':
		return false
	case isPathByte(l.byteAt(slash + 1)):
		l.push(modePath)
		l.emit(TokenPathStart, l.pathEnd(slash))
	case l.interpolation(slash + 1):
		l.push(modePath)
		l.emit(TokenPathStart, slash+1)
	default:
		return false
	}
	return true
}

// pathRunEnd returns the end of the run of path characters at the position.
func (l *lexer) pathRunEnd() int {
	if l.pathRun <= l.pos {
		l.pathRun = l.pos
		for isPathByte(l.byteAt(l.pathRun)) {
			l.pathRun++
		}
	}
	return l.pathRun
}

// uriEnd returns the end of the URI at the position, which is at a letter; 0 if it is not one.
func (l *lexer) uriEnd() int {
	if l.scheme <= l.pos {
		l.scheme = l.pos
		for isSchemeByte(l.byteAt(l.scheme)) {
			l.scheme++
		}
	}
	i := l.scheme
	if l.byteAt(i) != ':' || !isURIByte(l.byteAt(i+1)) {
		return 0
	}
	for i++; isURIByte(l.byteAt(i)); {
		i++
	}
	return i
}

// checkNumber refuses the number that ends at end, if Nix does.
func (l *lexer) checkNumber(kind TokenKind, end int) {
	text := l.text[l.pos:end]
	var err error
	if kind == TokenInteger {
		_, err = strconv.ParseInt(text, 10, 64)
	} else {
		_, err = strconv.ParseFloat(text, 64)
	}
	if err != nil {
		l.refuse(l.pos, fmt.Sprintf("the number %.40q is out of range", text))
	}
}
