package table

import (
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/places"
)

// SortKey is the sort order of the rows.
type SortKey uint8

// The orders. With SortSize the largest is first, with SortTime the newest.
const (
	SortMatters SortKey = iota
	SortSize
	SortTime
	sortKept
	sortProgram
	SortPath
	SortRank // of annotations
)

var sortNames = [...]string{"what matters", "size", "time", "kept", "program", "path", "rank"}

// String returns the name of the key on the screen. The screen has another name for SortRank.
func (k SortKey) String() string {
	if int(k) < len(sortNames) {
		return sortNames[k]
	}
	return sortNames[SortPath]
}

// SortKeys returns the keys of a view, the default one first. SortRank is included only if there
// are annotations.
func SortKeys(v setting.View, annotated bool) []SortKey {
	var keys []SortKey
	if annotated {
		keys = append(keys, SortRank)
	}
	switch v {
	case setting.ViewPlaces:
		return append(keys, SortMatters, SortSize, SortTime, sortKept, sortProgram, SortPath)
	case setting.ViewPrograms:
		return append(keys, SortMatters, SortSize, SortTime, sortKept, sortProgram)
	case setting.ViewTree, setting.ViewFiles:
	}
	return append(keys, SortPath, SortSize, SortTime)
}

// In returns the key that applies in a view: the key itself, or the default of the view.
func (k SortKey) In(v setting.View, annotated bool) SortKey {
	keys := SortKeys(v, annotated)
	if slices.Contains(keys, k) {
		return k
	}
	return keys[0]
}

// Next returns the next key of a view.
func (k SortKey) Next(v setting.View, annotated bool) SortKey {
	keys := SortKeys(v, annotated)
	return keys[(slices.Index(keys, k.In(v, annotated))+1)%len(keys)]
}

// order returns the order of places for the key.
func (k SortKey) order() places.Order {
	switch k {
	case SortSize:
		return places.OrderSize
	case SortTime:
		return places.OrderAge
	case sortKept:
		return places.OrderKept
	case sortProgram:
		return places.OrderProgram
	case SortPath, SortRank:
		return places.OrderPath
	case SortMatters:
	}
	return places.OrderMatters
}

// Column returns the column whose head shows the arrow.
func (k SortKey) Column() draw.Column {
	switch k {
	case SortSize:
		return draw.ColumnSize
	case SortTime:
		return draw.ColumnAge
	case sortKept:
		return draw.ColumnShare
	case sortProgram:
		return draw.ColumnProgram
	case SortPath:
		return draw.ColumnPath
	case SortRank:
		return draw.ColumnNote
	case SortMatters:
	}
	return draw.ColumnUnknown
}

// KeyOf returns the key that a click on the head of a column chooses.
func KeyOf(c draw.Column, v setting.View) SortKey {
	switch c {
	case draw.ColumnSize, draw.ColumnBar:
		return SortSize
	case draw.ColumnAge:
		return SortTime
	case draw.ColumnShare:
		return sortKept
	case draw.ColumnProgram:
		return sortProgram
	case draw.ColumnNote:
		return SortRank
	case draw.ColumnPath, draw.ColumnHits, draw.ColumnUnknown:
	}
	return SortKeys(v, false)[0]
}
