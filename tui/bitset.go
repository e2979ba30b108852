package tui

import "math/bits"

// bitset is a set of file numbers. A million of them take 125 KB.
type bitset []uint64

func newBitset(size int) bitset { return make(bitset, (size+63)/64) }

// has reports whether i is in the set; a number beyond its end is not.
func (b bitset) has(i uint32) bool {
	return int(i/64) < len(b) && b[i/64]&(1<<(i%64)) != 0
}

// add puts i, which lies within the size, into the set.
func (b bitset) add(i uint32) { b[i/64] |= 1 << (i % 64) }

// flip changes whether i, which lies within the size, is in the set.
func (b bitset) flip(i uint32) { b[i/64] ^= 1 << (i % 64) }

// grown returns the set with room for size numbers.
func (b bitset) grown(size int) bitset {
	if need := (size + 63) / 64; need > len(b) {
		b = append(b, make(bitset, need-len(b))...)
	}
	return b
}

// union adds the members of o, which is not the larger one.
func (b bitset) union(o bitset) {
	for i, word := range o {
		b[i] |= word
	}
}

// count returns the number of members.
func (b bitset) count() int {
	n := 0
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}

// each calls visit with the members, in ascending order.
func (b bitset) each(visit func(uint32)) {
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			visit(uint32(i*64 + bits.TrailingZeros64(word)))
		}
	}
}
