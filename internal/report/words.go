package report

import (
	"fmt"
	"strings"
)

// nameOf returns the name of a value of an enumeration; the first name if it has none.
func nameOf(value int, names ...string) string {
	if value >= len(names) {
		value = 0
	}
	return names[value]
}

// Count returns a number with a noun: "1 path", "3 paths".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Alternatives joins names as in a sentence: "a, b or c".
func Alternatives(names []string) string {
	return Enumerate(names, "or")
}

// Enumerate joins names with commas, and the last one with a conjunction.
func Enumerate(names []string, conjunction string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return fmt.Sprintf("%s %s %s", strings.Join(names[:last], ", "), conjunction, names[last])
}
