package nixedit

import (
	"slices"
	"strings"
)

// newList is a list to add, with its items.
type newList struct {
	list  *List
	items []string
}

// bindingLines returns the lines of the bindings of lists at one place, with two spaces for each level.
// The lists have the same block.
func (p *newSpot) bindingLines(lists []newList) []string {
	var names []string
	for _, attr := range firstOf(p.after, p.shared) {
		names = append(names, attr.Text())
	}
	l := lists[0].list
	if p.covered() >= l.block() {
		return nestedLines(names, p.covered(), lists)
	}
	names = append(names, attrTexts(l.Path[p.covered():l.block()])...)
	return enclosed(names, nestedLines(nil, l.block(), lists))
}

// nestedLines returns the bindings of lists below the first attributes of their paths. names are written
// before the rest. Lists with the same parent get a set.
func nestedLines(names []string, first int, lists []newList) (lines []string) {
	for len(lists) > 0 {
		parent := lists[0].list.parent()
		count := 1
		for count < len(lists) && slices.Equal(lists[count].list.parent(), parent) {
			count++
		}
		outer := slices.Concat(names, attrTexts(parent[min(first, len(parent)):]))
		if count > 1 && len(parent) > first {
			var inner []string
			for _, one := range lists[:count] {
				inner = append(inner, listText(one.list.name(), one.items)...)
			}
			lines = append(lines, enclosed(outer, inner)...)
		} else {
			for _, one := range lists[:count] {
				lines = append(lines, listText(strings.Join(slices.Concat(outer, []string{one.list.name()}), "."), one.items)...)
			}
		}
		lists = lists[count:]
	}
	return lines
}

// enclosed returns lines as a set that is bound to a path.
func enclosed(names, inner []string) []string {
	lines := []string{strings.Join(names, ".") + " = {"}
	for _, line := range inner {
		lines = append(lines, "  "+line)
	}
	return append(lines, "};")
}

// attrTexts returns attributes in Nix.
func attrTexts(path []Attr) (texts []string) {
	for _, attr := range path {
		text, _ := attribute(attr.Name)
		texts = append(texts, text)
	}
	return texts
}

// firstOf returns the first attributes of a binding.
func firstOf(b Node, count int) (attrs []Node) {
	if count == 0 {
		return nil
	}
	for attr := range b.first().Children() {
		if attrs = append(attrs, attr); len(attrs) == count {
			break
		}
	}
	return attrs
}

// maxWidth is the width of a line in bytes up to which one element is on the line of its binding, as
// nixfmt does.
const maxWidth = 100

// listText returns the binding of a list in the format of nixfmt.
func listText(name string, items []string) []string {
	if len(items) == 1 && strings.HasPrefix(items[0], `"`) && !strings.Contains(items[0], "\n") {
		if line := name + " = [ " + items[0] + " ];"; len(line) <= maxWidth {
			return []string{line}
		}
	}
	lines := []string{name + " = ["}
	for _, item := range items {
		for line := range strings.SplitSeq(item, "\n") {
			lines = append(lines, "  "+line)
		}
	}
	return append(lines, "];")
}
