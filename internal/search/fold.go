package search

import (
	"unicode"
	"unicode/utf8"
)

// foldText folds a text for comparisons that ignore case.
func foldText(text string) string { return string(appendFolded(nil, []byte(text))) }

// appendFolded appends a folded text. Bytes that are not UTF-8 stay as they are.
func appendFolded(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			dst = append(dst, lowerCase(c))
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError {
			dst = append(dst, text[i:i+size]...)
		} else {
			dst = utf8.AppendRune(dst, foldRune(r))
		}
		i += size
	}
	return dst
}

// foldRune returns the same character for all characters that differ in case only: the smallest
// one, or the small letter if that is ASCII. So the Kelvin sign folds to k.
func foldRune(r rune) rune {
	smallest := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		smallest = min(smallest, next)
	}
	if smallest < utf8.RuneSelf {
		return rune(lowerCase(byte(smallest)))
	}
	return smallest
}

// isASCII reports whether a text contains ASCII characters only.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
