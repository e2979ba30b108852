package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
)

// driver runs the model without a terminal, in one goroutine. It calls Update, runs the returned
// commands, and sends their messages, until nothing is left. Timers do not run by themselves; a
// test fires them.
type driver struct {
	t      testing.TB
	app    *app
	store  *index.Store
	timers []tea.Msg
	// held collects commands instead of running them while hold is set.
	hold bool
	held []tea.Cmd
	quit bool
	// asked are the selections that a snippet was rendered for.
	asked [][]index.Selected
}

// newDriver opens the screen in the view of files, unless opts names another one. Most tests are about
// what is the same in all views.
func newDriver(t testing.TB, opts Options) *driver {
	t.Helper()
	if opts.View == setting.ViewPlaces {
		opts.View = setting.ViewFiles
	}
	return newScreen(t, opts)
}

// newScreen opens the screen.
func newScreen(t testing.TB, opts Options) *driver {
	t.Helper()
	d := &driver{t: t, store: new(index.Store)}
	machine, _ := opts.Machine.(fakeMachine)
	opts.Once = machine.rescan == nil
	machine.snippet = d.snippet(machine)
	opts.Machine = machine
	d.app = newApp(t.Context(), opts, d.store)
	d.app.after = func(_ time.Duration, msg tea.Msg) tea.Cmd {
		return func() tea.Msg { d.timers = append(d.timers, msg); return nil }
	}
	d.app.statCache.Stat = fakeStat
	d.app.now = func() time.Time { return fakeNow }
	d.app.canSuspend = func() bool { return false }
	d.run(d.app.Init())
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	return d
}

// browse opens the screen with paths, after the end of the scan.
func browse(t testing.TB, paths ...string) *driver {
	t.Helper()
	d := newDriver(t, Options{Programs: []string{"firefox", "_1password-gui", "nothing-cli"}})
	d.add(paths...)
	d.end(nil)
	return d
}

// snippet wraps Snippet of a machine and records the selections.
func (d *driver) snippet(machine fakeMachine) func([]index.Selected, int) SnippetText {
	render := machine.Snippet
	return func(selected []index.Selected, dialect int) SnippetText {
		d.asked = append(d.asked, selected)
		return render(selected, dialect)
	}
}

// add adds paths to the store and updates the screen.
func (d *driver) add(paths ...string) {
	d.t.Helper()
	for _, p := range paths {
		kind := scan.KindFile
		if strings.HasSuffix(p, "/") {
			kind = scan.KindDir
		}
		d.store.AddPath([]byte(p), kind)
	}
	d.tick()
}

// tick fires the timers that read the store, twice, so pending sorts run too.
func (d *driver) tick() {
	d.t.Helper()
	for range 2 {
		d.app.progress.rest = 0
		d.fire(ticked{})
	}
}

// fire fires the timers whose message has the same type as like.
func (d *driver) fire(like tea.Msg) {
	d.t.Helper()
	timers := d.timers
	d.timers = nil
	for _, msg := range timers {
		if fmt.Sprintf("%T", msg) == fmt.Sprintf("%T", like) {
			d.send(msg)
		} else {
			d.timers = append(d.timers, msg)
		}
	}
}

// end ends the scan.
func (d *driver) end(err error) {
	d.t.Helper()
	d.send(scanEnded{err: err})
	d.tick()
}

// send updates the model and runs the commands that follow.
func (d *driver) send(msg tea.Msg) {
	d.t.Helper()
	_, cmd := d.app.Update(msg)
	d.check()
	d.run(cmd)
}

func (d *driver) run(cmd tea.Cmd) {
	d.t.Helper()
	if cmd == nil {
		return
	}
	if d.hold {
		d.held = append(d.held, cmd)
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, cmd := range msg {
			d.run(cmd)
		}
	case tea.QuitMsg:
		d.quit = true
	default:
		d.send(msg)
	}
}

// release runs the held commands.
func (d *driver) release() {
	d.t.Helper()
	held := d.held
	d.hold, d.held = false, nil
	for _, cmd := range held {
		d.run(cmd)
	}
}

// keys presses keys, named as Bubble Tea does; "text:abc" types the letters.
func (d *driver) keys(names ...string) {
	d.t.Helper()
	for _, name := range names {
		if text, ok := strings.CutPrefix(name, "text:"); ok {
			for _, r := range text {
				d.send(tea.KeyPressMsg{Code: r, Text: string(r)})
			}
			continue
		}
		d.send(press(name))
	}
}

var keyCodes = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown,
	"left": tea.KeyLeft, "right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "backspace": tea.KeyBackspace,
	"delete": tea.KeyDelete, "f1": tea.KeyF1, "tab": tea.KeyTab,
}

// press returns the message for a key, as Bubble Tea makes it from terminal input.
func press(name string) tea.KeyPressMsg {
	if name == "ctrl+space" {
		return tea.KeyPressMsg{Code: tea.KeySpace, Mod: tea.ModCtrl}
	}
	if letter, ok := strings.CutPrefix(name, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl}
	}
	if name == "space" {
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	}
	if code, ok := keyCodes[name]; ok {
		return tea.KeyPressMsg{Code: code}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// lines returns the screen as text.
func (d *driver) lines() []string {
	return strings.Split(ansi.Strip(d.app.View().Content), "\n")
}

// check asserts the invariants of every screen: it has the right size, and the only escape
// sequences are our own attributes.
func (d *driver) check() {
	d.t.Helper()
	content := d.app.View().Content
	if err := checkScreen(content, d.app.layout.width, d.app.layout.height); err != nil {
		d.t.Fatalf("%v, in\n%q", err, content)
	}
}

func checkScreen(content string, width, height int) error {
	lines := strings.Split(content, "\n")
	if len(lines) > max(height, 1) {
		return fmt.Errorf("%d lines, want at most %d", len(lines), height)
	}
	for _, line := range lines {
		if w := ansi.StringWidth(line); w > max(width, 0) {
			return fmt.Errorf("a line has %d cells, want at most %d: %q", w, width, line)
		}
		plain, err := withoutAttributes(line)
		if err != nil {
			return err
		}
		for _, r := range plain {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0xfffd {
				return fmt.Errorf("unsafe character %q in %q", r, line)
			}
		}
	}
	return nil
}

// withoutAttributes removes the sequences that set attributes, ESC [ numbers m.
func withoutAttributes(line string) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(line, "\x1b")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		end := strings.IndexFunc(after, func(r rune) bool { return !strings.ContainsRune("[0123456789;:", r) })
		if end < 1 || after[0] != '[' || after[end] != 'm' {
			return "", errors.New("unexpected escape sequence")
		}
		line = after[end+1:]
	}
}

// has asserts that texts are on the screen; hasNot asserts that they are not.
func (d *driver) has(texts ...string) {
	d.t.Helper()
	screen := strings.Join(d.lines(), "\n")
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			d.t.Errorf("not on the screen: %q\n%s", text, screen)
		}
	}
}

func (d *driver) hasNot(texts ...string) {
	d.t.Helper()
	screen := strings.Join(d.lines(), "\n")
	for _, text := range texts {
		if strings.Contains(screen, text) {
			d.t.Errorf("on the screen: %q\n%s", text, screen)
		}
	}
}

// shown returns the paths of the rows; selected returns the selected paths.
func (d *driver) shown() []string {
	var paths []string
	for row, node := range d.app.list.nodes {
		if of := d.app.list.programAt(row); of != nil {
			paths = append(paths, "program "+programName(of))
			continue
		}
		if d.app.list.folded(row) {
			paths = append(paths, "folded")
			continue
		}
		paths = append(paths, string(d.app.list.result.Listing.AppendNode(nil, node)))
	}
	return paths
}

func (d *driver) selected() []string {
	paths := []string{}
	for _, chosen := range d.app.selection.Paths(d.app.progress.latest) {
		paths = append(paths, chosen.Path)
	}
	return paths
}

// cursor returns the path under the cursor.
func (d *driver) cursor() string {
	id, ok := d.app.list.current()
	if !ok {
		return ""
	}
	return string(d.app.list.result.Listing.AppendNode(nil, id))
}

// listOf returns a listing of a store.
func listOf(t testing.TB, s *index.Store) *index.Listing {
	t.Helper()
	l, err := s.List(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var fakeNow = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// fakeStat replaces the disk. Size and age depend on the length of the path. A path that ends in
// "gone" does not exist.
func fakeStat(path string) (scan.Kind, scan.Info, error) {
	if strings.HasSuffix(path, "gone") {
		return scan.KindUnknown, scan.Info{}, errors.New("no such file")
	}
	n := len(path)
	return scan.KindFile, scan.Info{Size: int64(n * n * 100), ModTime: fakeNow.Add(-time.Duration(n) * time.Hour)}, nil
}

// TestMain sets the time zone of the golden files.
func TestMain(m *testing.M) {
	time.Local = time.UTC
	os.Exit(m.Run())
}
