package tui

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
)

// FuzzRandomSessions presses keys, resizes the terminal and continues the scan, in random order.
// After each step, the driver checks that no line of the screen is too long and that no control
// character of a name is on it. checkModel checks that the cursor is on a row and that the count
// of the selection is right.
func FuzzRandomSessions(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed, []byte(nil))
	}
	f.Add(uint64(1), []byte("\x1b]52;c;Zm9v\x07"))
	f.Add(uint64(2), []byte("\xff\xfe\u202e\u0301日本"))
	f.Add(uint64(3), []byte("\x1bP$q\x1b\\"))
	f.Fuzz(func(t *testing.T, seed uint64, name []byte) {
		r := rand.New(rand.NewPCG(seed, 3))
		opts := Options{ASCII: seed%2 == 0, Dialects: []string{"plain", "json"}, Programs: []string{"firefox", string(name), "e"}}
		rescan := func(_ context.Context, into *index.Store, refused bool) (Summary, error) {
			into.AddPath(append([]byte("/again/"), name...), scan.KindFile)
			if refused {
				into.AddNonCandidate(append([]byte("/again/x/y"), name...), scan.KindDir)
			}
			return Summary{Errors: len(name)}, nil
		}
		opts.View = setting.View(seed % 4)
		opts.Configurations, opts.Host = 10, string(name)
		opts.Machine = fakeMachine{
			place: func(path string) Place { return randomPlace(path, name) }, splits: func(dir string) bool { return len(dir)%3 == 0 },
			known:  func(path string) string { return path },
			rescan: rescan, explain: func(path string) []string { return []string{path} },
			intoFiles: func(context.Context, int) ([]IntoFile, error) {
				return []IntoFile{{Path: string(name), Places: []string{string(name)}}, {Path: "/b"}}, nil
			},
			planInto: func(context.Context, string, []string, []index.Selected, int) (IntoPlan, error) {
				return IntoPlan{Lines: []IntoLine{{Kind: LineAdded, Text: string(name)}, {Kind: LineNote, Text: string(name)}}, Write: func(context.Context) []string { return []string{string(name)} }}, nil
			},
			adopt: func(context.Context, []index.Selected) (Adoption, error) { return Adoption{}, errors.New(string(name)) },
		}
		d := newScreen(t, opts)
		for range 120 {
			randomStep(d, r, name)
			checkModel(d)
		}
	})
}

// randomPlace returns facts that depend on the path only.
func randomPlace(path string, name []byte) Place {
	n := len(path)
	p := Place{Kept: n % 11, Secret: n%5 == 0}
	if n%2 == 0 {
		p.Owner = index.Owner{Type: "program", Name: path[:n/2] + string(name)}
	}
	if n%3 == 0 {
		p.Home = "/" + string(name)
	}
	if n%7 == 0 {
		p.Unlikely = string(name)
	}
	return p
}

func randomStep(d *driver, r *rand.Rand, name []byte) {
	keys := []string{
		"up", "down", "pgup", "pgdown", "home", "end", "space", "space", "enter", "esc", "/", "?", "f1", "ctrl+a",
		"ctrl+d", "ctrl+p", "ctrl+x", "backspace", "delete", "left", "right", "ctrl+u", "ctrl+w", "e", "s", "c", "日",
		"G", "g", "j", "k", "l", "h", "v", "u", "y", "p", "e", "s", "c", "r", "i", "enter", "tab", "tab", "tab", "S", "!", "right", "right", "ctrl+z", "x", "o",
	}
	switch r.IntN(12) {
	case 0:
		d.send(tea.WindowSizeMsg{Width: r.IntN(130), Height: r.IntN(45)})
	case 1:
		addHostile(d, r, name)
	case 2:
		d.tick()
	case 3:
		d.send(tea.PasteMsg{Content: string(name)})
	case 4:
		d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: r.IntN(120), Y: []int{r.IntN(40), r.IntN(4)}[r.IntN(2)]})
	case 5:
		d.send(tea.MouseWheelMsg{Button: []tea.MouseButton{tea.MouseWheelUp, tea.MouseWheelDown}[r.IntN(2)]})
	case 6:
		switch r.IntN(12) {
		case 0:
			d.end(fmt.Errorf("stopped at %s", name))
		case 1:
			d.fire(noticeExpired{})
		}
	case 7: // commands finish late and in any order
		d.hold = !d.hold
		if !d.hold {
			r.Shuffle(len(d.held), func(i, j int) { d.held[i], d.held[j] = d.held[j], d.held[i] })
			d.release()
		}
	default:
		d.keys(keys[r.IntN(len(keys))])
	}
}

func addHostile(d *driver, r *rand.Rand, name []byte) {
	parts := []string{
		"a", "firefox", "日本語", "\x1b[2J", "\x1b]0;x\x07", "\x1bPq\x1b\\", "\n", "\r", "\t", "\u202e", "\u200b", "\u009b", "\xff", "\xc3",
		"\u0301", "👩‍👩‍👧", "🇦🇹", "\u2028", "\x7f", string(name), "long-name-that-goes-on-and-on-and-on-and-on-and-on",
	}
	for range r.IntN(60) {
		var p []byte
		for range 1 + r.IntN(5) {
			p = append(append(p, '/'), parts[r.IntN(len(parts))]...)
		}
		d.store.AddPath(p, scan.Kind(r.IntN(int(scan.KindChar)+1)))
	}
	d.tick()
}

func checkModel(d *driver) {
	d.t.Helper()
	m := d.app
	if n := len(m.list.nodes); m.list.cursor < 0 || m.list.cursor >= max(n, 1) {
		d.t.Fatalf("the cursor is on row %d, but there are %d rows", m.list.cursor, n)
	}
	if line := m.list.lineOf(m.list.cursor); m.list.height > 0 && (line < m.list.top || line >= m.list.top+m.list.height) {
		d.t.Fatalf("the cursor is on row %d, but the screen shows %d rows from row %d", m.list.cursor, m.list.height, m.list.top)
	}
	if m.progress.latest == nil {
		return
	}
	if got := len(m.selection.Paths(m.progress.latest)); got != m.selection.Len() {
		d.t.Fatalf("%d paths are selected, but Len returns %d", got, m.selection.Len())
	}
}
