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
	case c == '#':
		end := strings.IndexAny(l.text[l.pos:], "\r\n")
		if end < 0 {
			end = len(l.text) - l.pos
		}
		l.emit(TokenLineComment, l.pos+end)
		return
	case c == '/' && l.byteAt(l.pos+1) == '*':
		l.blockComment()
		return
	case isLetter(c):
		l.name()
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
	end := l.pos + 1
	for isNameByte(l.byteAt(end)) {
		end++
	}
	switch l.byteAt(end) {
	case '/', '.', '+', ':', '\'':
		// A path or a URI may be here. Their runs contain all bytes of names except the apostrophe, and
		// end before any other byte than these.
	default:
		if strings.IndexByte(l.text[l.pos:end], '\'') < 0 {
			l.emit(keyword(l.text[l.pos:end]), end)
			return
		}
	}
	if l.startPath() {
		return
	}
	if l.text[l.pos] != '_' {
		if end := l.uriEnd(); end > 0 {
			l.emit(TokenURI, end)
			return
		}
	}
	l.emit(keyword(l.text[l.pos:end]), end)
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

// marks are the marks and operators. A longer one comes before its beginnings.
var marks = [...]struct {
	text string
	kind TokenKind
}{
	{"...", ellipsis},
	{"''", TokenIndentedOpen},
	{"${", TokenInterpolation},
	{"++", concat},
	{"//", update},
	{"<=", lessEqual},
	{"<|", pipeFrom},
	{">=", greaterEqual},
	{"==", equal},
	{"!=", notEqual},
	{"&&", logicalAnd},
	{"||", logicalOr},
	{"|>", pipeInto},
	{"->", implies},
}

var singles = [utf8.RuneSelf]TokenKind{
	'"': TokenQuote, '{': TokenLeftBrace, '}': TokenRightBrace, '[': leftBracket, ']': rightBracket, '(': leftParen, ')': rightParen, '=': assign, ';': semicolon,
	':': colon, ',': comma, '.': dot, '@': at, '?': question, '!': not, '+': plus, '-': minus, '*': times, '/': divide, '<': less, '>': greater,
}

// mark cuts a mark or an operator.
func (l *lexer) mark(c byte) {
	kind, size := TokenKind(0), 1
	if c < utf8.RuneSelf {
		kind = singles[c]
	}
	if l.pos+1 < len(l.text) && strings.IndexByte(`.'$+/<>=!&|-`, c) >= 0 {
		for _, m := range marks {
			if m.text[0] == c && strings.HasPrefix(l.text[l.pos:], m.text) {
				kind, size = m.kind, len(m.text)
				break
			}
		}
	}
	switch kind {
	case 0:
		r, _ := utf8.DecodeRuneInString(l.text[l.pos:])
		l.refuse(l.pos, fmt.Sprintf("unexpected character %q", r))
		return
	case TokenLeftBrace, TokenInterpolation:
		l.push(modeCode)
	case TokenRightBrace:
		l.pop()
	case TokenQuote:
		l.push(modeQuoted)
	case TokenIndentedOpen:
		l.push(modeIndented)
	default:
	}
	l.emit(kind, l.pos+size)
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
	classPlain // has no meaning in strings of both kinds
)

// classes is constant.
var classes = func() (table [256]uint8) {
	for i := range table {
		c := byte(i)
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		digit := '0' <= c && c <= '9'
		path := letter || digit || c != 0 && strings.IndexByte(".-+", c) >= 0
		for class, is := range map[uint8]bool{
			classSpace:  c == ' ' || c == '\n' || c == '\t' || c == '\r',
			classDigit:  digit,
			classLetter: letter,
			className:   letter || digit || c == '\'' || c == '-',
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

func isSpace(c byte) bool      { return classes[c]&classSpace != 0 }
func isDigit(c byte) bool      { return classes[c]&classDigit != 0 }
func isLetter(c byte) bool     { return classes[c]&classLetter != 0 }
func isNameByte(c byte) bool   { return classes[c]&className != 0 }
func isPathByte(c byte) bool   { return classes[c]&classPath != 0 }
func isSchemeByte(c byte) bool { return classes[c]&classScheme != 0 }
func isURIByte(c byte) bool    { return classes[c]&classURI != 0 }
