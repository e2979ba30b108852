package pattern

import "unicode/utf8"

// class is a set of bytes.
type class [4]uint64

func (c *class) add(b byte) { c[b>>6] |= 1 << (b & 63) }

func (c *class) has(b byte) bool { return c[b>>6]>>(b&63)&1 != 0 }

// setOf returns the set of one byte.
func setOf(b byte) class {
	var c class
	c.add(b)
	return c
}

// everything returns the set of all bytes.
func everything() class { return class{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)} }

// bytes returns the bytes in a set.
func (c *class) bytes() []byte {
	var list []byte
	for b := range 256 {
		if c.has(byte(b)) {
			list = append(list, byte(b))
		}
	}
	return list
}

// invert replaces a set with its complement.
func (c *class) invert() {
	for i := range c {
		c[i] = ^c[i]
	}
}

// union adds the bytes of another set.
func (c *class) union(d *class) {
	for i := range c {
		c[i] |= d[i]
	}
}

// newClass returns the bytes that a class in brackets matches. globset writes the characters of a
// range into a bytewise regular expression as UTF-8, so [é-ö] matches the byte c3, the bytes from
// a9 to c3, and b6.
func newClass(ranges []charRange, negated bool) *class {
	c := new(class)
	for _, r := range ranges {
		from := utf8.AppendRune(nil, r.from)
		to := utf8.AppendRune(nil, r.to)
		for _, b := range from {
			c.add(b)
		}
		for _, b := range to {
			c.add(b)
		}
		if r.from == r.to {
			continue
		}
		for b := int(from[len(from)-1]); b <= int(to[0]); b++ {
			c.add(byte(b))
		}
	}
	if negated {
		c.invert()
	}
	return c
}
