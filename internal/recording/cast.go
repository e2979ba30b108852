package recording

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/vt"
)

// header is the first line of an asciicast v2 file
// (https://docs.asciinema.org/manual/asciicast/v2/). It has no time stamp, so the same film is the same
// file.
type header struct {
	Version int               `json:"version"`
	Width   int               `json:"width"`
	Height  int               `json:"height"`
	Title   string            `json:"title,omitempty"`
	Env     map[string]string `json:"env,omitempty"`
}

// The codes of events: output, and a marker.
const (
	codeOutput = "o"
	codeMarker = "m"
)

// separator is between the keys and the caption of a marker.
const separator = " : "

// mostLine is the size of the longest line that ReadCast accepts, in bytes.
const mostLine = 1 << 20

// WriteCast writes the film in the format of asciinema. A frame is an event that draws the rows that
// changed. Keys and captions are markers. A last event, which draws nothing, ends the film.
func (f *Film) WriteCast(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(header{2, f.Columns, f.Rows, f.Title, map[string]string{"TERM": "xterm-256color"}}); err != nil {
		return fmt.Errorf("write cast: %w", err)
	}
	var at time.Duration
	var before []string
	event := func(code, data string) error { return enc.Encode([]any{at.Seconds(), code, data}) }
	for i, shot := range f.Shots {
		if shot.Keys != "" || shot.Caption != "" {
			if err := event(codeMarker, shot.Keys+separator+shot.Caption); err != nil {
				return fmt.Errorf("write cast: %w", err)
			}
		}
		lines := shot.Frame.Styled()
		output := changes(before, lines)
		switch {
		case i == 0:
			output = "\x1b[?25l\x1b[2J" + output
		case output == "":
			output = "\x1b[m" // an event without output ends the film
		}
		if err := event(codeOutput, output); err != nil {
			return fmt.Errorf("write cast: %w", err)
		}
		at, before = at+shot.For, lines
	}
	if err := event(codeOutput, ""); err != nil {
		return fmt.Errorf("write cast: %w", err)
	}
	return nil
}

// changes returns the output that draws the lines that differ.
func changes(before, after []string) string {
	var b strings.Builder
	for y, line := range after {
		if before == nil && line == "" || before != nil && before[y] == line {
			continue
		}
		fmt.Fprintf(&b, "\x1b[%d;1H\x1b[m\x1b[2K%s", y+1, line)
	}
	return b.String()
}

// ReadCast reads a film that WriteCast wrote.
func ReadCast(r io.Reader) (*Film, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, mostLine)
	var h header
	if !lines.Scan() {
		return nil, fmt.Errorf("read cast: no header: %w", lines.Err())
	}
	if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
		return nil, fmt.Errorf("read header of cast: %w", err)
	}
	if h.Version != 2 || h.Width < 1 || h.Height < 1 || h.Width > 500 || h.Height > 200 {
		return nil, fmt.Errorf("read cast: expected version 2 and a size, got version %d and %d×%d", h.Version, h.Width, h.Height)
	}
	p := player{film: &Film{Title: h.Title, Columns: h.Width, Rows: h.Height}, emulator: vt.NewEmulator(h.Width, h.Height)}
	for lines.Scan() {
		if err := p.play(lines.Bytes()); err != nil {
			return nil, err
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read cast: %w", err)
	}
	return p.film, nil
}

// player plays the events of a cast.
type player struct {
	film          *Film
	emulator      *vt.Emulator
	keys, caption string // of the next frame
	at            time.Duration
}

func (p *player) play(line []byte) error {
	var at float64
	var code, data string
	if err := json.Unmarshal(line, &[]any{&at, &code, &data}); err != nil {
		return fmt.Errorf("read event %q: %w", line, err)
	}
	if code == codeMarker {
		p.keys, p.caption, _ = strings.Cut(data, separator)
		return nil
	}
	if code != codeOutput {
		return nil
	}
	now := time.Duration(at*1e3+0.5) * time.Millisecond
	if last := len(p.film.Shots) - 1; last >= 0 {
		p.film.Shots[last].For = now - p.at
	}
	p.at = now
	if data == "" {
		return nil
	}
	if _, err := p.emulator.WriteString(data); err != nil {
		return fmt.Errorf("draw event %q: %w", line, err)
	}
	p.film.Shots = append(p.film.Shots, Shot{Keys: p.keys, Caption: p.caption, Frame: Take(p.emulator)})
	p.keys, p.caption = "", ""
	return nil
}
