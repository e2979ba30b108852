// Package must has the steps of a test that must succeed: the test ends at once if one does not. Only
// tests import this package.
package must

import (
	"os/exec"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// Do ends the test with the first of errs that is not nil.
func Do(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Run runs a program that the test needs, and returns all of its output.
func Run(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(probe.Tool(t, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}
