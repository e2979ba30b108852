package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is the maximum nesting depth of values. The known keys need three.
const maxDepth = 64

// kind is the type of a JSON value.
type kind uint8

const (
	kindUnknown kind = iota
	kindNull
	kindBoolean
	kindNumber
	kindString
	kindList
	kindObject
)

var kindNames = []string{"something unknown", "null", "a boolean", "a number", "a string", "a list", "an object"}

// String returns the kind with an article.
func (k kind) String() string { return kindNames[min(int(k), len(kindNames)-1)] }

// place is a line and a column, as in Origin.
type place struct{ line, column int }

// node is a JSON value with its position.
type node struct {
	kind    kind
	at      place
	text    string // of a string
	yes     bool   // of a boolean
	items   []*node
	members []member
}

// member is a key of an object and its value.
type member struct {
	name  string
	at    place
	value *node
}

// parse parses a file into a tree. Its error is an *Error.
//
// encoding/json parses the text twice. The first pass checks the whole text, because only
// json.Unmarshal reports exact offsets of mistakes. The second pass returns tokens with their
// offsets, and cannot fail.
func parse(file string, text []byte) (*node, error) {
	if offset, reason := findFault(text); reason != "" {
		return nil, errorAt(file, new(cursor).move(text, offset), reason)
	}
	p := parser{file: file, text: text, tokens: json.NewDecoder(bytes.NewReader(text))}
	p.tokens.UseNumber() // accept numbers of any size
	return p.value(0)
}

func errorAt(file string, at place, reason string) *Error {
	return &Error{Origin: Origin{File: file, Line: at.line, Column: at.column}, Reason: reason}
}

// findFault returns where and why text is not JSON; the reason is "" if it is. For a mistake at the
// end of the file, the offset is behind the last character that is not white space.
func findFault(text []byte) (offset int, reason string) {
	end := len(bytes.TrimRight(text, " \t\r\n"))
	switch {
	case end == 0:
		return 0, "the file is empty, expected a JSON object"
	case bytes.HasPrefix(text, []byte("\ufeff")):
		return 0, "the file begins with a byte order mark, which JSON does not allow"
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i, fmt.Sprintf("the byte 0x%02x is not UTF-8", text[i])
		}
		i += size
	}
	var whole json.RawMessage
	var syntax *json.SyntaxError
	if err := json.Unmarshal(text, &whole); !errors.As(err, &syntax) {
		return 0, "" // a json.RawMessage accepts every type, so only syntax errors are possible
	}
	message := syntax.Error()
	offset = int(syntax.Offset) - 1 // Offset includes the wrong byte
	switch {
	case offset < 0, offset >= end, strings.HasPrefix(message, "unexpected end"),
		// For a truncated word, encoding/json reports a space after it.
		strings.HasPrefix(message, "invalid character ' '") && text[offset] != ' ':
		return end, "invalid JSON: unexpected end of file"
	}
	return offset, "invalid JSON: " + describeFault(text, offset, message)
}

// describeFault describes the mistake at an offset of text, for which message is the message of
// encoding/json.
func describeFault(text []byte, offset int, message string) string {
	before := bytes.TrimRight(text[:offset], " \t\r\n")
	r, _ := utf8.DecodeRune(text[offset:])
	end := strings.LastIndex(message, "' ") // of "invalid character 'x' after …"
	switch {
	case bytes.HasSuffix(before, []byte(",")) && (r == '}' || r == ']'):
		return fmt.Sprintf("unexpected comma before '%c'", r)
	case (r == '/' || r == '#') && !strings.Contains(message, "in string"):
		return "comments are not allowed"
	case strings.Contains(message, "max depth"):
		return fmt.Sprintf("nested more than %d deep", maxDepth)
	case end >= 0:
		return fmt.Sprintf("unexpected %s %s", strconv.QuoteRune(r), message[end+len("' "):])
	}
	return message // unknown to this Go version
}

// cursor converts offsets in a text to lines and columns. It only moves forwards, so a file is
// counted once.
type cursor struct {
	offset      int
	line, start int // line and column of offset, from 0
}

// move advances to an offset and returns its line and column.
func (c *cursor) move(text []byte, offset int) place {
	for ; c.offset < offset; c.offset++ {
		switch b := text[c.offset]; {
		case b == '\n':
			c.line, c.start = c.line+1, 0
		case utf8.RuneStart(b):
			c.start++
		}
	}
	return place{line: c.line + 1, column: c.start + 1}
}

// parser builds nodes from tokens.
type parser struct {
	file   string
	text   []byte
	tokens *json.Decoder
	cursor cursor
}

// next returns the next token and where it begins.
func (p *parser) next() (json.Token, place, error) {
	start := int(p.tokens.InputOffset())
	for start < len(p.text) && strings.IndexByte(" \t\r\n,:", p.text[start]) >= 0 {
		start++
	}
	at := p.cursor.move(p.text, start)
	token, err := p.tokens.Token()
	if err != nil {
		return nil, at, errorAt(p.file, at, "invalid JSON: "+err.Error())
	}
	if _, ok := token.(string); ok && hasLoneSurrogate(p.text[start:p.tokens.InputOffset()]) {
		return nil, at, errorAt(p.file, at, `half of a surrogate pair (\ud800 to \udfff) is not a character`)
	}
	return token, at, nil
}

// value reads the next value, which is nested in depth others.
func (p *parser) value(depth int) (*node, error) {
	token, at, err := p.next()
	if err != nil {
		return nil, err
	}
	n := &node{at: at}
	switch token := token.(type) {
	case nil:
		n.kind = kindNull
	case bool:
		n.kind, n.yes = kindBoolean, token
	case json.Number:
		n.kind = kindNumber
	case string:
		n.kind, n.text = kindString, token
	case json.Delim:
		if depth == maxDepth {
			return nil, errorAt(p.file, at, fmt.Sprintf("nested more than %d deep", maxDepth))
		}
		return n, p.fill(n, token, depth+1)
	}
	return n, nil
}

// fill reads the contents and the end of a list or an object, which began with delim.
func (p *parser) fill(n *node, delim json.Delim, depth int) error {
	n.kind = kindObject
	if delim == '[' {
		n.kind = kindList
	}
	for p.tokens.More() {
		var m member
		if n.kind == kindObject {
			name, at, err := p.next()
			if err != nil {
				return err
			}
			m.name, m.at = name.(string), at
		}
		value, err := p.value(depth)
		if err != nil {
			return err
		}
		if n.kind == kindList {
			n.items = append(n.items, value)
			continue
		}
		m.value = value
		n.members = append(n.members, m)
	}
	_, _, err := p.next()
	return err
}

// hasLoneSurrogate reports whether a JSON string contains an escaped half of a surrogate pair.
// encoding/json would replace it with U+FFFD, which gives the name of a different file.
func hasLoneSurrogate(raw []byte) bool {
	var high bool // the last character was the first half of a pair
	for i := 0; i < len(raw); {
		c, size := rune(raw[i]), 1
		if c == '\\' {
			size = 2
			if raw[i+1] == 'u' {
				size = 6
				code, _ := strconv.ParseUint(string(raw[i+2:i+6]), 16, 16)
				c = rune(code)
			}
		}
		low := 0xdc00 <= c && c < 0xe000
		if high != low {
			return true
		}
		high = 0xd800 <= c && c < 0xdc00
		i += size
	}
	return high
}
