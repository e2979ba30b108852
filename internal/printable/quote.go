package printable

import "strings"

// Quote returns s unchanged if [Name] does. Otherwise it returns a shell word for the same bytes:
// $'a\nb'. That form of quoting is in POSIX since 2024. bash, zsh, ksh and busybox support it; dash
// and fish do not. The result is safe to paste: valid UTF-8 without control characters.
func Quote(s string) string {
	start, end := FirstUnsafe(s)
	if start == end {
		return s
	}
	var b strings.Builder
	b.WriteString("$'")
	for len(s) > 0 {
		start, end := FirstUnsafe(s)
		start, end = min(start, len(s)), min(end, len(s))
		for i := range len(s[:end]) {
			c := s[i]
			switch {
			case i >= start:
				// Octal has a fixed length in all shells; \x takes more than two
				// digits in ksh.
				b.Write([]byte{'\\', '0' + c>>6, '0' + c>>3&7, '0' + c&7})
			case c == '\'', c == '\\':
				b.Write([]byte{'\\', c})
			default:
				b.WriteByte(c)
			}
		}
		s = s[end:]
	}
	b.WriteByte('\'')
	return b.String()
}

// ShellWord returns s as one word of a command that a user copies. It is safe to paste: a shell takes
// it as data, and it is valid UTF-8 without control characters. See [Quote] for the shells that know
// its form for other bytes.
func ShellWord(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+:@%-"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	if quoted := Quote(s); quoted != s {
		return quoted
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
