package cli

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

func TestLongPathsAreShortenedInMessages(t *testing.T) {
	r := &adopt.Result{Path: "/a", Problems: []adopt.Problem{{Path: "/home/" + strings.Repeat("deep/", 6000) + "end", Err: unix.EACCES}}, More: 1}
	for _, line := range report.ProblemLines(r) {
		if len(line) > 400 || !strings.HasPrefix(line, "/home/deep/") || !strings.HasSuffix(line, "/deep/end: permission denied") {
			t.Errorf("%d bytes: %s", len(line), line)
		}
	}
}

func TestProgressCountsPathsThatArePutInPlace(t *testing.T) {
	plan := &adopt.Plan{Files: 40_000, Bytes: 1 << 20}
	var progress adopt.Progress
	progress.Files.Store(40_000)
	progress.Bytes.Add(1 << 20)
	progress.Placed.Store(12_000)
	if got, want := report.AdoptProgress(plan, &progress, 1), "[####################] 12000 paths put in place"; got != want {
		t.Errorf("AdoptProgress = %q, want %q", got, want)
	}
}
