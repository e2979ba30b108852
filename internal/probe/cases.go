package probe

import "os"

// ThoroughVariable has tests run all their cases where it is not empty.
const ThoroughVariable = "LIST_EPHEMERAL_THOROUGH"

// Thorough reports whether tests are to run all their cases.
func Thorough() bool { return os.Getenv(ThoroughVariable) != "" }

// Cases returns how many cases a test is to run: few, or all of them where tests are to be
// thorough.
func Cases(few, all int) int {
	if Thorough() {
		return all
	}
	return few
}
