package config

import (
	"os"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// TestDocsListEveryKey compares docs/configuration.md with the table of keys and the choices.
func TestDocsListEveryKey(t *testing.T) {
	text, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	docs := string(text)
	d := decoder{config: new(Config)}
	var visit func(key string, fields []field)
	visit = func(key string, fields []field) {
		for _, f := range fields {
			whole := join(key, f.name)
			if f.fields == nil && !strings.Contains(docs, "\n| `"+whole+"` |") {
				t.Errorf("no table has a row for the key %s", whole)
			}
			visit(whole, f.fields)
		}
	}
	visit("", d.schema())
	for _, names := range [][]string{setting.DialectNames, setting.ThemeNames, setting.ViewNames} {
		if list := "one of `" + strings.Join(names, "`, `") + "`"; !strings.Contains(docs, list) {
			t.Errorf("%s is missing", list)
		}
	}
}

// TestDocsExampleLoads loads the example of the documentation.
func TestDocsExampleLoads(t *testing.T) {
	text, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "```json\n")
	if !found {
		t.Fatal("the documentation has no example")
	}
	example, _, _ := strings.Cut(rest, "```")
	if c := mustLoad(t, example); len(c.Warnings) > 0 || len(c.PersistedDirs) != 3 {
		t.Errorf("config = %+v, want three directories and no warning", c)
	}
}
