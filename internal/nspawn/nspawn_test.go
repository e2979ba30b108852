package nspawn_test

import (
	"testing"
	"github.com/DaRacci/list-ephemeral/internal/nspawn"
)

func TestTry(t *testing.T) {
	if err := nspawn.Try(t.Context()); err != nil {
		t.Fatal(err)
	}
}
