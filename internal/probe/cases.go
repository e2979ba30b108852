package probe

import (
	"os"
	"testing"
)

// ThoroughVariable makes tests run all their cases if it is not empty.
const ThoroughVariable = "LIST_EPHEMERAL_THOROUGH"

// Thorough reports whether tests should run all their cases.
func Thorough() bool { return os.Getenv(ThoroughVariable) != "" }

// NeedThorough skips a test unless Thorough reports true.
func NeedThorough(t testing.TB) {
	t.Helper()
	if !Thorough() {
		t.Skip("slow: runs with make test-all only")
	}
}

// Cases returns the number of cases that a test should run: all if Thorough reports true,
// otherwise few.
func Cases(few, all int) int {
	if Thorough() {
		return all
	}
	return few
}
