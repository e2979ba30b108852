package cli

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/tui"
)

var update = flag.Bool("update", false, "write the README's table of keys anew")

// keyTable is the table of keys as the README has it: keys that do the same in
// several places have one line.
func keyTable() string {
	type line struct{ keys, action string }
	var order []line
	places := map[line][]string{}
	for _, row := range tui.KeyTable() {
		l := line{row.Keys, row.Action}
		if !slices.Contains(order, l) {
			order = append(order, l)
		}
		places[l] = append(places[l], row.Context)
	}
	var b strings.Builder
	b.WriteString("| key | action | where |\n|---|---|---|\n")
	for _, l := range order {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", strings.ReplaceAll(l.keys, "|", `\|`), l.action, strings.Join(places[l], ", "))
	}
	return b.String()
}

func TestReadmeHasTheKeysOfTheProgram(t *testing.T) {
	const file = "../../README.md"
	readme, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- keys: a test compares this table with the program -->\n", "<!-- end of keys -->"
	before, rest, found := strings.Cut(string(readme), begin)
	table, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("the README has no table of keys")
	}
	if *update {
		table = keyTable()
		if err := os.WriteFile(file, []byte(before+begin+table+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(keyTable(), table); diff != "" {
		t.Errorf("the README's keys differ from the program's (-program +README; -update writes them):\n%s", diff)
	}
}
