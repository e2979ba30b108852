package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// progressWidth is the width of the progress bar in cells.
const progressWidth = 20

// AdoptProgress returns the progress of a run: a bar, bytes, files, and the rate.
func AdoptProgress(plan *adopt.Plan, progress *adopt.Progress, took time.Duration) string {
	files, bytes := int(progress.Files.Load()), progress.Bytes.Load()
	// A file takes time even if it is small, so each one counts as perFile bytes.
	const perFile = 16 << 10
	done := float64(min(bytes, plan.Bytes)) + float64(min(files, plan.Files))*perFile
	all := float64(plan.Bytes) + float64(plan.Files)*perFile
	filled := 0
	if all > 0 {
		filled = int(done / all * progressWidth)
	}
	rate := int64(float64(bytes) / max(took.Seconds(), 0.001))
	if placed := progress.Placed.Load(); files >= plan.Files && placed > 0 { // all is copied
		return fmt.Sprintf("[%s] %s put in place", strings.Repeat("#", progressWidth), Count(int(placed), "path"))
	}
	return fmt.Sprintf("[%s%s] %s of %s, %d of %s, %s/s", strings.Repeat("#", filled), strings.Repeat(".", progressWidth-filled),
		printable.Size(min(bytes, plan.Bytes)), printable.Size(plan.Bytes), min(files, plan.Files), Count(plan.Files, "file"), printable.Size(rate))
}

// mostOpen is the maximum number of processes that OpenFileLines names.
const mostOpen = 5

// OpenFileLines warns about processes that have files open which adopt will copy.
func OpenFileLines(open []adopt.Open) []string {
	var lines []string
	for i, o := range open {
		if i == mostOpen {
			lines = append(lines, fmt.Sprintf("%d more processes have files open there", len(open)-i))
			break
		}
		lines = append(lines, fmt.Sprintf("%s (process %d) has %s open: what it writes from now on may be missing in the copy", o.Command, o.PID, o.Path))
	}
	return lines
}
