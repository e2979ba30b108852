package snippet

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

func TestExcludesAreOneBinding(t *testing.T) {
	for name, tt := range map[string]struct {
		patterns []string
		want     string
	}{
		"none":           {nil, ""},
		"one":            {[]string{"/a"}, "programs.list-ephemeral.extraExcludes = [ \"/a\" ];\n"},
		"two":            {[]string{"/b", "/a"}, "programs.list-ephemeral.extraExcludes = [\n  \"/b\"\n  \"/a\"\n];\n"},
		"escapes of fd":  {[]string{`/\[a\]`}, "programs.list-ephemeral.extraExcludes = [ \"/\\\\[a\\\\]\" ];\n"},
		"interpolations": {[]string{"/${x}"}, "programs.list-ephemeral.extraExcludes = [ \"/\\${x}\" ];\n"},
		"a long one":     {[]string{"/" + strings.Repeat("a", 70)}, "programs.list-ephemeral.extraExcludes = [\n  \"/" + strings.Repeat("a", 70) + "\"\n];\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := Excludes(tt.patterns)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			checkStable(t, got)
		})
	}
}

// TestNixReadsExcludes evaluates hostile names with Nix.
func TestNixReadsExcludes(t *testing.T) {
	var names []string
	for _, l := range literals {
		names = append(names, l.name)
	}
	text := Excludes(names)
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); printable.Name(line) != line {
			t.Errorf("not safe on a terminal: %q", line)
		}
	}
	checkStable(t, text)
	out, err := nixtest.Instantiate(t, "--eval", "--strict", "--json", "--expr", "({ "+text+" })."+ExcludesAttr)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, names) {
		t.Errorf("got %q, want %q", got, names)
	}
}
