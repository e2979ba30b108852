package snippet

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// maxAttrPath is the maximum length of an attribute path, in code points. With " = {", its line
// stays below the width at which nixfmt would break it.
const maxAttrPath = 80

// AttrPath is the attribute path of a block in a module. The zero value means the default of the
// dialect.
type AttrPath struct{ text string }

// String returns the path in Nix syntax, with quotes only where they are required.
func (p AttrPath) String() string { return p.text }

// or returns the path, or other for the zero value.
func (p AttrPath) or(other string) AttrPath {
	if p.text == "" {
		return AttrPath{other}
	}
	return p
}

// attrs returns the attributes of a path. An attribute that is an absolute path names the storage.
func (p AttrPath) attrs() (attrs []Attr) {
	for rest, more := p.text, true; more; {
		var attr Attr
		attr.Name, rest, _ = cutAttr(rest) // ParseAttrPath has accepted the text
		rest, more, _ = cutDot(rest)
		attr.Role = RoleFixed
		if path.IsAbs(attr.Name) {
			attr.Role = RoleStore
		}
		attrs = append(attrs, attr)
	}
	return attrs
}

// ParseAttrPath parses an attribute path in Nix syntax, such as my.persist.home or
// environment.persistence."/persist": names and strings, joined by dots. It rejects spaces,
// interpolation and invisible characters.
func ParseAttrPath(text string) (AttrPath, error) {
	var parts []string
	for rest, more := text, true; more; {
		var part string
		var err error
		part, rest, err = cutAttr(rest)
		if err == nil {
			rest, more, err = cutDot(rest)
		}
		if err != nil {
			return AttrPath{}, fmt.Errorf("parse attribute path %q: part %d %w", text, len(parts)+1, err)
		}
		if !isIdentifier(part) {
			part = string(appendString(nil, part))
		}
		parts = append(parts, part)
	}
	joined := strings.Join(parts, ".")
	if n := utf8.RuneCountInString(joined); n > maxAttrPath {
		return AttrPath{}, fmt.Errorf("parse attribute path %q: has %d characters, expected at most %d", text, n, maxAttrPath)
	}
	return AttrPath{joined}, nil
}

// cutAttr cuts the first part off an attribute path and returns its value. An error describes the
// part without naming it.
func cutAttr(text string) (part, rest string, err error) {
	if strings.HasPrefix(text, `"`) {
		part, rest, err = cutString(text)
	} else {
		part, rest = text, ""
		if i := strings.IndexByte(text, '.'); i >= 0 {
			part, rest = text[:i], text[i:]
		}
	}
	switch {
	case err != nil:
		return "", "", err
	case part == "":
		return "", "", errors.New("is empty")
	case !utf8.ValidString(part):
		return "", "", errors.New("is not UTF-8")
	}
	if start, _ := printable.FirstUnsafe(part); start < len(part) {
		return "", "", errors.New("contains an invisible character")
	}
	if text[0] != '"' && !isIdentifier(part) {
		return "", "", errors.New(`is not a name; write it "in quotes"`)
	}
	return part, rest, nil
}

// cutDot cuts off the dot between two parts.
func cutDot(text string) (rest string, more bool, err error) {
	if text == "" {
		return "", false, nil
	}
	if text[0] != '.' {
		return "", false, errors.New("is not followed by a dot")
	}
	return text[1:], true, nil
}

// cutString cuts off a string literal and returns its value.
func cutString(text string) (value, rest string, err error) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return b.String(), text[i+1:], nil
		case c == '$' && strings.HasPrefix(text[i:], "${"):
			return "", "", errors.New("contains an interpolation, which is not supported")
		case c == '\\' && i+1 < len(text):
			i++
			if strings.IndexByte("nrt", text[i]) >= 0 {
				return "", "", errors.New("contains an invisible character")
			}
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "", errors.New("has no closing quote")
}

// isIdentifier reports whether an attribute needs no quotes. "or" can be parsed without quotes, but
// the printer of nixpkgs writes them.
func isIdentifier(s string) bool {
	switch s {
	case "", "assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with":
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		digit := '0' <= c && c <= '9' || c == '\'' || c == '-'
		if !letter && (i == 0 || !digit) {
			return false
		}
	}
	return true
}
