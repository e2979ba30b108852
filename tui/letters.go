package tui

// letters is the set of the bytes that occur in a text, folded into 64 bits: one
// for each ASCII letter whatever its case and for each digit, the rest shared,
// and one for all bytes outside ASCII. A text can hold a pattern only if its set
// holds the pattern's, which rejects most of a million paths by one AND each.
type letters uint64

const notASCII letters = 1 << 63

// letterOf gives each byte its bit.
var letterOf = letterTable()

func letterTable() (table [256]letters) {
	const firstShared, shared = 36, 27
	for c := range table {
		switch {
		case c >= 0x80:
			table[c] = notASCII
		case c >= 'a' && c <= 'z':
			table[c] = 1 << (c - 'a')
		case c >= 'A' && c <= 'Z':
			table[c] = 1 << (c - 'A')
		case c >= '0' && c <= '9':
			table[c] = 1 << (26 + c - '0')
		default:
			table[c] = 1 << (firstShared + c%shared)
		}
	}
	return table
}

func lettersOf[T string | []byte](text T) letters {
	var set letters
	for i := range len(text) {
		set |= letterOf[text[i]]
	}
	return set
}

// lower folds an ASCII capital to lower case.
func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// containsFold reports whether text holds pattern, which is in lower case and
// not empty, whatever the case of text's ASCII letters.
func containsFold(text []byte, pattern string) bool {
	first := pattern[0]
	for i := 0; i+len(pattern) <= len(text); i++ {
		if lower(text[i]) == first && hasPrefixFold(text[i:], pattern) {
			return true
		}
	}
	return false
}

func hasPrefixFold(text []byte, pattern string) bool {
	for i := range len(pattern) {
		if lower(text[i]) != pattern[i] {
			return false
		}
	}
	return true
}
