package session

import (
	"errors"
	"testing"
)

// A container may have no passwd(5), but 0 is still root.
func TestUserZeroIsRootWithoutPasswd(t *testing.T) {
	unknown := func(string) (string, error) { return "", errors.New("unknown user") }
	for id, want := range map[uint32]string{0: "root", 12345: "12345"} {
		if got := cached(map[uint32]string{}, id, unknown); got != want {
			t.Errorf("%d is %q, want %q", id, got, want)
		}
	}
}
