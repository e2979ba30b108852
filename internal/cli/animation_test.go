package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/recording"
)

// The size of the film in the README.
const animationColumns, animationRows = 110, 30

// poster is the shot of the film that is shown where it is not animated.
const poster = 2

// scene is a part of the film: keys, what they are for, what is on the screen after the last key, and
// for how long.
type scene struct {
	keys    []string
	legend  string // the keys, for people
	caption string
	until   []string
	hold    time.Duration
}

// typed returns the keys that type a text.
func typed(text string) []string { return strings.Split(text, "") }

// scenes are the film.
var scenes = []scene{
	{[]string{"\n"}, "list-ephemeral", "the places that the next reboot wipes; what matters comes first", []string{"places", "will be lost", "─ ~/.ssh/ ─"}, 3500 * time.Millisecond},
	{[]string{keySpace}, "Space", "keep a place", []string{"1 kept", "▌[ ]!~/.gnupg/", "─ ~/.gnupg/ ─", `".ssh"`}, 1500 * time.Millisecond},
	{[]string{keySpace}, "Space", "keep the next one; the Nix for it is at the right", []string{"2 kept", `".gnupg"`, "─ ~/.config/Signal/ ─"}, 2 * time.Second},
	{typed("/firefox"), "/firefox", "search", []string{"/ firefox", "▌[ ] ~/.mozilla/"}, 1500 * time.Millisecond},
	{[]string{keySpace}, "Space", "keep it", []string{"3 kept"}, 1500 * time.Millisecond},
	{[]string{keyEscape}, "Esc", "back to all places", []string{"▌[x] ~/.mozilla/", "[Places"}, time.Second},
	{[]string{"s"}, "s", "what is biggest", []string{"size▾"}, 2500 * time.Millisecond},
	{[]string{"\t"}, "Tab", "the same by program", []string{"[Programs", "places"}, 2 * time.Second},
	{typed("/vscode"), "/vscode", "all places of a program", []string{"/ vscode", "▌[ ]"}, 1500 * time.Millisecond},
	{[]string{keySpace}, "Space", "are kept with one key", []string{"5 kept"}, 2 * time.Second},
	{[]string{keyEscape, "\t", "\t", "\t"}, "Esc Tab", "views: places, programs, tree, files", []string{"[Places"}, 1200 * time.Millisecond},
	{[]string{"v"}, "v", "review exactly what was chosen", []string{"⟨selected v⟩"}, 2500 * time.Millisecond},
	{[]string{keyEnter}, "Enter", "the Nix for your configuration, and what happens next", []string{"what happens", "plain 1 of 6"}, 3 * time.Second},
	{[]string{"f"}, "f", "in the dialect of your configuration", []string{"2 of 6"}, 3 * time.Second},
}

// TestAnimationIsUpToDate plays the scenes with the real program on the fixture machine in a
// pseudo-terminal, and compares what is on the screen after each key with docs/animation.cast. It compares
// docs/animation.svg with the cast. With -update it records both ("make animation").
func TestAnimationIsUpToDate(t *testing.T) {
	t.Parallel()
	s := startFixture(t, animationColumns, animationRows)
	var film *recording.Film
	if *update {
		film = record(s)
		writeFilm(t, film)
	} else {
		film = replay(t, s)
	}
	s.send(keyCtrlC)
	want, err := os.ReadFile("../../docs/animation.svg")
	if err != nil {
		t.Fatal(err)
	}
	if film.SVG(poster) != string(want) {
		t.Error("docs/animation.svg is not drawn from docs/animation.cast; make animation updates it")
	}
	if most := 500_000; len(want) > most {
		t.Errorf("docs/animation.svg has %d bytes, want at most %d", len(want), most)
	}
}

// keyTime is how long a frame is shown between the keys of a scene.
const keyTime = 150 * time.Millisecond

// shoot presses the keys of the scenes and calls after for each of them.
func shoot(s *ptySession, after func(shot recording.Shot, until []string)) {
	for _, scene := range scenes {
		for i, key := range scene.keys {
			s.send(key)
			shot, until := recording.Shot{For: keyTime}, []string(nil)
			if i == 0 {
				shot.Keys, shot.Caption = scene.legend, scene.caption
			}
			if i == len(scene.keys)-1 {
				shot.For, until = scene.hold, scene.until
			}
			after(shot, until)
		}
	}
}

// record records the film. A frame is taken when the screen has not changed for a second.
func record(s *ptySession) *recording.Film {
	film := &recording.Film{Title: "list-ephemeral", Columns: animationColumns, Rows: animationRows}
	shoot(s, func(shot recording.Shot, until []string) {
		s.waitFor(until...)
		s.settle()
		shot.Frame = s.frame()
		film.Shots = append(film.Shots, shot)
	})
	return film
}

// replay compares the film with the program.
func replay(t *testing.T, s *ptySession) *recording.Film {
	t.Helper()
	file, err := os.Open("../../docs/animation.cast")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	film, err := recording.ReadCast(file)
	if err != nil {
		t.Fatal(err)
	}
	next := 0
	shoot(s, func(shot recording.Shot, _ []string) {
		if next == len(film.Shots) {
			t.Fatal("docs/animation.cast ends too early; make animation updates it")
		}
		want := film.Shots[next]
		if want.Keys != shot.Keys || want.Caption != shot.Caption || want.For != shot.For {
			t.Fatalf("shot %d is %q %q for %s, want %q %q for %s; make animation updates it", next, want.Keys, want.Caption, want.For, shot.Keys, shot.Caption, shot.For)
		}
		if got := s.becomes(want.Frame.Text(), func() string { return s.frame().Text() }); got != want.Frame.Text() {
			t.Fatalf("docs/animation.cast is not up to date in shot %d, after %q; make animation updates it (-cast +program):\n%s", next, want.Keys, cmp.Diff(want.Frame.Text(), got))
		}
		next++
	})
	if next != len(film.Shots) {
		t.Errorf("docs/animation.cast has %d shots, want %d; make animation updates it", len(film.Shots), next)
	}
	return film
}

func writeFilm(t *testing.T, film *recording.Film) {
	t.Helper()
	var cast bytes.Buffer
	if err := film.WriteCast(&cast); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(os.WriteFile("../../docs/animation.cast", cast.Bytes(), 0o644), os.WriteFile("../../docs/animation.svg", []byte(film.SVG(poster)), 0o644))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}
