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
