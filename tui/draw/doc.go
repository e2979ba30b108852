// Package draw renders the parts of the screen: rows, columns, tabs, chips, cards, bars. It has no
// state and reads nothing: each function turns values into text with attributes, at most as wide as
// it was asked for. It does not depend on candidates, keys or the terminal.
//
//	styles.go    Styles: the attributes and the glyphs
//	text.go      paths that are shortened in the middle, lines with two ends
//	columns.go   Columns: which columns there is room for, and their heads
//	row.go       Row: one line of the list
//	also.go      what is in a row: the match, and what is kept too
//	meter.go     size bars, dots, progress and scroll bar
//	frame.go     cards, sections, tabs and chips
//	scroll.go    the contents of cards that scroll
//	code.go      the colours of Nix code
//
// All text that is passed in has been escaped by package printable: it has no control characters,
// only characters of one or two cells and combining marks. Nothing is shown by colour alone: each
// colour goes with a glyph, a word or a position, so a terminal without colours shows the same.
package draw
