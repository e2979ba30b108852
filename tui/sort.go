package tui

import (
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/places"
)

// sortKey is the sort order of the rows. With sortSize the largest is first, with sortTime the
// newest.
type sortKey uint8

const (
	sortMatters sortKey = iota
	sortSize
	sortTime
	sortKept
	sortProgram
	sortPath
	sortRank // of annotations
)

var sortNames = [...]string{"what matters", "size", "time", "kept", "program", "path", "rank"}

// String returns the key as the screen names it; Job.Order names sortRank.
func (k sortKey) String() string {
	if int(k) < len(sortNames) {
		return sortNames[k]
	}
	return sortNames[sortPath]
}

// sortName returns the key as the screen names it.
func (m *app) sortName(k sortKey) string {
	if k == sortRank {
		return m.opts.Job.Order
	}
	return k.String()
}

// sortKeys returns the keys of a view, the default one first. sortRank is included only if there are
// annotations.
func sortKeys(v setting.View, annotated bool) []sortKey {
	var keys []sortKey
	if annotated {
		keys = append(keys, sortRank)
	}
	switch v {
	case setting.ViewPlaces:
		return append(keys, sortMatters, sortSize, sortTime, sortKept, sortProgram, sortPath)
	case setting.ViewPrograms:
		return append(keys, sortMatters, sortSize, sortTime, sortKept, sortProgram)
	case setting.ViewTree, setting.ViewFiles:
	}
	return append(keys, sortPath, sortSize, sortTime)
}

// in returns the key that applies in a view: the key itself, or the default of the view.
func (k sortKey) in(v setting.View, annotated bool) sortKey {
	keys := sortKeys(v, annotated)
	if slices.Contains(keys, k) {
		return k
	}
	return keys[0]
}

// next returns the next key of a view.
func (k sortKey) next(v setting.View, annotated bool) sortKey {
	keys := sortKeys(v, annotated)
	return keys[(slices.Index(keys, k.in(v, annotated))+1)%len(keys)]
}

// order returns the order of places for the key.
func (k sortKey) order() places.Order {
	switch k {
	case sortSize:
		return places.OrderSize
	case sortTime:
		return places.OrderAge
	case sortKept:
		return places.OrderKept
	case sortProgram:
		return places.OrderProgram
	case sortPath, sortRank:
		return places.OrderPath
	case sortMatters:
	}
	return places.OrderMatters
}

// column returns the column whose head shows the arrow.
func (k sortKey) column() draw.Column {
	switch k {
	case sortSize:
		return draw.ColumnSize
	case sortTime:
		return draw.ColumnAge
	case sortKept:
		return draw.ColumnShare
	case sortProgram:
		return draw.ColumnProgram
	case sortPath:
		return draw.ColumnPath
	case sortRank:
		return draw.ColumnNote
	case sortMatters:
	}
	return draw.ColumnUnknown
}

// keyOf returns the key that a click on the head of a column chooses.
func keyOf(c draw.Column, v setting.View) sortKey {
	switch c {
	case draw.ColumnSize, draw.ColumnBar:
		return sortSize
	case draw.ColumnAge:
		return sortTime
	case draw.ColumnShare:
		return sortKept
	case draw.ColumnProgram:
		return sortProgram
	case draw.ColumnNote:
		return sortRank
	case draw.ColumnPath, draw.ColumnHits, draw.ColumnUnknown:
	}
	return sortKeys(v, false)[0]
}
