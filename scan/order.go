package scan

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// found is an entry of the directory being read. Its name is in the worker's buffer. It has 16
// bytes, so sorting moves little memory and usually compares only the prefix.
type found struct {
	prefix uint64 // the first bytes of the sort key after the shared prefix
	name   uint32 // offset in the buffer
	length uint8
	tag    uint8 // as in a record
}

func (f found) nameIn(buf []byte) []byte { return buf[f.name : f.name+uint32(f.length)] }

// sortEntries sorts the entries by the bytes of their paths. An entry with tagDescend sorts as if
// its name ended in '/'.
func sortEntries(buf []byte, entries []found) {
	if len(entries) < 2 {
		return
	}
	skip := sharedPrefix(buf, entries)
	for i := range entries {
		entries[i].prefix = sortingPrefix(&entries[i], buf, skip)
	}
	if len(entries) <= fewEntries {
		insertionSort(buf, entries)
		return
	}
	slices.SortFunc(entries, func(a, b found) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		return compareKeys(a, b, buf)
	})
}

// fewEntries is a size that most directories do not exceed. Up to this size, insertion sort is
// faster than slices.SortFunc, because a call of the comparison function costs more than the
// comparison.
const fewEntries = 12

func insertionSort(buf []byte, entries []found) {
	for i := 1; i < len(entries); i++ {
		f := entries[i]
		j := i
		for ; j > 0; j-- {
			before := entries[j-1]
			if before.prefix < f.prefix || before.prefix == f.prefix && compareKeys(before, f, buf) <= 0 {
				break
			}
			entries[j] = before
		}
		entries[j] = f
	}
}

// sharedPrefix returns the length of the prefix that all names share. In directories with thousands
// of entries, names often start alike ("IMG_2024…"), and the sorting prefix should begin where they
// differ.
func sharedPrefix(buf []byte, entries []found) int {
	if len(entries) <= fewEntries {
		return 0
	}
	first := entries[0].nameIn(buf)
	shared := len(first)
	for _, f := range entries[1:] {
		name := f.nameIn(buf)
		shared = min(shared, len(name))
		for i := range shared {
			if name[i] != first[i] {
				shared = i
				break
			}
		}
		if shared == 0 {
			break
		}
	}
	return shared
}

// sortingPrefix returns the eight bytes of the key after the first skip bytes, in big-endian order.
// Names contain no NUL, so the zero padding after the end of a key sorts first.
func sortingPrefix(f *found, buf []byte, skip int) uint64 {
	name := f.nameIn(buf)[skip:]
	if len(name) >= 8 {
		return binary.BigEndian.Uint64(name)
	}
	var key [8]byte
	copy(key[:], name)
	if f.tag&tagDescend != 0 {
		key[len(name)] = '/'
	}
	return binary.BigEndian.Uint64(key[:])
}

// compareKeys compares two whole keys.
func compareKeys(a, b found, buf []byte) int {
	x, y := a.nameIn(buf), b.nameIn(buf)
	n := min(len(x), len(y))
	if c := bytes.Compare(x[:n], y[:n]); c != 0 {
		return c
	}
	return cmp.Compare(keyByte(a, x, n), keyByte(b, y, n))
}

// keyByte returns the key's byte at i, or 0 after the end of the key. i is at most the length of
// the name. Two keys that share i bytes differ at i or are equal. This includes a name and the same
// name with tagDescend: one has '/' at i, and the other has ended.
func keyByte(f found, name []byte, i int) byte {
	switch {
	case i < len(name):
		return name[i]
	case f.tag&tagDescend != 0:
		return '/'
	}
	return 0
}
