// Package jsonline writes JSON, an object a line, whose strings are safe on a
// terminal and may come from file names.
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

// Path returns a path as the keys "path" and "pathBytes" have it: as it is, or in
// base64 (RFC 4648, section 4) where it is not UTF-8, because JSON text has to be
// Unicode (RFC 8259, section 8.1).
func Path(path string) (text, encoded string) {
	if utf8.ValidString(path) {
		return path, ""
	}
	return "", base64.StdEncoding.EncodeToString([]byte(path))
}

// Encoder writes values. It is not for two goroutines at once.
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

// Append appends a value as a line. The value has to be one that can be written:
// strings, numbers, and structs and lists of them.
func (e *Encoder) Append(dst []byte, value any) []byte {
	e.text.Reset()
	_ = e.enc.Encode(value) // into memory: nothing can fail
	return appendVisible(dst, e.text.String())
}

// appendVisible appends a line of JSON in which what cannot be seen, such as a
// bidi override in a name, is escaped: the same value, and safe on a terminal.
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
