package printable

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

const (
	zeroWidthJoiner = '\u200d'
	textSelector    = '\ufe0e'
	emojiSelector   = '\ufe0f'
	keycap          = '\u20e3'
	dottedCircle    = '\u25cc'
)

// Name returns a name, path or message in a form that is safe to show: on one line and without
// control characters. It returns printable ASCII unchanged, without an allocation.
func Name(s string) string {
	start, _ := FirstUnsafe(s)
	if start == len(s) {
		return s
	}
	return string(appendEscaped(make([]byte, 0, len(s)+16), s))
}

// AppendName appends Name(name) to dst. It allocates only if dst is too small or name is not
// printable ASCII.
func AppendName(dst, name []byte) []byte {
	for _, c := range name {
		if !plain(c) {
			return appendEscaped(dst, string(name))
		}
	}
	return append(dst, name...)
}

// FirstUnsafe returns the bounds of the first run of bytes in s that [Name] changes. If there is no
// such run, both are len(s). A combining mark without a base is such a run.
func FirstUnsafe(s string) (start, end int) {
	for start < len(s) && plain(s[start]) {
		start++
	}
	if start == len(s) {
		return start, start
	}
	var c context
	for start = 0; start < len(s); {
		_, size, v := c.judge(s[start:])
		if v != shown {
			break
		}
		start += size
	}
	for end = start; end < len(s); {
		c = context{} // a second mark has no base either
		_, size, v := c.judge(s[end:])
		if v == shown {
			break
		}
		end += size
	}
	return start, end
}

// plain reports whether a byte is printable ASCII.
func plain(c byte) bool { return ' ' <= c && c <= '~' }

// appendEscaped is Name without the fast path.
func appendEscaped(dst []byte, s string) []byte {
	var c context
	for len(s) > 0 {
		r, size, v := c.judge(s)
		switch v {
		case shown:
			dst = append(dst, s[:size]...)
		case marked:
			dst = utf8.AppendRune(dst, dottedCircle)
			dst = append(dst, s[:size]...)
		default:
			dst = appendEscape(dst, r, s[0], size)
		}
		s = s[size:]
	}
	return dst
}

// appendEscape appends the escape of a rune that was read from size bytes. b is the first of them.
func appendEscape(dst []byte, r rune, b byte, size int) []byte {
	const digits = "0123456789abcdef"
	switch {
	case b == '\n':
		return append(dst, `\n`...)
	case b == '\t':
		return append(dst, `\t`...)
	case b == '\r':
		return append(dst, `\r`...)
	case b == 0x1b:
		return append(dst, `\e`...)
	case size == 1: // another control, or a byte that is not UTF-8
		return append(dst, '\\', 'x', digits[b>>4], digits[b&15])
	}
	dst = append(dst, `\u{`...)
	dst = strconv.AppendInt(dst, int64(r), 16)
	return append(dst, '}')
}

// A verdict is how a rune is shown.
type verdict uint8

const (
	escaped verdict = iota
	shown
	marked // shown after a dotted circle
)

// A context is the effect of the runes read so far on the next one.
type context struct {
	// before is the previous rune if it was shown. It is 0 at the beginning, after a slash
	// and after an escape.
	before rune
}

// judge reads the first rune of s, which must not be empty, and returns how it is shown.
func (c *context) judge(s string) (r rune, size int, v verdict) {
	r, size = rune(s[0]), 1
	if r >= utf8.RuneSelf {
		r, size = utf8.DecodeRuneInString(s)
	}
	v = c.verdict(r, size, s[size:])
	switch {
	case v == escaped, r == '/':
		c.before = 0
	default:
		c.before = r
	}
	return r, size, v
}

// verdict returns how a rune of size bytes before rest is shown.
func (c *context) verdict(r rune, size int, rest string) verdict {
	ok := true
	switch {
	case r < utf8.RuneSelf:
		ok = plain(byte(r))
	case r == utf8.RuneError && size == 1:
		ok = false
	case r == zeroWidthJoiner:
		next, _ := utf8.DecodeRuneInString(rest)
		ok = pictograph(next) &&
			(pictograph(c.before) || skinTone(c.before) || c.before == emojiSelector)
	case r == emojiSelector, r == textSelector:
		ok = hasStyles(c.before, rest)
	case unicode.Is(unicode.Variation_Selector, r):
		ok = false
	case !strconv.IsGraphic(r), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		ok = false
	case c.before == 0 && unicode.Is(unicode.M, r):
		return marked
	}
	if !ok {
		return escaped
	}
	return shown
}

// pictograph reports whether r is a symbol in the blocks of emoji. Joiners combine such symbols.
func pictograph(r rune) bool {
	return unicode.Is(unicode.So, r) &&
		(0x1f000 <= r && r <= 0x1faff || 0x2600 <= r && r <= 0x27bf || 0x2b00 <= r && r <= 0x2bff)
}

func skinTone(r rune) bool { return 0x1f3fb <= r && r <= 0x1f3ff }

// hasStyles reports whether r before rest can be drawn both as text and as an emoji: a symbol, one
// of the few other characters in emoji-variation-sequences.txt (Unicode 15), or the base of a
// keycap.
func hasStyles(r rune, rest string) bool {
	switch r {
	case '\u203c', '\u2049', '\u2139', '\u3030': // double marks, information, wavy dash
		return true
	case '#', '*', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		next, _ := utf8.DecodeRuneInString(rest)
		return next == keycap
	}
	return r >= utf8.RuneSelf && unicode.In(r, unicode.So, unicode.Sm)
}
