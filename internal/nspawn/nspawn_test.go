package nspawn_test

import (
	"github.com/DaRacci/list-ephemeral/internal/nspawn"
	"testing"
)

func TestTry(t *testing.T) {
	if err := nspawn.Try(t.Context()); err != nil {
		t.Fatal(err)
	}
}
