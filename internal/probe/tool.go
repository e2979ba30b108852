package probe

import (
	"os/exec"
	"strings"
	"testing"
)

// Tool returns the path of a program that a test needs. names are its names on different systems.
// The test fails if the program is missing. A short run (go test -short) requires only Go, so Tool
// skips the test.
func Tool(t testing.TB, names ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skipf("needs %s: not in a short run", strings.Join(names, " or "))
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("%s is not installed (scripts/test.sh installs it on Debian)", strings.Join(names, " or "))
	return ""
}
