package index

import "math/bits"

// Bitset is a set of numbers of files or directories. A million of them take 125 KB.
type Bitset []uint64

// NewBitset returns an empty set for numbers below size.
func NewBitset(size int) Bitset { return make(Bitset, (size+63)/64) }

// Has reports whether i is in the set. It returns false if i is beyond the size.
func (b Bitset) Has(i uint32) bool {
	return int(i/64) < len(b) && b[i/64]&(1<<(i%64)) != 0
}

// Add adds i, which must be below the size.
func (b Bitset) Add(i uint32) { b[i/64] |= 1 << (i % 64) }

// Flip adds i, or removes it if it is in the set. i must be below the size.
func (b Bitset) Flip(i uint32) { b[i/64] ^= 1 << (i % 64) }

// Grown returns the set with room for numbers below size.
func (b Bitset) Grown(size int) Bitset {
	if need := (size + 63) / 64; need > len(b) {
		b = append(b, make(Bitset, need-len(b))...)
	}
	return b
}

// Union adds the members of o. The size of o must not be larger.
func (b Bitset) Union(o Bitset) {
	for i, word := range o {
		b[i] |= word
	}
}

// Count returns the number of members.
func (b Bitset) Count() int {
	n := 0
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}

// Each calls visit with the members, in ascending order.
func (b Bitset) Each(visit func(uint32)) {
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			visit(uint32(i*64 + bits.TrailingZeros64(word)))
		}
	}
}
