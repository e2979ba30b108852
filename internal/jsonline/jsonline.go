// Package jsonline writes JSON lines whose strings are safe on a terminal, even if they come from
// file names.
package jsonline

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// Path returns the values of the keys "path" and "pathBytes" for a path. A path that is UTF-8 is
// returned unchanged as text. Any other path is returned in base64 (RFC 4648, section 4), because
// JSON text must be Unicode (RFC 8259, section 8.1).
func Path(path string) (text, encoded string) {
	if utf8.ValidString(path) {
		return path, ""
	}
	return "", base64.StdEncoding.EncodeToString([]byte(path))
}

// Encoder encodes values. It is not safe for concurrent use.
type Encoder struct {
	text strings.Builder
	enc  *json.Encoder
}

// NewEncoder returns an encoder.
func NewEncoder() *Encoder {
	e := new(Encoder)
	e.enc = json.NewEncoder(&e.text)
	e.enc.SetEscapeHTML(false)
	return e
}

// Append appends a value as a line. The value may consist of strings, numbers, and structs and
// lists of them.
func (e *Encoder) Append(dst []byte, value any) []byte {
	e.text.Reset()
	_ = e.enc.Encode(value) // writes to memory, so it cannot fail
	return appendVisible(dst, e.text.String())
}

// appendVisible appends a line of JSON. It escapes invisible characters, such as a bidi override in
// a name, so the line has the same value and is safe on a terminal.
func appendVisible(dst []byte, line string) []byte {
	line = strings.TrimSuffix(line, "\n")
	for {
		start, end := printable.FirstUnsafe(line)
		if start == end {
			return append(append(dst, line...), '\n')
		}
		dst = append(dst, line[:start]...)
		for _, unit := range utf16.Encode([]rune(line[start:end])) {
			dst = fmt.Appendf(dst, `\u%04x`, unit)
		}
		line = line[end:]
	}
}
