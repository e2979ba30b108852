package snippet

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// TestDocsListEveryType compares the types in the JSON dialect with the list in docs/json.md.
func TestDocsListEveryType(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	_, schema, _ := strings.Cut(string(text), "# The schema of the `json` dialect\n")
	schema, _, _ = strings.Cut(schema, "\n# ")
	row := regexp.MustCompile("(?m)^\\| `type` \\| string \\| (.*) \\|$").FindStringSubmatch(schema)
	if row == nil {
		t.Fatal("docs/json.md has no row for type")
	}
	var documented []string
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
		documented = append(documented, m[1])
	}
	items := []Item{{Path: "/dir", Dir: true}, {Path: "/swap-dir", Dir: true, Kind: Swap}}
	for kind := Ordinary; kind <= Swap; kind++ {
		items = append(items, Item{Path: "/" + kind.String(), Kind: kind})
	}
	var written []string
	for line := range strings.Lines(Render(items, Options{Dialect: setting.DialectJSON}).Text) {
		var object jsonLine
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatal(err)
		}
		written = append(written, object.Type)
	}
	slices.Sort(documented)
	slices.Sort(written)
	if diff := cmp.Diff(documented, slices.Compact(written)); diff != "" {
		t.Errorf("(-documented +written)\n%s", diff)
	}
}
