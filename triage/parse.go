package triage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
)

// The limits of a file in bytes.
const (
	// longestLine is that of a line: JSON escapes take six bytes for each byte of a path at most.
	longestLine = 8 * longestPath
	// largestFile is enough for some 100,000 decisions.
	largestFile = 16 << 20
)

// version is the version of the format that this package reads and writes.
const version = 1

// header is the first line of a file.
const header = `{"schema":"list-ephemeral decisions","version":1}` + "\n"

// schema is the schema of the header.
const schema = "list-ephemeral decisions"

// The reasons why a file is not read. It is not changed either.
var (
	// ErrFormat is that the first line is not a header of this format.
	ErrFormat = errors.New("it is not a file of decisions")
	// ErrVersion is that a later version of the program wrote the file.
	ErrVersion = errors.New("a later version of this program wrote it")
	// ErrTooLarge is that the file is larger than 16 MiB.
	ErrTooLarge = fmt.Errorf("it is larger than %d MiB", largestFile>>20)
)

// Damage is a line that could not be parsed. It stays in the file.
type Damage struct {
	// Line is its number; the first line is 1.
	Line int
	Err  error
}

// Loaded is the contents of a file.
type Loaded struct {
	Set Set
	// Damaged are the lines that could not be parsed, in order.
	Damaged []Damage
}

// contents is a parsed file.
type contents struct {
	Loaded
	// lines is the number of decisions, including those that are not in effect.
	lines int
	// kept are the damaged lines, without newlines.
	kept [][]byte
	// fresh reports that there is no header yet.
	fresh bool
}

// Parse parses the text of a file. The error wraps [ErrFormat], [ErrVersion] or [ErrTooLarge]. An
// empty text has no decisions.
func Parse(text []byte) (Loaded, error) {
	c, err := parse(text)
	return c.Loaded, err
}

func parse(text []byte) (contents, error) {
	var c contents
	if len(text) > largestFile {
		return c, ErrTooLarge
	}
	// A run may have been killed while it wrote the header.
	if bytes.HasPrefix([]byte(header), text) && len(text) < len(header)-1 {
		c.fresh = true
		return c, nil
	}
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	if err := checkHeader(first); err != nil {
		return c, err
	}
	number := 1
	for l := range bytes.Lines(rest) {
		number++
		l = bytes.TrimSuffix(l, []byte("\n"))
		if len(bytes.TrimSpace(l)) == 0 {
			continue
		}
		d, err := parseLine(l)
		if err != nil {
			c.Damaged = append(c.Damaged, Damage{number, err})
			c.kept = append(c.kept, l)
			continue
		}
		c.lines++
		c.Set.Add(d)
	}
	return c, nil
}

func checkHeader(text []byte) error {
	var h struct {
		Schema  string `json:"schema"`
		Version int    `json:"version"`
	}
	if len(text) > longestLine || json.Unmarshal(text, &h) != nil || h.Schema != schema {
		return ErrFormat
	}
	if h.Version != version {
		return fmt.Errorf("%w: version %d, expected %d", ErrVersion, h.Version, version)
	}
	return nil
}

// Format returns the text of a file with these decisions, sorted by path.
func Format(s Set) []byte { return format(&s, nil) }

// format also writes damaged lines, so they are not lost.
func format(s *Set, damaged [][]byte) []byte {
	text := []byte(header)
	for _, l := range damaged {
		text = append(append(text, l...), '\n')
	}
	enc := jsonline.NewEncoder()
	for _, d := range s.Sorted() {
		text = appendLine(text, enc, d)
	}
	return text
}
