package nixedit

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// code cuts a token outside of strings and paths.
func (l *lexer) code() {
	c := l.text[l.pos]
	switch {
	case isSpace(c):
		l.space()
		return
	case isLetter(c):
		l.name()
		return
	case isSingle(c), c == '=' && l.byteAt(l.pos+1) != '=':
		l.single(singles[c])
		return
	case c == '#':
		end := strings.IndexByte(l.text[l.pos:], '\n')
		switch {
		case end < 0:
			end = len(l.text) - l.pos
		case l.text[l.pos+end-1] == '\r':
			end--
		}
		l.emit(TokenLineComment, l.pos+end)
		return
	case c == '/' && l.byteAt(l.pos+1) == '*':
		l.blockComment()
		return
	case (isPathByte(c) || c == '/' || c == '~') && l.startPath():
		return
	case isDigit(c), c == '.' && isDigit(l.byteAt(l.pos+1)):
		l.number()
		return
	case c == '<':
		if end := l.searchPathEnd(); end > 0 {
			l.emit(TokenSearchPath, end)
			return
		}
	}
	l.mark(c)
}

func (l *lexer) space() {
	end, line := l.pos, -1
	for isSpace(l.byteAt(end)) {
		if l.text[end] == '\n' {
			line = end + 1
		}
		end++
	}
	if line >= 0 {
		l.indent.add(l.text[line:end])
	}
	l.emit(TokenSpace, end)
}

func (l *lexer) blockComment() {
	end := strings.Index(l.text[l.pos+2:], "*/")
	if end < 0 {
		l.refuse(l.pos, "the comment is not closed")
		return
	}
	l.emit(TokenBlockComment, l.pos+2+end+2)
}

// name cuts a name, a keyword, a URI or a path.
func (l *lexer) name() {
	text, end := l.text, l.pos+1
	for end < len(text) && isNameByte(text[end]) {
		end++
	}
	switch l.byteAt(end) {
	case '/', '.', '+', ':':
		// A path or a URI may be here. Their runs end before any other byte that ends a name.
		if l.startPath() {
			return
		}
		if uri := l.uriEnd(); uri > 0 && text[l.pos] != '_' {
			l.emit(TokenURI, uri)
			return
		}
	case '\'':
		for end < len(text) && (isNameByte(text[end]) || text[end] == '\'') {
			end++
		}
	}
	l.emit(keyword(text[l.pos:end]), end)
}

// number cuts a number. A float is [1-9][0-9]*\.[0-9]* or 0?\.[0-9]+, with an exponent or without.
func (l *lexer) number() {
	end := l.pos
	for isDigit(l.byteAt(end)) {
		end++
	}
	kind := TokenInteger
	whole := l.text[l.pos:end]
	fraction := l.byteAt(end) == '.' && isDigit(l.byteAt(end+1))
	if l.byteAt(end) == '.' && (whole != "" && whole[0] != '0' || fraction && (whole == "" || whole == "0")) {
		kind = TokenFloat
		for end++; isDigit(l.byteAt(end)); {
			end++
		}
		if exponent := end + 1; l.byteAt(end)|0x20 == 'e' {
			if sign := l.byteAt(exponent); sign == '+' || sign == '-' {
				exponent++
			}
			for isDigit(l.byteAt(exponent)) {
				exponent++
				end = exponent
			}
		}
	}
	l.checkNumber(kind, end)
	l.emit(kind, end)
}

// searchPathEnd returns the end of the search path at the position, which is at <; 0 if it is not
// one.
func (l *lexer) searchPathEnd() int {
	i := l.pos
	for {
		start := i + 1
		for i = start; isPathByte(l.byteAt(i)); {
			i++
		}
		switch {
		case i == start:
			return 0
		case l.byteAt(i) == '>':
			return i + 1
		case l.byteAt(i) != '/':
			return 0
		}
	}
}

// pair returns the mark or the operator of two bytes, or the zero value.
func pair(first, second byte) TokenKind {
	switch [2]byte{first, second} {
	case [2]byte{'\'', '\''}:
		return TokenIndentedOpen
	case [2]byte{'$', '{'}:
		return TokenInterpolation
	case [2]byte{'+', '+'}:
		return concat
	case [2]byte{'/', '/'}:
		return update
	case [2]byte{'<', '='}:
		return lessEqual
	case [2]byte{'<', '|'}:
		return pipeFrom
	case [2]byte{'>', '='}:
		return greaterEqual
	case [2]byte{'=', '='}:
		return equal
	case [2]byte{'!', '='}:
		return notEqual
	case [2]byte{'&', '&'}:
		return logicalAnd
	case [2]byte{'|', '|'}:
		return logicalOr
	case [2]byte{'|', '>'}:
		return pipeInto
	case [2]byte{'-', '>'}:
		return implies
	}
	return 0
}

var singles = [utf8.RuneSelf]TokenKind{
	'"': TokenQuote, '{': TokenLeftBrace, '}': TokenRightBrace, '[': leftBracket, ']': rightBracket, '(': leftParen, ')': rightParen, '=': assign, ';': semicolon,
	':': colon, ',': comma, '.': dot, '@': at, '?': question, '!': not, '+': plus, '-': minus, '*': times, '/': divide, '<': less, '>': greater,
}

// mark cuts a mark or an operator.
func (l *lexer) mark(c byte) {
	second := l.byteAt(l.pos + 1)
	switch kind := pair(c, second); {
	case kind == TokenInterpolation:
		l.push(modeCode)
		l.emit(kind, l.pos+2)
		return
	case kind == TokenIndentedOpen:
		l.push(modeIndented)
		l.emit(kind, l.pos+2)
		return
	case kind != 0:
		l.emit(kind, l.pos+2)
		return
	case c == '.' && second == '.' && l.byteAt(l.pos+2) == '.':
		l.emit(ellipsis, l.pos+3)
		return
	}
	if c < utf8.RuneSelf && singles[c] != 0 {
		l.single(singles[c])
		return
	}
	r, _ := utf8.DecodeRuneInString(l.text[l.pos:])
	l.refuse(l.pos, fmt.Sprintf("unexpected character %q", r))
}

// single cuts a mark or an operator of one byte.
func (l *lexer) single(kind TokenKind) {
	switch kind {
	case TokenLeftBrace:
		l.push(modeCode)
	case TokenRightBrace:
		l.pop()
	case TokenQuote:
		l.push(modeQuoted)
	default:
	}
	l.emit(kind, l.pos+1)
}

// The classes of bytes, in a table: every byte of a file is tested for some of them.
const (
	classSpace = 1 << iota
	classDigit
	classLetter
	className
	classPath
	classScheme
	classURI
	classPlain  // has no meaning in strings of both kinds
	classSingle // is a token, whatever follows
)

// classes is constant.
var classes = func() (table [256]uint16) {
	for i := range table {
		c := byte(i)
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		digit := '0' <= c && c <= '9'
		path := letter || digit || c != 0 && strings.IndexByte(".-+", c) >= 0
		for class, is := range map[uint16]bool{
			classSpace:  c == ' ' || c == '\n' || c == '\t' || c == '\r',
			classDigit:  digit,
			classLetter: letter,
			className:   letter || digit || c == '-',
			classSingle: c != 0 && strings.IndexByte(`"{}[]();:,@?*`, c) >= 0,
			classPath:   path,
			classScheme: path && c != '_',
			classURI:    path || c != 0 && strings.IndexByte("%/?:@&=$,!~*'", c) >= 0,
			classPlain:  strings.IndexByte("\"\\$'", c) < 0,
		} {
			if is {
				table[i] |= class
			}
		}
	}
	return table
}()

func isSpace(c byte) bool  { return classes[c]&classSpace != 0 }
func isDigit(c byte) bool  { return classes[c]&classDigit != 0 }
func isLetter(c byte) bool { return classes[c]&classLetter != 0 }

// isNameByte reports whether a byte can be in a name, except for the apostrophe, which no path has.
func isNameByte(c byte) bool   { return classes[c]&className != 0 }
func isPathByte(c byte) bool   { return classes[c]&classPath != 0 }
func isSchemeByte(c byte) bool { return classes[c]&classScheme != 0 }
func isURIByte(c byte) bool    { return classes[c]&classURI != 0 }
func isSingle(c byte) bool     { return classes[c]&classSingle != 0 }
