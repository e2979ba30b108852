package pattern

import (
	"strings"
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
