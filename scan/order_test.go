package scan

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// fullKey returns the complete sort key of an entry. It is the reference for sortEntries.
func fullKey(f found, buf []byte) []byte {
	key := bytes.Clone(f.nameIn(buf))
	if f.tag&tagDescend != 0 {
		key = append(key, '/')
	}
	return key
}

func TestSortEntriesEqualsSortingFullKeys(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const alphabet = "aab.-/0~\x01\xff"
	for round := range 3000 {
		var buf []byte
		var entries []found
		prefix := bytes.Repeat([]byte("p"), random.IntN(20))
		for range random.IntN(40) {
			name := slices.Clone(prefix)
			for range random.IntN(12) {
				if c := alphabet[random.IntN(len(alphabet))]; c != '/' {
					name = append(name, c)
				}
			}
			if len(name) == 0 {
				continue
			}
			f := found{name: uint32(len(buf)), length: uint8(len(name)), tag: byte(KindDir)}
			buf = append(buf, name...)
			entries = append(entries, f)
			f.tag |= tagDescend
			entries = append(entries, f)
		}
		random.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		sortEntries(buf, entries)
		sorted := slices.IsSortedFunc(entries, func(a, b found) int {
			return bytes.Compare(fullKey(a, buf), fullKey(b, buf))
		})
		if !sorted {
			t.Fatalf("round %d: not sorted", round)
		}
	}
}

func TestNameLengthFindsTheEndOfEveryName(t *testing.T) {
	for length := 1; length <= 255; length++ {
		for _, padding := range []byte{0, 0xff, 1} {
			size := (19 + length + 1 + 7) / 8 * 8
			dirent := bytes.Repeat([]byte{padding}, size)
			dirent[16], dirent[17], dirent[18] = byte(size), byte(size>>8), 8
			for i := range length {
				dirent[19+i] = byte(1 + (i+length)%255)
			}
			dirent[19+length] = 0
			if got := nameLength(dirent); got != length {
				t.Fatalf("name of %d bytes, padding %#x: got %d", length, padding, got)
			}
		}
	}
}
