package nearest

import (
	"strings"
	"testing"
)

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"excludes", "excludes", 0},
		{"exclude", "excludes", 1},
		{"excIudes", "excludes", 1},
		{"eccludes", "excludes", 1},
		{"roost", "roots", 1},
		{"ba", "ab", 1},
		{"ca", "abc", 3}, // a swapped letter is not changed again
		{"kitten", "sitting", 3},
		{"été", "ete", 2},
	}
	for _, tt := range tests {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := distance(tt.b, tt.a); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestNameReturnsOnlyCloseNames(t *testing.T) {
	names := []string{"homeDir", "excludes", "extraExcludes", "extraIncludes", "roots", "ui"}
	for given, want := range map[string]string{
		"extraIncludes":          "extraIncludes",
		"extraincludes":          "extraIncludes",
		"extraInclude":           "extraIncludes",
		"extra_excludes":         "extraExcludes",
		"root":                   "roots",
		"HOMEDIR":                "homeDir",
		"id":                     "",
		"x":                      "",
		"":                       "",
		"theme":                  "",
		strings.Repeat("ui", 30): "",
	} {
		got, found := Name(given, names)
		if got != want || found != (want != "") {
			t.Errorf("Name(%q) = %q, %v, want %q", given, got, found, want)
		}
	}
}
