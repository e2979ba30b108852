package generation

import "strings"

// shellWords splits a line as a shell does, as far as Nix quotes: blanks, single quotes, and a
// backslash outside of them. ok is false for an open quote, and for what a shell would replace.
func shellWords(line string) (words []string, ok bool) {
	var word []byte
	started, quoted := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quoted && c == '\'':
			quoted = false
		case quoted:
			word = append(word, c)
		case c == '\'':
			quoted, started = true, true
		case c == '\\' && i+1 < len(line):
			i++
			word, started = append(word, line[i]), true
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if started {
				words, word, started = append(words, string(word)), nil, false
			}
		case c == '$' || c == '`' || c == '"' || c == ';' || c == '&' || c == '|' || c == '<' || c == '>' || c == '(' || c == ')':
			return words, false
		default:
			word, started = append(word, c), true
		}
	}
	if started {
		words = append(words, string(word))
	}
	return words, !quoted
}

// splitPair reads two paths with a separator between them, as impermanence writes them in
// descriptions: "TARGET to MOUNTPOINT". Either is bare, possibly with blanks in it, or one word in
// the shell's quotes. A separator may be part of a path, so every place is tried: a place where the target
// ends with the mount point is right, and without one the only possible place.
func splitPair(text, separator string) (target, mountPoint string, ok bool) {
	found := 0
	for at := 0; ; {
		next := strings.Index(text[at:], separator)
		if next < 0 {
			return target, mountPoint, found == 1
		}
		at += next
		t, first := unquote(text[:at])
		m, second := unquote(text[at+len(separator):])
		at++
		switch {
		case !first || !second:
			continue
		case strings.HasSuffix(t, m):
			return t, m, true
		case found == 0:
			target, mountPoint = t, m
		}
		found++
	}
}

// unquote returns an absolute path that is bare or one quoted word.
func unquote(text string) (string, bool) {
	text = strings.Trim(text, " ")
	if strings.HasPrefix(text, "'") {
		words, ok := shellWords(text)
		if !ok || len(words) != 1 {
			return "", false
		}
		text = words[0]
	}
	return text, strings.HasPrefix(text, "/")
}
