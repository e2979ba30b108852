package nix_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
)

func readDocs(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../docs/nix.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestDocsListEveryOption compares the documented table of options with the options that the
// modules declare.
func TestDocsListEveryOption(t *testing.T) {
	_, table, found := strings.Cut(readDocs(t), "\n## Options\n")
	if !found {
		t.Fatal("docs/nix.md has no section Options")
	}
	table, _, _ = strings.Cut(table, "\n## ")
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(table, -1) {
		documented = append(documented, row[1])
	}
	slices.Sort(documented)
	var declared map[string][]string
	mustEval(t, "options", &declared)
	for module, options := range declared {
		slices.Sort(options)
		documented := slices.Clone(documented)
		if module == "home" { // a user has no units of the system
			documented = slices.DeleteFunc(documented, func(name string) bool {
				return strings.HasPrefix(name, "receipt.") || strings.HasPrefix(name, "watch.")
			})
		}
		if diff := cmp.Diff(options, documented); diff != "" {
			t.Errorf("%s (-declared +documented)\n%s", module, diff)
		}
	}
	if len(declared) != 2 {
		t.Errorf("got %d modules, want 2", len(declared))
	}
}

// TestDocsExamplesParse parses each example with Nix.
func TestDocsExamplesParse(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--parse"}
	for i, block := range regexp.MustCompile("(?s)```nix\n(.*?)```").FindAllStringSubmatch(readDocs(t), -1) {
		file := filepath.Join(dir, strconv.Itoa(i)+".nix")
		// The arguments that the examples use.
		if err := os.WriteFile(file, []byte("{ inputs, pkgs }:\n"+block[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if len(args) < 5 {
		t.Errorf("found only %d examples", len(args)-1)
	}
	if _, err := nixtest.Instantiate(t, args...); err != nil {
		t.Error(err)
	}
}
