package pattern

// componentKind is the way in which a component of a rule is matched.
type componentKind uint8

const (
	componentUnknown componentKind = iota
	literal                        // one name
	anyName                        // all names: "*"
	affix                          // names with a prefix and a suffix: "a*b"
	glob                           // anything else about one name
	tree                           // any number of directories: "**"
)

var componentNames = [...]string{"unknown", "literal", "any name", "affix", "glob", "tree"}

// String returns the name of the kind.
func (k componentKind) String() string {
	if int(k) < len(componentNames) {
		return componentNames[k]
	}
	return componentNames[componentUnknown]
}

// component is the part of a rule that one name of a path has to match. A component of kind tree
// matches any number of names, including zero.
type component struct {
	kind     componentKind
	prefix   string // of an affix; the name of a literal
	suffix   string // of an affix
	elements []element
}

// rule is a list of components that a path has to match one after the other. It is never empty,
// never ends in a tree, and never has two trees in a row.
type rule []component

// elementKind is the kind of an element of a component.
type elementKind uint8

const (
	elementUnknown elementKind = iota
	oneByte                    // one given byte
	anyByte                    // "?"
	someByte                   // a byte of a class
	anyBytes                   // "*"
	slashMark                  // the end of a component; only while expanding
	treeMark                   // a component that is a tree; only while expanding
)

var elementNames = [...]string{
	"unknown", "byte", "any byte", "class", "any bytes", "slash", "tree",
}

// String returns the name of the kind.
func (k elementKind) String() string {
	if int(k) < len(elementNames) {
		return elementNames[k]
	}
	return elementNames[elementUnknown]
}

// element is a part of a glob within one component.
type element struct {
	kind  elementKind
	byte  byte   // of oneByte
	class *class // of someByte
}

// takes reports whether an element other than anyBytes matches b.
func (e *element) takes(b byte) bool {
	switch e.kind {
	case oneByte:
		return e.byte == b
	case anyByte:
		return true
	default:
		return e.class.has(b)
	}
}

// newComponent returns the component that matches elements in the cheapest way. elements must not
// be empty. The component does not alias it.
func newComponent(elements []element) component {
	star, simple := -1, true
	for i, e := range elements {
		switch {
		case e.kind == anyBytes && (star < 0 || star == i-1):
			star = i // the last of several in a row
		case e.kind != oneByte:
			simple = false
		}
	}
	if !simple {
		return component{kind: glob, elements: compact(elements)}
	}
	if star < 0 {
		return component{kind: literal, prefix: text(elements)}
	}
	first := star
	for first > 0 && elements[first-1].kind == anyBytes {
		first--
	}
	c := component{kind: affix, prefix: text(elements[:first]), suffix: text(elements[star+1:])}
	if c.prefix == "" && c.suffix == "" {
		c.kind = anyName
	}
	return c
}

// text returns the bytes of elements of kind oneByte.
func text(elements []element) string {
	b := make([]byte, len(elements))
	for i, e := range elements {
		b[i] = e.byte
	}
	return string(b)
}

// compact returns a copy of elements without repeated anyBytes.
func compact(elements []element) []element {
	list := make([]element, 0, len(elements))
	for i, e := range elements {
		if e.kind != anyBytes || i == 0 || elements[i-1].kind != anyBytes {
			list = append(list, e)
		}
	}
	return list
}

// matches reports whether a component matches name. It must not be called for literals, which are
// looked up in maps, and for trees.
func (c *component) matches(name []byte) bool {
	switch c.kind {
	case anyName:
		return true
	case affix:
		before, after := len(c.prefix), len(name)-len(c.suffix)
		return before <= after && string(name[after:]) == c.suffix && string(name[:before]) == c.prefix
	default:
		return matchElements(c.elements, name)
	}
}

// matchElements reports whether elements match a name. After a mismatch, it only tries to extend
// the last star by one byte, so the work is at most the product of both lengths.
func matchElements(elements []element, name []byte) bool {
	e, n := 0, 0
	star, resume := -1, 0
	for n < len(name) {
		switch {
		case e < len(elements) && elements[e].kind == anyBytes:
			star, resume = e, n
			e++
		case e < len(elements) && elements[e].takes(name[n]):
			e++
			n++
		case star >= 0:
			resume++
			e, n = star+1, resume
		default:
			return false
		}
	}
	for e < len(elements) && elements[e].kind == anyBytes {
		e++
	}
	return e == len(elements)
}
