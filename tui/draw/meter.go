package draw

import (
	"math"
	"strconv"
	"strings"
)

// SizeBar returns a bar for a size in bytes, at most cells wide. The scale is logarithmic, from 1 KiB
// to 1 GiB: each half cell of a bar of 6 cells is a factor of three.
func (s *Styles) SizeBar(size int64, cells int) string {
	if size <= 0 || cells <= 0 {
		return ""
	}
	const least, most = 10, 30 // powers of two
	at := (math.Log2(float64(size)) - least) / (most - least)
	halves := max(1, min(2*cells, int(math.Round(at*float64(2*cells)))))
	return strings.Repeat(s.Glyphs.Full, halves/2) + strings.Repeat(s.Glyphs.Half, halves%2)
}

// PartBar returns a bar for a part of a whole, at most cells wide.
func (s *Styles) PartBar(part, whole int64, cells int) string {
	if part <= 0 || whole <= 0 {
		return ""
	}
	halves := max(1, min(2*cells, int(math.Round(float64(part)/float64(whole)*float64(2*cells)))))
	return strings.Repeat(s.Glyphs.Full, halves/2) + strings.Repeat(s.Glyphs.Half, halves%2)
}

// shareSteps are the percentages from which a share has one more dot.
var shareSteps = [...]int{0, 5, 15, 30, 45}

// The percentages from which a share is green, or has the colour of a partial mark.
const (
	shareHigh = 25
	shareSome = 12
)

// Share returns how many of a number of configurations keep a path: five dots, or a percentage if
// the glyphs have no dots. It is empty if none does.
func (s *Styles) Share(of, all int) (text string, style Style) {
	if of <= 0 || all <= 0 {
		return "", s.Dim
	}
	percent := 100 * of / all
	style = s.Dim
	switch {
	case percent >= shareHigh:
		style = s.Marked
	case percent >= shareSome:
		style = s.Partial
	}
	if s.Glyphs.Dot == "" {
		return strconv.Itoa(percent) + "%", style
	}
	dots := ShareLevel(of, all)
	return strings.Repeat(s.Glyphs.Dot, dots) + strings.Repeat(s.Glyphs.NoDot, len(shareSteps)-dots), style
}

// ShareLevel returns the number of dots for a share, from 0 to 5.
func ShareLevel(of, all int) int {
	if of <= 0 || all <= 0 {
		return 0
	}
	level := 0
	for _, from := range shareSteps {
		if 100*of >= from*all {
			level++
		}
	}
	return level
}

// Progress returns a bar of so many cells for done of all.
func (s *Styles) Progress(done, all, cells int) string {
	if all <= 0 || cells <= 0 {
		return ""
	}
	full := min(cells, done*cells/all)
	if done > 0 {
		full = max(full, 1)
	}
	return s.Marked.Render(strings.Repeat(s.Glyphs.Done, full)) + s.Dim.Render(strings.Repeat(s.Glyphs.Todo, cells-full))
}

// ScrollBar returns a scroll bar, one glyph for each line. It returns nil if all rows are visible.
func (s *Styles) ScrollBar(height, rows, top int) []string {
	if height <= 0 || rows <= height {
		return nil
	}
	size := max(1, height*height/rows)
	from := top * (height - size) / (rows - height)
	bar := make([]string, height)
	for i := range bar {
		bar[i] = s.Dim.Render(s.Glyphs.Track)
		if i >= from && i < from+size {
			bar[i] = s.Bar.Render(s.Glyphs.Thumb)
		}
	}
	return bar
}
