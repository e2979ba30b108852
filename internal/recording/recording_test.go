package recording_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/recording"
)

// screen returns what a terminal of 20×4 shows after output.
func screen(t testing.TB, output string) recording.Frame {
	t.Helper()
	e := vt.NewEmulator(20, 4)
	if _, err := e.WriteString(output); err != nil {
		t.Fatal(err)
	}
	return recording.Take(e)
}

// outputs are those of a film.
var outputs = []string{
	"plain \x1b[1mbold\x1b[m <&>\r\n\x1b[7m reverse \x1b[m\x1b[32m green\x1b[m\r\n\x1b[38;2;1;2;3mrgb\x1b[m\x1b[2mfaint\x1b[m\x1b[4m u \x1b[m日本",
	"other\r\n\x1b[7m reverse \x1b[m\x1b[32m green\x1b[m\r\n\r\n12345678901234567890",
	"other\r\n\x1b[7m reverse \x1b[m\x1b[32m green\x1b[m\r\n\r\n12345678901234567890",
	"plain \x1b[1mbold\x1b[m <&>\r\n\x1b[41mred\x1b[m\r\n\r\n12345678901234567890",
}

func film(t testing.TB) *recording.Film {
	t.Helper()
	f := &recording.Film{Title: "a film", Columns: 20, Rows: 4}
	for i, output := range outputs {
		shot := recording.Shot{Frame: screen(t, output), For: time.Duration(1+i) * 250 * time.Millisecond}
		if i != 2 {
			shot.Keys, shot.Caption = "k"+strconv.Itoa(i), "caption of "+strconv.Itoa(i)
		}
		f.Shots = append(f.Shots, shot)
	}
	return f
}

func Example() {
	e := vt.NewEmulator(20, 1)
	fmt.Fprint(e, "a \x1b[1mname\x1b[m")
	frame := recording.Take(e)
	fmt.Println(frame.Text())
	fmt.Printf("%q\n", frame.Styled())
	// Output:
	// a name
	// ["a \x1b[1mname\x1b[m"]
}

func TestFrameHasWhatTheTerminalShows(t *testing.T) {
	t.Parallel()
	got := screen(t, outputs[0]).Text()
	want := "plain bold <&>\n reverse  green\nrgbfaint u 日本\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := screen(t, "a 0.3s").Map(strings.NewReplacer("0.3s", "0.1s").Replace).Text(); got != "a 0.1s\n\n\n" {
		t.Errorf("mapped: %q", got)
	}
}

func TestCastIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	var cast bytes.Buffer
	want := film(t)
	if err := want.WriteCast(&cast); err != nil {
		t.Fatal(err)
	}
	got, err := recording.ReadCast(bytes.NewReader(cast.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if got.Title != want.Title || got.Columns != 20 || got.Rows != 4 || got.Length() != want.Length() || len(got.Shots) != len(want.Shots) {
		t.Fatalf("got %+v", got)
	}
	for i, shot := range got.Shots {
		if w := want.Shots[i]; shot.Keys != w.Keys || shot.Caption != w.Caption || shot.For != w.For {
			t.Errorf("shot %d: got %q %q %s", i, shot.Keys, shot.Caption, shot.For)
		}
		if diff := cmp.Diff(want.Shots[i].Frame.Styled(), shot.Frame.Styled()); diff != "" {
			t.Errorf("frame %d (-written +read):\n%s", i, diff)
		}
	}
	if got.SVG(0) != want.SVG(0) {
		t.Error("the film that was read is drawn in another way")
	}
}

func TestBrokenCastsAreErrors(t *testing.T) {
	t.Parallel()
	for name, cast := range map[string]string{
		"empty": "", "no header": "x\n", "version 1": `{"version":1,"width":80,"height":24}`, "huge": `{"version":2,"width":800000,"height":24}`,
		"no event": "{\"version\":2,\"width\":8,\"height\":2}\n[1,2", "a number as code": "{\"version\":2,\"width\":8,\"height\":2}\n[1,2,\"x\"]",
	} {
		if _, err := recording.ReadCast(strings.NewReader(cast)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// element is an element of an SVG.
type element struct {
	Name, Class, Text string
	Inside            string // the class of the group around it
}

// elements parses an SVG.
func elements(t *testing.T, svg string) []element {
	t.Helper()
	var all []element
	var group string
	dec := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := dec.Token()
		switch token := token.(type) {
		case xml.StartElement:
			e := element{Name: token.Name.Local, Inside: group}
			for _, a := range token.Attr {
				if a.Name.Local == "class" {
					e.Class = a.Value
				}
			}
			if e.Name == "g" {
				group = e.Class
			}
			all = append(all, e)
		case xml.CharData:
			if len(all) > 0 {
				all[len(all)-1].Text += strings.ReplaceAll(strings.Trim(string(token), "\n"), "\u00a0", " ")
			}
		case xml.EndElement:
			if token.Name.Local == "g" {
				group = ""
			}
		}
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("parse %s: %v", svg, err)
		}
	}
}

func TestPictureHasTheTextsOfTheFrame(t *testing.T) {
	t.Parallel()
	var texts []string
	for _, e := range elements(t, screen(t, outputs[0]).SVG(20, 4)) {
		if e.Name == "text" {
			texts = append(texts, e.Text)
		}
	}
	want := []string{"plain", "bold", "<&>", "reverse", "green", "rgb", "faint", " u ", "日本"}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}

var (
	keyframes = regexp.MustCompile(`@keyframes (k\d+)\{(.*)\}\.k`)
	keyframe  = regexp.MustCompile(`([\d.e+]+)%\{visibility:(\w+)\}`)
)

// visibleAt returns whether an animation shows its group at a share of the film.
func visibleAt(frames string, share float64) bool {
	visible := false
	for _, m := range keyframe.FindAllStringSubmatch(frames, -1) {
		if at, _ := strconv.ParseFloat(m[1], 64); at <= share {
			visible = m[2] == "visible"
		}
	}
	return visible
}

// TestAnimationShowsEachFrameInItsTime compares the texts of the groups that are visible in the middle of each shot
// with the frame.
func TestAnimationShowsEachFrameInItsTime(t *testing.T) {
	t.Parallel()
	f := film(t)
	svg := f.SVG(1)
	animations := map[string]string{}
	for _, m := range keyframes.FindAllStringSubmatch(svg, -1) {
		animations[m[1]] = m[2]
	}
	parsed := elements(t, svg)
	var at time.Duration
	for i, shot := range f.Shots {
		share := 100 * (at + shot.For/2).Seconds() / f.Length().Seconds()
		var got, poster []string
		for _, e := range parsed {
			if e.Name != "text" {
				continue
			}
			classes := strings.Fields(e.Inside)
			if len(classes) == 0 || visibleAt(animations[classes[1]], share) {
				got = append(got, e.Text)
			}
			if len(classes) != 2 {
				poster = append(poster, e.Text)
			}
		}
		want := []string{}
		for _, e := range elements(t, shot.Frame.SVG(20, 4)) {
			if e.Name == "text" {
				want = append(want, e.Text)
			}
		}
		legend := i
		if i == 2 { // it has no keys of its own
			legend = 1
		}
		want = append(want, "k"+strconv.Itoa(legend), "caption of "+strconv.Itoa(legend))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("shot %d (-frame +visible):\n%s", i, diff)
		}
		if i == 1 && !cmp.Equal(want, poster) {
			t.Errorf("the poster has %q, want %q", poster, want)
		}
		at += shot.For
	}
}

func FuzzReadCast(f *testing.F) {
	var cast bytes.Buffer
	if err := film(f).WriteCast(&cast); err != nil {
		f.Fatal(err)
	}
	f.Add(cast.String())
	f.Add("{\"version\":2,\"width\":8,\"height\":2}\n[1.5,\"o\",\"\u001b[3;1Hx\"]\n[2,\"i\",\"x\"]\n[3,\"o\",\"\"]\n")
	f.Fuzz(func(t *testing.T, text string) {
		film, err := recording.ReadCast(strings.NewReader(text))
		if err != nil || len(film.Shots) == 0 || film.Columns*film.Rows > 10_000 || film.Length() <= 0 {
			return
		}
		for _, shot := range film.Shots {
			if len(shot.Frame) != film.Rows {
				t.Fatalf("%d rows, want %d", len(shot.Frame), film.Rows)
			}
		}
	})
}
