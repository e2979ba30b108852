package sqlite

import (
	"encoding/binary"
	"fmt"
)

// value is a text or blob, or an integer; both are empty for NULL and for numbers with a fraction.
type value struct {
	bytes   []byte
	number  int64
	isBytes bool
}

// varint reads a number of one to nine bytes, section 1.6 of the format, and returns how many it has; 0
// if the text ends before.
func varint(text []byte) (n uint64, size int) {
	for i := range min(8, len(text)) {
		n = n<<7 | uint64(text[i]&0x7f)
		if text[i] < 0x80 {
			return n, i + 1
		}
	}
	if len(text) < 9 {
		return 0, 0
	}
	return n<<8 | uint64(text[8]), 9
}

// appendValues appends the values of a record up to a column: first the types of all values, then
// the values, section 2.1 of the format. A value that is beyond the end of the record is left out, and
// so are all after it, because the record may be the beginning of a longer one.
func appendValues(values []value, record []byte, partial bool, last int) ([]value, error) {
	size, n := varint(record)
	if n == 0 || size < uint64(n) || size > uint64(len(record)) {
		return values, fmt.Errorf("%w: header of a row", ErrCorrupt)
	}
	types, rest := record[n:size], record[size:]
	for len(types) > 0 && len(values) <= last {
		kind, n := varint(types)
		if n == 0 {
			return values, fmt.Errorf("%w: header of a row", ErrCorrupt)
		}
		types = types[n:]
		length := lengthOf(kind)
		if length > uint64(len(rest)) {
			if !partial {
				return values, fmt.Errorf("%w: a value ends outside its row", ErrCorrupt)
			}
			return values, nil
		}
		values = append(values, valueOf(kind, rest[:length]))
		rest = rest[length:]
	}
	return values, nil
}

// lengthOf returns the bytes of a value by its type.
func lengthOf(kind uint64) uint64 {
	switch {
	case kind >= 12:
		return (kind - 12) / 2
	case kind >= 8: // the integers 0 and 1, and two types that are not used
		return 0
	}
	return [...]uint64{0, 1, 2, 3, 4, 6, 8, 8}[kind]
}

// valueOf decodes a value.
func valueOf(kind uint64, content []byte) value {
	switch {
	case kind >= 12:
		return value{bytes: content, isBytes: true}
	case kind == 9:
		return value{number: 1}
	case kind == 0 || kind >= 7:
		return value{}
	}
	var wide [8]byte
	if content[0] >= 0x80 { // the sign
		wide = [8]byte{255, 255, 255, 255, 255, 255, 255, 255}
	}
	copy(wide[8-len(content):], content)
	return value{number: int64(binary.BigEndian.Uint64(wide[:]))}
}
