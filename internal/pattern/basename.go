package pattern

const (
	// bucketPairs is the maximum number of pairs of last bytes for a rule in names.endings.
	// *.py[co] has two pairs.
	bucketPairs = 64
	pairs       = 1 << 16
)

// nameRule is a component that a name can match at any depth.
type nameRule struct {
	component *component
	verdict   verdict
}

// names contains the rules about names at any depth. Every entry of a walk is compared with them,
// so the common case has to be cheap: [names.suspects] checks only the first byte and the last two,
// and rejects almost all names.
type names struct {
	// tails has a bit for each pair of last bytes that a rule may match. heads has a bit for each
	// first byte of the rules that match too many pairs of last bytes.
	tails [pairs / 64]uint64
	heads class

	literals map[string]verdict
	endings  map[uint16][]nameRule // by their last two bytes
	others   []nameRule
}

func (n *names) init() {
	n.literals = make(map[string]verdict)
	n.endings = make(map[uint16][]nameRule)
}

// pair returns the last two bytes of a name, which must have at least two.
func pair(name []byte) uint16 {
	return uint16(name[len(name)-2])<<8 | uint16(name[len(name)-1])
}

// suspects reports whether [names.excludes] has to be called for name. It always returns true for
// names of one byte, because they are rare.
func (n *names) suspects(name []byte) bool {
	if len(name) < 2 {
		return true
	}
	p := pair(name)
	return n.tails[p>>6]>>(p&63)&1 != 0 || n.heads.has(name[0])
}

// excludes reports whether a rule excludes name.
func (n *names) excludes(name []byte, isDir bool) bool {
	if v, ok := n.literals[string(name)]; ok && v.excludes(isDir) {
		return true
	}
	for _, r := range n.rulesFor(name) {
		if r.verdict.excludes(isDir) && r.component.matches(name) {
			return true
		}
	}
	for i := range n.others {
		if r := &n.others[i]; r.verdict.excludes(isDir) && r.component.matches(name) {
			return true
		}
	}
	return false
}

// first returns the index of the first pattern that excludes name, or none.
func (n *names) first(name []byte, isDir bool) int32 {
	first := int32(none)
	if v, ok := n.literals[string(name)]; ok {
		first = v.first(isDir)
	}
	for _, list := range [][]nameRule{n.rulesFor(name), n.others} {
		for _, r := range list {
			if r.component.matches(name) {
				first = min(first, r.verdict.first(isDir))
			}
		}
	}
	return first
}

// rulesFor returns the rules in endings that name may match.
func (n *names) rulesFor(name []byte) []nameRule {
	if len(n.endings) == 0 || len(name) < 2 {
		return nil
	}
	return n.endings[pair(name)]
}

// add adds a rule for names with verdict v.
func (n *names) add(c *component, v verdict) {
	first, secondLast, last := c.ends()
	tails := len(secondLast.bytes()) * len(last.bytes())
	switch {
	case c.kind == literal:
		old, ok := n.literals[c.prefix]
		if !ok {
			old = acquitted()
		}
		n.literals[c.prefix] = old.or(v)
		if len(c.prefix) > 1 {
			n.suspect(&secondLast, &last)
		}
	case tails <= bucketPairs:
		r := nameRule{c, v}
		for _, a := range secondLast.bytes() {
			for _, b := range last.bytes() {
				p := pair([]byte{a, b})
				n.endings[p] = append(n.endings[p], r)
			}
		}
		n.suspect(&secondLast, &last)
	case tails*256 <= len(first.bytes())*pairs:
		n.others = append(n.others, nameRule{c, v})
		n.suspect(&secondLast, &last)
	default:
		n.others = append(n.others, nameRule{c, v})
		n.heads.union(&first)
	}
}

// suspect makes [names.suspects] return true for names whose last two bytes are in the sets.
func (n *names) suspect(secondLast, last *class) {
	for _, a := range secondLast.bytes() {
		for i, word := range last {
			n.tails[int(a)*len(last)+i] |= word
		}
	}
}

// ends returns the possible first, second last and last bytes of names that c matches. The last two
// apply only to names of at least two bytes.
func (c *component) ends() (first, secondLast, last class) {
	first, secondLast, last = everything(), everything(), everything()
	switch c.kind {
	case literal:
		return byteAt(c.prefix, 0), byteAt(c.prefix, len(c.prefix)-2), byteAt(c.prefix, len(c.prefix)-1)
	case affix:
		return byteAt(c.prefix, 0), byteAt(c.suffix, len(c.suffix)-2), byteAt(c.suffix, len(c.suffix)-1)
	case glob:
		e := c.elements
		first = e[0].bytes()
		if e[len(e)-1].kind == anyBytes {
			return first, secondLast, last
		}
		last = e[len(e)-1].bytes()
		if len(e) > 1 {
			secondLast = e[len(e)-2].bytes()
		}
	default: // any name
	}
	return first, secondLast, last
}

// byteAt returns the set of the byte at an index of text, or the set of all bytes if the index is
// out of range.
func byteAt(text string, i int) class {
	if i < 0 || i >= len(text) {
		return everything()
	}
	return setOf(text[i])
}

// bytes returns the bytes that an element can match. For anyByte and anyBytes, these are all bytes.
func (e *element) bytes() class {
	switch e.kind {
	case oneByte:
		return setOf(e.byte)
	case someByte:
		return *e.class
	default:
		return everything()
	}
}
