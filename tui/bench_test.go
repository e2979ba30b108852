package tui

import (
	"context"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/bench/corpus"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

// million returns a store with a million paths of a typical workstation.
func million() *index.Store {
	s := new(index.Store)
	corpus.Each(1_000_000, 1, func(path string) { s.AddPath([]byte(path), scan.KindFile) })
	return s
}

// BenchmarkKey measures Update and View for a key with a full screen and a million rows.
func BenchmarkKey(b *testing.B) {
	s := million()
	m := newApp(context.Background(), Options{}, s)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 50})
	m.Update(listed{listing: listOf(b, s)})
	keys := []tea.KeyPressMsg{press("down"), press("pgdown"), press("space"), press("up")}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Update(keys[i%len(keys)])
		m.View()
		i++
	}
}

// BenchmarkNewRows measures Update and View for a new listing.
func BenchmarkNewRows(b *testing.B) {
	s := million()
	m := newApp(context.Background(), Options{}, s)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 50})
	l := listOf(b, s)
	m.Update(listed{listing: l})
	m.Update(press("G"))
	b.ReportAllocs()
	for b.Loop() {
		m.Update(listed{listing: l})
		m.View()
	}
}
