package pattern

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNesting is how deep braces may stand in braces. globset has a limit of that
// order too: its regex engine takes 250 groups in one another.
const maxNesting = 100

// maxLength is how many bytes a pattern may have: as many as an argument of fd
// (MAX_ARG_STRLEN of execve(2)).
const maxLength = 128 << 10

// tokenKind is what a part of a glob is. The names are those of globset.
type tokenKind uint8

const (
	tokenUnknown    tokenKind = iota
	literalToken              // one character
	anyToken                  // "?": a byte, but not the slash
	zeroOrMore                // "*": bytes, but not the slash
	recursivePrefix           // "**/" in front: nothing, or all up to a slash
	recursiveSuffix           // "/**" behind: a slash and all that follows
	recursiveInfix            // "/**/": a slash, or two and all between them
	classToken                // "[a-c]": a byte
	alternatesToken           // "{a,b}"
)

var tokenNames = [...]string{
	"unknown", "literal", "any", "zero or more", "recursive prefix",
	"recursive suffix", "recursive infix", "class", "alternates",
}

// String returns the kind in words.
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
	branches [][]token // of an alternatesToken: those that are not empty
}

// parseLine takes from a pattern what belongs to gitignore: blanks at the end,
// and slashes at both. It returns the glob that whole paths, without a slash in
// front, have to match.
func parseLine(text string) (glob string, onlyDirs bool, err error) {
	if len(text) >= maxLength {
		return "", false, fmt.Errorf("it is longer than %d bytes", maxLength-1)
	}
	if !utf8.ValidString(text) {
		return "", false, errors.New("it is not valid UTF-8")
	}
	if strings.IndexByte(text, 0) >= 0 {
		return "", false, errors.New("contains a NUL byte, which no file name can")
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
		glob += "/*" // what lies in the directory, but not the directory
	}
	return glob, onlyDirs, nil
}

// noChar stands for a character before the first or after the last.
const noChar rune = -1

// parser reads a glob as globset's does. What it keeps of the characters before
// matters: "**" looks back at the last character, and not at the last token.
type parser struct {
	rest      string
	prev, cur rune
	// branches are the lists of tokens under construction: the whole pattern,
	// then the alternatives of all open braces. Tokens go to the last one.
	branches [][]token
	// open says for each open brace where its alternatives begin.
	open []int
}

// parse turns a glob into tokens.
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

// step parses what begins with the current character.
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
			return errors.New(`it ends in a '\' that has nothing to escape`)
		}
		p.push(token{kind: literalToken, char: p.cur})
	default:
		p.push(token{kind: literalToken, char: c})
	}
	return nil
}

// bump goes to the next character and returns it.
func (p *parser) bump() rune {
	c := p.peek()
	if c != noChar {
		p.rest = p.rest[utf8.RuneLen(c):]
	}
	p.prev, p.cur = p.cur, c
	return c
}

// peek returns the next character.
func (p *parser) peek() rune {
	if p.rest == "" {
		return noChar
	}
	c, _ := utf8.DecodeRuneInString(p.rest)
	return c
}

// last returns the list that tokens are added to.
func (p *parser) last() *[]token { return &p.branches[len(p.branches)-1] }

func (p *parser) push(t token) { *p.last() = append(*p.last(), t) }

func (p *parser) pushKind(k tokenKind) { p.push(token{kind: k}) }

// closeBrace makes one token of the alternatives since the last open brace.
// Those that stand for nothing are left out, as in globset: {a,} is a.
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

// silent reports whether tokens are nothing but braces without content.
func silent(tokens []token) bool {
	for _, t := range tokens {
		if t.kind != alternatesToken || len(t.branches) > 0 {
			return false
		}
	}
	return true
}

// star parses "*" or "**". Two stars are recursive only with a slash, or an end
// of the pattern or of an alternative, at both sides. It is globset's way of
// finding out which is kept here, with its oddities: where "**" follows a comma
// or brace that was escaped, that character is lost.
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

// twoStars is "**" that is not recursive, and so the same as "*".
func (p *parser) twoStars() {
	p.pushKind(zeroOrMore)
	p.pushKind(zeroOrMore)
}

// recurse puts a recursive token in the place of the slash before it. Several
// in a row are one.
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

// charRange is a part of a class: from the first to the last of two characters.
type charRange struct{ from, to rune }

// bracket parses a class. Backslashes and slashes are nothing special in it.
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
			if inRange { // a hyphen at the end is itself
				ranges = append(ranges, charRange{'-', '-'})
			}
			p.push(token{kind: classToken, class: newClass(ranges, negated)})
			return nil
		case c == '-' && len(ranges) > 0 && !inRange:
			inRange = true
		case inRange:
			// After a-c a second hyphen goes on from the a, as in globset.
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
