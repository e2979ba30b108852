package cli

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/tui/keymap"
)

var update = flag.Bool("update", false, "write the table of docs/keys.md, and the picture")

// keyTable returns the table of keys for docs/keys.md. A key that does the same in several places
// has one line.
func keyTable() string {
	type line struct{ keys, action string }
	var order []line
	places := map[line][]string{}
	for _, row := range keymap.KeyTable() {
		l := line{row.Keys, row.Action}
		if !slices.Contains(order, l) {
			order = append(order, l)
		}
		places[l] = append(places[l], row.Context)
	}
	var b strings.Builder
	b.WriteString("| key | action | where |\n|---|---|---|\n")
	for _, l := range order {
		fmt.Fprintf(&b, "%s %s |\n", keyRow(l.keys, l.action), strings.Join(places[l], ", "))
	}
	return b.String()
}

// keyRow returns the beginning of a line of either table.
func keyRow(keys, action string) string {
	return fmt.Sprintf("| `%s` | %s |", strings.ReplaceAll(keys, "|", `\|`), action)
}

// between splits a file into three parts: the text before a line that starts with begin, the text
// from there to "<!-- end of keys -->", and the text after that.
func between(t *testing.T, file, begin string) (before, table, after string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin+"\n")
	table, after, closed := strings.Cut(rest, "<!-- end of keys -->")
	if !found || !closed {
		t.Fatalf("%s has no table of keys", file)
	}
	return before + begin + "\n", table, "<!-- end of keys -->" + after
}

func TestDocumentedKeysMatchTheProgram(t *testing.T) {
	const file = "../../docs/keys.md"
	before, table, after := between(t, file, "<!-- keys: a test compares this table with the program -->")
	if *update {
		table = keyTable()
		if err := os.WriteFile(file, []byte(before+table+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(keyTable(), table); diff != "" {
		t.Errorf("the keys of docs/keys.md differ from the program's (-program +document; -update writes them):\n%s", diff)
	}
	for _, row := range keymap.KeyTable() {
		if !strings.Contains(before, row.Context) {
			t.Errorf("docs/keys.md does not explain %q", row.Context)
		}
	}
}

func TestReadmeKeysMatchTheProgram(t *testing.T) {
	_, table, _ := between(t, "../../README.md", "<!-- keys: a test compares these lines with the program -->")
	lines := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
	if len(lines) < 12 || lines[0] != "| key | action |" || lines[1] != "|---|---|" {
		t.Fatalf("the README's table of keys: %q", table)
	}
	program := map[string]bool{}
	for _, row := range keymap.KeyTable() {
		program[keyRow(row.Keys, row.Action)] = true
	}
	for _, line := range lines[2:] {
		if !program[line] {
			t.Errorf("the README has a key that the program does not have: %s", line)
		}
	}
}
