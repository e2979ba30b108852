package probe

import (
	"os/exec"
	"strings"
	"testing"
)

// Tool returns the path of a program that a test compares with or is made of. names are
// those that it has on different systems. A short run (go test -short) needs nothing but Go,
// and skips the test; otherwise it fails where the program is missing.
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
