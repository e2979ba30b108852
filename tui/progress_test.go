package tui

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

func TestSortingPausesWhileTheScanRuns(t *testing.T) {
	store := new(index.Store)
	store.AddPath([]byte("/a"), scan.KindFile)
	p := progress{store: store, running: true}
	sort, more := p.tick(t.Context())
	if sort == nil || !more {
		t.Fatal("sorting did not start")
	}
	p.sorted(listed{0, listOf(t, store), 5 * steadyTick / 2})
	store.AddPath([]byte("/b"), scan.KindFile)
	rested := 0
	for {
		if sort, _ = p.tick(t.Context()); sort != nil {
			break
		}
		rested++
	}
	equal(t, "ticks without sorting after one that took 2.5 ticks", rested, 9)
	p.sorted(listed{0, listOf(t, store), 100 * steadyTick})
	store.AddPath([]byte("/c"), scan.KindFile)
	if p.ended(t.Context(), scanEnded{}) == nil {
		t.Error("sorting pauses after the end of the scan")
	}
}
