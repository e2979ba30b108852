package jsonline

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// FuzzAppend decodes the encoded lines, and checks that they contain nothing that a terminal would
// act on.
func FuzzAppend(f *testing.F) {
	for _, seed := range []string{"/a", "/caf\xe9", "/\x1b[2J\u202e\U000e0041", `/"\<&>`, "/\u0301", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		type line struct{ Text, Encoded string }
		var in, out line
		in.Text, in.Encoded = Path(path)
		written := NewEncoder().Append(nil, in)
		body := string(written[:len(written)-1])
		if written[len(written)-1] != '\n' || printable.Name(body) != body {
			t.Fatalf("%q is written %q", path, written)
		}
		if err := json.Unmarshal(written, &out); err != nil || out != in {
			t.Fatalf("%q is read back as %+v, %v", path, out, err)
		}
		if raw, err := base64.StdEncoding.DecodeString(out.Encoded); err != nil || out.Text+string(raw) != path {
			t.Fatalf("%q is read back as %q, %q", path, out.Text, raw)
		}
	})
}
