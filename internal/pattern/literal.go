package pattern

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Literal returns a directory's path, escaped for the start of a pattern. The pattern must continue
// with "/" or more, because trailing blanks of a pattern are trimmed. Patterns are UTF-8, so
// Literal replaces an invalid byte with '?', which matches any byte.
func Literal(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); {
		r, size := utf8.DecodeRuneInString(path[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteByte('?')
		case strings.ContainsRune(`*?[]{}\`, r):
			b.WriteByte('\\')
			fallthrough
		default:
			b.WriteString(path[i : i+size])
		}
		i += size
	}
	return b.String()
}

// Exact returns a pattern that matches one absolute path, and so everything below it. It returns
// false for a path that is not UTF-8, because a pattern must be, and for "/".
func Exact(path string) (text string, ok bool) {
	if !utf8.ValidString(path) || path == "/" || path == "" {
		return "", false
	}
	// Trailing blanks are trimmed, except in braces.
	end := len(strings.TrimRightFunc(path, unicode.IsSpace))
	if end == len(path) {
		return Literal(path), true
	}
	return Literal(path[:end]) + "{" + path[end:] + "}", true
}
