package trace

import (
	"bytes"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzClean checks clean against path.Clean. They must agree except on "..".
func FuzzClean(f *testing.F) {
	for _, seed := range []string{"/", "//", "/.", "/./", "/a/./b//c/", "/a/..", "/../a", "/...", "/.a", "/a.", "/a/.", "\xff/."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = "/" + text
		got := string(clean([]byte(text)))
		if strings.Contains(text+"/", "/../") {
			if path.Clean(got) != path.Clean(text) {
				t.Errorf("%q: got %q", text, got)
			}
			return
		}
		if want := path.Clean(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	})
}

// FuzzReadReport reads arbitrary text. Valid reports must round-trip.
func FuzzReadReport(f *testing.F) {
	var file bytes.Buffer
	if err := WriteReport(&file, sampleReport()); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte(`{"format":"list-ephemeral trace","version":1,"backend":"auto"}` + "\n" + `{"pathBytes":"L/8=","ops":[]}`))
	f.Add([]byte(`{"format":"list-ephemeral trace","version":1,"backend":"notify","unfinished":true,"calls":true}
{"program":{"path":"/bin/sh"}}
{"path":"/tmp/none/a","tried":["written","absent"],"follow":true,"by":1}
{"change":{"name":{"path":"/tmp/none"},"target":{},"to":{"path":"/tmp/other"},"file":[1,2,3]}}
{"path":"/tmp/none/../b","tried":["deleted","existed"],"done":true,"view":1}
`))
	f.Fuzz(func(t *testing.T, text []byte) {
		first, err := ReadReport(bytes.NewReader(text))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := WriteReport(&again, first); err != nil {
			return // a year that cannot be written in JSON
		}
		second, err := ReadReport(&again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.Paths, second.Paths); diff != "" {
			t.Error(diff)
		}
	})
}
