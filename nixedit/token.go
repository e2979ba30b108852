package nixedit

import (
	"fmt"
	"iter"
)

// TokenKind is the kind of a token.
type TokenKind uint8

// The kinds of tokens. The zero value means unknown; no token of a file has it.
const (
	_ TokenKind = iota
	// TokenSpace is a run of blanks, tabs, newlines and carriage returns.
	TokenSpace
	// TokenLineComment begins with # and ends before the end of the line.
	TokenLineComment
	// TokenBlockComment is enclosed in /* and */.
	TokenBlockComment
	// TokenIdentifier is a name that is not a keyword. It may contain ' and -.
	TokenIdentifier
	// TokenInteger and TokenFloat are numbers.
	TokenInteger
	TokenFloat
	// TokenPathStart is a path, or its part before the first interpolation: ./a, /a/b, a/${b}, ~/a.
	TokenPathStart
	// TokenPathText is the part of a path after an interpolation, or after //.
	TokenPathText
	// TokenSearchPath is a path in angle brackets: <nixpkgs/lib>.
	TokenSearchPath
	// TokenURI is a URI without quotes. Note that x:y is one.
	TokenURI
	// TokenQuote opens or closes a string.
	TokenQuote
	// TokenIndentedOpen and TokenIndentedClose are the '' around an indented string.
	TokenIndentedOpen
	TokenIndentedClose
	// TokenStringText is the text of a string, up to its end or an interpolation, with the escapes.
	TokenStringText
	// TokenInterpolation is ${. It is closed by TokenRightBrace.
	TokenInterpolation

	// The keywords.
	keywordAssert
	keywordElse
	keywordIf
	keywordIn
	keywordInherit
	keywordLet
	keywordOr
	keywordRec
	keywordThen
	keywordWith

	// The brackets and marks.
	TokenLeftBrace
	TokenRightBrace
	leftBracket
	rightBracket
	leftParen
	rightParen
	assign
	semicolon
	colon
	comma
	dot
	ellipsis
	at

	// The operators.
	question
	not
	plus
	minus
	times
	divide
	concat
	update
	less
	lessEqual
	greater
	greaterEqual
	equal
	notEqual
	logicalAnd
	logicalOr
	implies
	pipeInto
	pipeFrom

	endOfFile
)

var tokenNames = [...]string{
	"unknown", "white space", "comment", "block comment", "name", "integer", "float", "path", "text of a path", "search path", "URI", `'"'`, "\"''\"",
	"\"''\"", "text of a string", "'${'", "'assert'", "'else'", "'if'", "'in'", "'inherit'", "'let'", "'or'", "'rec'", "'then'", "'with'", "'{'", "'}'",
	"'['", "']'", "'('", "')'", "'='", "';'", "':'", "','", "'.'", "'...'", "'@'", "'?'", "'!'", "'+'", "'-'", "'*'", "'/'", "'++'", "'//'", "'<'", "'<='",
	"'>'", "'>='", "'=='", "'!='", "'&&'", "'||'", "'->'", "'|>'", "'<|'", "end of file",
}

// String returns the kind in a few words, or the text of a keyword, mark or operator in quotes.
func (k TokenKind) String() string {
	if int(k) < len(tokenNames) {
		return tokenNames[k]
	}
	return fmt.Sprintf("token %d", uint8(k))
}

// Trivia reports whether tokens of the kind have no meaning in Nix: white space and comments.
func (k TokenKind) Trivia() bool { return TokenSpace <= k && k <= TokenBlockComment }

// A Token is a part of a file.
type Token struct {
	Kind TokenKind
	// Start and End are offsets in bytes; End is exclusive.
	Start, End int
}

// token is a Token as the parser keeps a few of them. MaxSize fits into 32 bits.
type token struct {
	start, end uint32
	kind       TokenKind
}

// keyword returns the kind of a name.
func keyword(name string) TokenKind {
	switch name {
	case "assert":
		return keywordAssert
	case "else":
		return keywordElse
	case "if":
		return keywordIf
	case "in":
		return keywordIn
	case "inherit":
		return keywordInherit
	case "let":
		return keywordLet
	case "or":
		return keywordOr
	case "rec":
		return keywordRec
	case "then":
		return keywordThen
	case "with":
		return keywordWith
	}
	return TokenIdentifier
}

// Tokens returns the tokens of a file in order. Their texts joined are the file. A file does not keep
// its tokens: each iteration scans the text again.
func (f *File) Tokens() iter.Seq[Token] { return f.tokensFrom(0) }

// tokensFrom returns the tokens from an offset on that is between two tokens outside of strings.
func (f *File) tokensFrom(offset int) iter.Seq[Token] {
	return func(yield func(Token) bool) {
		l := newLexer(f.text, offset)
		for l.next() && yield(Token{l.kind, l.start, l.pos}) {
		}
	}
}
