package snippet_test

import (
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/snippet"
)

func TestCommentIsAboveItsEntry(t *testing.T) {
	item := snippet.Item{Path: "/var/lib/bluetooth", Dir: true, Comment: "bluetooth.service"}
	want := "host.persistence = {\n  directories = [\n    # bluetooth.service\n    \"/var/lib/bluetooth\"\n  ];\n};\n"
	if got := snippet.Render([]snippet.Item{item}, snippet.Options{}).Text; got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

func TestHostileCommentStaysOnOneLine(t *testing.T) {
	item := snippet.Item{Path: "/var/lib/x", Dir: true, Comment: "a\n\"/etc\"\x1b]0;t\x07\u202e.service"}
	for d := range setting.DialectNames {
		text := snippet.Render([]snippet.Item{item}, snippet.Options{Dialect: setting.Dialect(d)}).Text
		if strings.ContainsAny(text, "\x1b\x07\u202e") || strings.Contains(text, "\n\"/etc\"") {
			t.Errorf("%s:\n%q", setting.DialectNames[d], text)
		}
	}
}

func TestDirectoryWithLinksOfTheStoreHasAWarning(t *testing.T) {
	items := []snippet.Item{{Path: "/var/lib/a", Dir: true, StoreLink: "x\n\x1b.conf"}, {Path: "/var/lib/b", Dir: true}}
	for d := range setting.DialectNames {
		dialect := setting.Dialect(d)
		if !dialect.Nix() {
			continue
		}
		got := snippet.Render(items, snippet.Options{Dialect: dialect})
		warned := strings.Count(got.Text, "symlinks into the Nix store, such as")
		if dialect != setting.DialectImpermanenceHM && warned != 1 || strings.ContainsAny(got.Text, "\x1b") {
			t.Errorf("%s:\n%s", setting.DialectNames[d], got.Text)
		}
	}
}
