package probe

import (
	"os"
	"testing"
)

// ThoroughVariable has tests run all their cases where it is not empty.
const ThoroughVariable = "LIST_EPHEMERAL_THOROUGH"

// Thorough reports whether tests are to run all their cases.
func Thorough() bool { return os.Getenv(ThoroughVariable) != "" }

// NeedThorough skips a test that runs only where tests are to be thorough.
func NeedThorough(t testing.TB) {
	t.Helper()
	if !Thorough() {
		t.Skip("one of the thorough half: make test-all runs it")
	}
}

// Cases returns how many cases a test is to run: few, or all of them where tests are to be
// thorough.
func Cases(few, all int) int {
	if Thorough() {
		return all
	}
	return few
}
