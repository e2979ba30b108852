package unidiff

import (
	"fmt"
	"strings"
)

// change replaces the lines from up to, but without, through of the old text. Lines count from 0.
type change struct {
	from, through int
	start, end    int      // the offsets of these lines
	lines         []string // with their newlines
}

// split returns the lines of a text with their newlines.
func split(text string) (lines []string) {
	for line := range strings.Lines(text) {
		lines = append(lines, line)
	}
	return lines
}

// changesOf returns the lines that edits change, in order. Edits in the same lines are one change.
func changesOf(old string, edits []Edit) (changes []change) {
	line, counted := 0, 0 // the number of newlines before an offset
	for len(edits) > 0 {
		start := lineStart(old, edits[0].Start)
		end, n := lineEnd(old, edits[0].End), 1
		for n < len(edits) && lineStart(old, edits[n].Start) < end {
			end = lineEnd(old, edits[n].End)
			n++
		}
		line += strings.Count(old[counted:start], "\n")
		counted = start
		before, after := split(old[start:end]), split(applied(old, start, end, edits[:n]))
		if c := trimmed(line, start, before, after); c.from < c.through || len(c.lines) > 0 {
			changes = append(changes, c)
		}
		edits = edits[n:]
	}
	return changes
}

// lineStart returns the offset of the line that contains an offset. The end of a text without a final
// newline is in its last line.
func lineStart(text string, at int) int { return strings.LastIndexByte(text[:at], '\n') + 1 }

// lineEnd returns the offset after the line that contains an offset.
func lineEnd(text string, at int) int {
	if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// applied returns a part of a text after edits inside it.
func applied(old string, start, end int, edits []Edit) string {
	var b strings.Builder
	for _, e := range edits {
		b.WriteString(old[start:e.Start])
		b.WriteString(e.New)
		start = e.End
	}
	b.WriteString(old[start:end])
	return b.String()
}

// trimmed returns a change without the equal lines at its start and end.
func trimmed(line, start int, before, after []string) change {
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		start += len(before[0])
		line, before, after = line+1, before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	end := start
	for _, text := range before {
		end += len(text)
	}
	return change{line, line + len(before), start, end, after}
}

// writer writes hunks.
type writer struct {
	old   string
	lines []Line
	shift int // how many lines the hunks so far have added
}

// hunk writes changes as one hunk.
func (d *writer) hunk(changes []change) {
	last := changes[len(changes)-1]
	before, after := lastLines(d.old[:changes[0].start]), firstLines(d.old[last.end:])
	first := changes[0].from - len(before)
	count := last.through + len(after) - first
	more := 0
	for _, c := range changes {
		more += len(c.lines) - (c.through - c.from)
	}
	d.lines = append(d.lines, Line{KindHunk, fmt.Sprintf("@@ -%s +%s @@", span(first, count), span(first+d.shift, count+more))})
	d.shift += more
	d.add(KindContext, before)
	at := changes[0].start
	for _, c := range changes {
		d.add(KindContext, split(d.old[at:c.start]))
		d.add(KindRemoved, split(d.old[c.start:c.end]))
		d.add(KindAdded, c.lines)
		at = c.end
	}
	d.add(KindContext, after)
}

// lastLines returns the lines at the end of a text that are context.
func lastLines(text string) []string {
	start := len(text)
	for n := 0; n < context && start > 0; n++ {
		start = strings.LastIndexByte(text[:start-1], '\n') + 1
	}
	return split(text[start:])
}

// firstLines returns the lines at the beginning of a text that are context.
func firstLines(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if lines = append(lines, line); len(lines) == context {
			break
		}
	}
	return lines
}

// span returns a range of lines as diff(1) writes it. The number of an empty range is that of the
// line before it.
func span(first, count int) string {
	if count > 0 {
		first++
	}
	if count == 1 {
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d,%d", first, count)
}

func (d *writer) add(kind Kind, lines []string) {
	for _, line := range lines {
		text, ended := strings.CutSuffix(line, "\n")
		d.lines = append(d.lines, Line{kind, text})
		if !ended {
			d.lines = append(d.lines, Line{KindNote, "No newline at end of file"})
		}
	}
}
