package unitfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

func TestEscapePath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/": "-", "/var/log": "var-log", "//var//log/": "var-log", "/a-b": `a\x2db`, "/.config": `\x2econfig`, "/a/.b": "a-.b", "/é": `\xc3\xa9`,
		"/My Docs": `My\x20Docs`, "/x/./y": "x-y", "/a\nb": `a\x0ab`, "/\xff": `\xff`, `/a\b`: `a\x5cb`, "/a@b": `a\x40b`, "/a:b_c.d": "a:b_c.d",
	} {
		if got, err := unitfile.EscapePath(path); err != nil || got != want {
			t.Errorf("%q: got %q, %v, want %q", path, got, err, want)
		}
	}
	for _, path := range []string{"", "a", "/a/../b", "/..", "/a\x00b", "/" + strings.Repeat("a", 4095)} {
		if got, err := unitfile.EscapePath(path); err == nil {
			t.Errorf("%q: got %q without an error", path, got)
		}
	}
	for _, name := range []string{"", "a--b", "-a", "a-", `a\x2`, `a\y20`, "a//b", "..", `a-\x2e\x2e-b`, `a\x00`} {
		if got, err := unitfile.UnescapePath(name); err == nil {
			t.Errorf("%q: got %q without an error", name, got)
		}
	}
	if got, err := unitfile.UnescapePath(`x-\xc3\xa9`); err != nil || got != "/x/é" {
		t.Errorf("%q, %v", got, err)
	}
}

func ExampleEscapePath() {
	name, err := unitfile.EscapePath("/home/ann/My Docs")
	fmt.Println(name+".mount", err)
	// Output: home-ann-My\x20Docs.mount <nil>
}
