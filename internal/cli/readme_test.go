package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/tui"
)

// keyTable is the table of keys as the README has it: one line a key of the two
// contexts with a list, then those of the others.
func keyTable() string {
	var b strings.Builder
	b.WriteString("| where | key | action |\n|---|---|---|\n")
	for _, row := range tui.KeyTable() {
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", row.Context, strings.ReplaceAll(row.Keys, "|", `\|`), row.Action)
	}
	return b.String()
}

func TestReadmeHasTheKeysOfTheProgram(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- keys: a test compares this table with the program -->\n", "<!-- end of keys -->"
	_, rest, found := strings.Cut(string(readme), begin)
	table, _, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("the README has no table of keys")
	}
	if diff := cmp.Diff(keyTable(), table); diff != "" {
		t.Errorf("the README's keys differ from the program's (-program +README):\n%s", diff)
	}
}
