package tui

import (
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/bench/corpus"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
)

// millionScreen opens the screen with a million paths of a typical workstation, after a scan. Directories of up to three components are
// containers.
func millionScreen(b *testing.B, view setting.View) *driver {
	d := newScreen(b, Options{View: view, Home: "/home/alice", Machine: fakeMachine{
		splits: func(dir string) bool { return strings.Count(dir, "/") < 4 },
		place:  func(path string) Place { return Place{Owner: index.Owner{Type: "program", Name: path[len(path)/2:]}} },
	}})
	corpus.Each(1_000_000, 1, func(path string) { d.store.AddPath([]byte(path), scan.KindFile) })
	d.send(tea.WindowSizeMsg{Width: 120, Height: 50})
	d.end(nil)
	return d
}

// BenchmarkKey measures Update and View for a key with a full screen and a million files, in each view.
func BenchmarkKey(b *testing.B) {
	for _, view := range []setting.View{setting.ViewPlaces, setting.ViewPrograms, setting.ViewTree, setting.ViewFiles} {
		b.Run(view.String(), func(b *testing.B) {
			m := millionScreen(b, view).app
			keys := []tea.KeyPressMsg{press("down"), press("pgdown"), press("space"), press("up")}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				m.Update(keys[i%len(keys)])
				m.View()
				i++
			}
		})
	}
}

// BenchmarkNewRows measures Update and View for a new listing, without the commands that it starts.
func BenchmarkNewRows(b *testing.B) {
	d := millionScreen(b, setting.ViewFiles)
	m, l := d.app, d.app.progress.latest
	m.Update(press("G"))
	b.ReportAllocs()
	for b.Loop() {
		m.Update(listed{listing: l})
		m.View()
	}
}

// BenchmarkArrange measures a result of the views of places and programs: sorting, sections and sums.
func BenchmarkArrange(b *testing.B) {
	for _, view := range []setting.View{setting.ViewPlaces, setting.ViewPrograms} {
		b.Run(view.String(), func(b *testing.B) {
			m := millionScreen(b, view).app
			in := table.Request{
				Query: m.query(), Listing: m.progress.latest, Machine: m.opts.Machine, Totals: m.overview.totals, Facts: m.facts,
				Groups: m.list.result.Groups, Now: fakeNow, Configurations: 230,
			}
			b.ReportAllocs()
			for b.Loop() {
				p, err := table.Compute(b.Context(), in)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(p.Rows)), "rows")
			}
		})
	}
}
