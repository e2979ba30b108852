package unitfile

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// ErrName is the error of a text that is no escaped name, or of a path that has no name.
var ErrName = errors.New("not a name of a unit")

// pathMax is PATH_MAX of limits.h(0p), with the NUL at the end.
const pathMax = 4096

// Escape returns a text as a part of a unit's name, as systemd-escape(1) does: "/" becomes "-",
// and each byte that a name may not contain becomes "\xNN".
func Escape(text string) string {
	out := make([]byte, 0, len(text)+8)
	for i := range len(text) {
		switch c := text[i]; {
		case c == '/':
			out = append(out, '-')
		case c == '-' || c == '\\' || c == '.' && i == 0 || !validByte(c):
			out = append(out, '\\', 'x', hex[c>>4], hex[c&15])
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

const hex = "0123456789abcdef"

// Unescape reverses Escape. It accepts every "\xNN". A backslash without "xNN" gives ErrName; other
// bytes stay, even those that a name may not contain.
func Unescape(escaped string) (string, error) {
	out := make([]byte, 0, len(escaped))
	for i := 0; i < len(escaped); i++ {
		switch c := escaped[i]; c {
		case '-':
			out = append(out, '/')
		case '\\':
			b, ok := hexByte(escaped[i+1:])
			if !ok {
				return "", fmt.Errorf("unescape %q: %w", escaped, ErrName)
			}
			out = append(out, b)
			i += 3
		default:
			out = append(out, c)
		}
	}
	return string(out), nil
}

// hexByte reads "xNN".
func hexByte(s string) (byte, bool) {
	if len(s) < 3 || s[0] != 'x' {
		return 0, false
	}
	high, low := digit(s[1], 16), digit(s[2], 16)
	return byte(high<<4 | low), high >= 0 && low >= 0
}

// digit returns the value of a digit, or -1.
func digit(c byte, base int) int {
	n := -1
	switch {
	case '0' <= c && c <= '9':
		n = int(c - '0')
	case 'a' <= c && c <= 'f':
		n = int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		n = int(c-'A') + 10
	}
	if n >= base {
		return -1
	}
	return n
}

// EscapePath returns an absolute path as the name of a mount unit without ".mount", as
// systemd-escape --path does: "/" is "-", and slashes at both ends and double ones do not count. A
// path that is relative, has ".." or a NUL in it, or is longer than PATH_MAX gives ErrName.
func EscapePath(p string) (string, error) {
	clean := path.Clean(p)
	if !strings.HasPrefix(p, "/") || len(p) >= pathMax || strings.IndexByte(p, 0) >= 0 || hasDotDot(p) {
		return "", fmt.Errorf("escape path %q: %w", p, ErrName)
	}
	if clean == "/" {
		return "-", nil
	}
	return Escape(clean[1:]), nil
}

// hasDotDot reports whether a path has a component "..".
func hasDotDot(p string) bool {
	for component := range strings.SplitSeq(p, "/") {
		if component == ".." {
			return true
		}
	}
	return false
}

// UnescapePath is the inverse of EscapePath. A text that EscapePath never returns, such as "a--b",
// gives ErrName.
func UnescapePath(escaped string) (string, error) {
	if escaped == "-" {
		return "/", nil
	}
	p, err := Unescape(escaped)
	if err == nil && (p == "" || "/"+p != path.Clean("/"+p) || strings.IndexByte(p, 0) >= 0) {
		err = fmt.Errorf("unescape path %q: %w", escaped, ErrName)
	}
	if err != nil {
		return "", err
	}
	return "/" + p, nil
}
