package pattern

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNesting is how deep braces may be nested. globset has a similar limit: its regex engine
// accepts 250 nested groups.
const maxNesting = 100

// maxLength is one more than the maximum length of a pattern. An argument of fd has the same limit
// (MAX_ARG_STRLEN of execve(2)).
const maxLength = 128 << 10

// tokenKind is the kind of a token. The names are those of globset.
type tokenKind uint8

const (
	tokenUnknown    tokenKind = iota
	literalToken              // one character
	anyToken                  // "?": any byte except the slash
	zeroOrMore                // "*": any bytes except the slash
	recursivePrefix           // leading "**/": nothing, or everything up to a slash
	recursiveSuffix           // trailing "/**": a slash and everything after it
	recursiveInfix            // "/**/": a slash, or two slashes and everything between
	classToken                // "[a-c]": a byte
	alternatesToken           // "{a,b}"
)

var tokenNames = [...]string{
	"unknown", "literal", "any", "zero or more", "recursive prefix",
	"recursive suffix", "recursive infix", "class", "alternates",
}

// String returns the name of the kind.
func (k tokenKind) String() string {
	if int(k) < len(tokenNames) {
		return tokenNames[k]
	}
	return tokenNames[tokenUnknown]
}

// token is a part of a glob.
type token struct {
	kind     tokenKind
	char     rune      // of a literalToken
	class    *class    // of a classToken
	branches [][]token // of an alternatesToken: the alternatives that are not empty
}

// parseLine handles the gitignore syntax of a pattern: trailing blanks, and slashes at the start
// and end. It returns the glob that whole paths, without a leading slash, have to match.
func parseLine(text string) (glob string, onlyDirs bool, err error) {
	if len(text) >= maxLength {
		return "", false, fmt.Errorf("it is longer than %d bytes", maxLength-1)
	}
	if !utf8.ValidString(text) {
		return "", false, errors.New("it is not valid UTF-8")
	}
	if strings.IndexByte(text, 0) >= 0 {
		return "", false, errors.New("it contains a NUL byte")
	}
	if !strings.HasSuffix(text, `\ `) {
		text = strings.TrimRightFunc(text, unicode.IsSpace)
	}
	glob, anchored := strings.CutPrefix(text, "/")
	if glob, onlyDirs = strings.CutSuffix(glob, "/"); onlyDirs {
		// The slash may have been escaped (ripgrep issue 2236).
		backslashes := len(glob) - len(strings.TrimRight(glob, `\`))
		glob = glob[:len(glob)-backslashes%2]
	}
	if !anchored && glob != "**" && strings.IndexByte(glob, '/') < 0 {
		glob = "**/" + glob
	}
	if strings.HasSuffix(glob, "/**") {
		glob += "/*" // the contents of the directory, but not the directory
	}
	return glob, onlyDirs, nil
}

// noChar represents the position before the first or after the last character.
const noChar rune = -1

// parser reads a glob like globset's parser. It keeps the previous character, because the meaning
// of "**" depends on the previous character, and not on the previous token.
type parser struct {
	rest      string
	prev, cur rune
	// branches are the lists of tokens under construction: the whole pattern, then the alternatives
	// of all open braces. Tokens are added to the last list.
	branches [][]token
	// open contains, for each open brace, the index of its first alternative in branches.
	open []int
}

// parse converts a glob to tokens.
func parse(glob string) ([]token, error) {
	p := parser{rest: glob, prev: noChar, cur: noChar}
	p.branches = append(p.branches, make([]token, 0, len(glob)))
	for p.bump() != noChar {
		if err := p.step(); err != nil {
			return nil, err
		}
	}
	if len(p.open) > 0 {
		return nil, errors.New("a '{' has no '}'")
	}
	return p.branches[0], nil
}

// step parses the token that starts at the current character.
func (p *parser) step() error {
	switch c := p.cur; c {
	case '?':
		p.push(token{kind: anyToken})
	case '*':
		p.star()
	case '[':
		return p.bracket()
	case '{':
		if len(p.open) == maxNesting {
			return fmt.Errorf("its braces are nested more than %d deep", maxNesting)
		}
		p.open = append(p.open, len(p.branches))
		p.branches = append(p.branches, nil)
	case '}':
		return p.closeBrace()
	case ',':
		if len(p.open) == 0 {
			p.push(token{kind: literalToken, char: c})
		} else {
			p.branches = append(p.branches, nil)
		}
	case '\\':
		if p.bump() == noChar {
			return errors.New(`it ends in a '\' that escapes nothing`)
		}
		p.push(token{kind: literalToken, char: p.cur})
	default:
		p.push(token{kind: literalToken, char: c})
	}
	return nil
}

// bump advances to the next character and returns it.
func (p *parser) bump() rune {
	c := p.peek()
	if c != noChar {
		p.rest = p.rest[utf8.RuneLen(c):]
	}
	p.prev, p.cur = p.cur, c
	return c
}

// peek returns the next character without advancing.
func (p *parser) peek() rune {
	if p.rest == "" {
		return noChar
	}
	c, _ := utf8.DecodeRuneInString(p.rest)
	return c
}

// last returns the list to which tokens are added.
func (p *parser) last() *[]token { return &p.branches[len(p.branches)-1] }

func (p *parser) push(t token) { *p.last() = append(*p.last(), t) }

func (p *parser) pushKind(k tokenKind) { p.push(token{kind: k}) }

// closeBrace combines the alternatives since the last open brace into one token. Empty alternatives
// are left out, as in globset: {a,} is the same as a.
func (p *parser) closeBrace() error {
	if len(p.open) == 0 {
		return errors.New("a '}' has no '{'")
	}
	first := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	t := token{kind: alternatesToken}
	for _, branch := range p.branches[first:] {
		if !silent(branch) {
			t.branches = append(t.branches, branch)
		}
	}
	p.branches = p.branches[:first]
	p.push(t)
	return nil
}

// silent reports whether tokens consist only of empty braces.
func silent(tokens []token) bool {
	for _, t := range tokens {
		if t.kind != alternatesToken || len(t.branches) > 0 {
			return false
		}
	}
	return true
}

// star parses "*" or "**". Two stars are recursive only if each side is a slash or an end of the
// pattern or alternative. The check is the same as in globset, including an oddity: if "**" follows
// an escaped comma or brace, that character is lost.
func (p *parser) star() {
	prev := p.prev
	if p.peek() != '*' {
		p.pushKind(zeroOrMore)
		return
	}
	p.bump()
	next, inBraces := p.peek(), len(p.open) > 0
	atEnd := next == noChar || inBraces && (next == ',' || next == '}')
	atBegin := prev == '/' || inBraces && (prev == ',' || prev == '{')
	switch {
	case len(*p.last()) == 0:
		if next != noChar && next != '/' {
			p.twoStars()
			return
		}
		p.pushKind(recursivePrefix)
		p.bump()
	case !atBegin, !atEnd && next != '/':
		p.twoStars()
	default:
		if next == '/' || next == noChar {
			p.bump()
		}
		p.recurse(atEnd)
	}
}

// twoStars adds a "**" that is not recursive and thus the same as "*".
func (p *parser) twoStars() {
	p.pushKind(zeroOrMore)
	p.pushKind(zeroOrMore)
}

// recurse replaces the preceding slash with a recursive token. Several in a row are merged.
func (p *parser) recurse(atEnd bool) {
	tokens := *p.last()
	switch before := &tokens[len(tokens)-1]; {
	case before.kind == recursivePrefix:
	case atEnd:
		*before = token{kind: recursiveSuffix}
	default:
		*before = token{kind: recursiveInfix}
	}
}

// charRange is a part of a class: all characters from one to another.
type charRange struct{ from, to rune }

// bracket parses a class. Backslashes and slashes are not special in a class.
func (p *parser) bracket() error {
	negated := p.peek() == '!' || p.peek() == '^'
	if negated {
		p.bump()
	}
	var ranges []charRange
	inRange := false
	for {
		c := p.bump()
		switch {
		case c == noChar:
			return errors.New("a '[' has no ']'")
		case c == ']' && len(ranges) > 0:
			if inRange { // a hyphen at the end matches itself
				ranges = append(ranges, charRange{'-', '-'})
			}
			p.push(token{kind: classToken, class: newClass(ranges, negated)})
			return nil
		case c == '-' && len(ranges) > 0 && !inRange:
			inRange = true
		case inRange:
			// After a-c, a second hyphen extends the range from a, as in globset.
			last := &ranges[len(ranges)-1]
			if last.to = c; last.to < last.from {
				return fmt.Errorf("the range %c-%c is backwards", last.from, last.to)
			}
			inRange = false
		default:
			ranges = append(ranges, charRange{c, c})
		}
	}
}
