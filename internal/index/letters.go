package index

// Letters is the set of the bytes in a text, folded into 64 bits: one bit for each ASCII letter
// regardless of case, one for each digit, one for all bytes outside ASCII, and the rest shared by
// the other characters. A text can contain a pattern only if its set contains the set of the
// pattern. One AND per path rejects most of a million paths.
type Letters uint64

// NotASCII is the bit of all bytes outside ASCII.
const NotASCII Letters = 1 << 63

// LettersOfByte returns the set of one byte.
func LettersOfByte(c byte) Letters { return bitOf[c] }

var bitOf = letterTable()

func letterTable() (table [256]Letters) {
	const firstShared, shared = 36, 27
	for c := range table {
		switch {
		case c >= 0x80:
			table[c] = NotASCII
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

// LettersOf returns the set of a text.
func LettersOf[T string | []byte](text T) Letters {
	var set Letters
	for i := range len(text) {
		set |= bitOf[text[i]]
	}
	return set
}
