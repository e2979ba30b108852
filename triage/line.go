package triage

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
)

// line is a decision in a file.
type line struct {
	Path      string     `json:"path,omitempty"`
	PathBytes string     `json:"pathBytes,omitempty"`
	Verdict   string     `json:"verdict"`
	Time      time.Time  `json:"time"`
	Bytes     int64      `json:"bytes,omitempty"`
	Written   *time.Time `json:"written,omitempty"`
}

// appendLine appends a decision as a line, with the newline.
func appendLine(dst []byte, enc *jsonline.Encoder, d Decision) []byte {
	l := line{Verdict: d.Verdict.String(), Time: d.Time, Bytes: d.Bytes}
	l.Path, l.PathBytes = jsonline.Path(d.Path)
	if !d.Written.Equal(d.Time) {
		l.Written = &d.Written
	}
	return enc.Append(dst, l)
}

// The reasons why a line is damaged.
var (
	errNotUTF8  = errors.New("it is not UTF-8")
	errPath     = errors.New("expected an absolute path in path or pathBytes")
	errVerdict  = errors.New("expected the verdict keep, ignore, not-now or undecided")
	errTime     = errors.New("expected a time from 1970 to 2200")
	errBytes    = errors.New("expected bytes of at least 0, or -1 for an unknown size")
	errTrailing = errors.New("expected one JSON object")
	errTooLong  = fmt.Errorf("it is longer than %d KiB", longestLine>>10)
)

// parseLine parses a line without its newline.
func parseLine(text []byte) (Decision, error) {
	var l line
	if len(text) > longestLine {
		return Decision{}, errTooLong
	}
	if !utf8.Valid(text) { // encoding/json would replace bytes, and so change the path
		return Decision{}, errNotUTF8
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields() // their meaning would be lost when the file is written again
	if err := dec.Decode(&l); err != nil {
		return Decision{}, fmt.Errorf("parse JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Decision{}, errTrailing
	}
	return l.decision()
}

// decision checks the values of a line.
func (l *line) decision() (Decision, error) {
	d := Decision{Path: l.Path, Verdict: parseVerdict(l.Verdict), Time: exact(l.Time), Bytes: l.Bytes}
	if l.PathBytes != "" {
		decoded, err := base64.StdEncoding.Strict().DecodeString(l.PathBytes)
		if err != nil || l.Path != "" {
			return Decision{}, errPath
		}
		d.Path = string(decoded)
	}
	d.Written = d.Time
	if l.Written != nil {
		d.Written = exact(*l.Written)
	}
	switch {
	case !isPath(d.Path):
		return Decision{}, errPath
	case d.Verdict == Unknown:
		return Decision{}, errVerdict
	case !plausible(d.Time), !plausible(d.Written), d.Written.Before(d.Time):
		return Decision{}, errTime
	case d.Bytes < unknownSize:
		return Decision{}, errBytes
	}
	return d, nil
}

// plausible reports whether a time can be written and compared without loss.
func plausible(t time.Time) bool { return t.Year() >= 1970 && t.Year() <= 2200 }
