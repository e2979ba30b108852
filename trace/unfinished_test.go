package trace

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestUnfinishedReportIsThatOfTheRun compares the report of a run with the one that is made of what was
// written while it ran.
func TestUnfinishedReportIsThatOfTheRun(t *testing.T) {
	for _, tt := range truths {
		if tt.root || tt.tool != "" {
			continue // sandboxes, of which the paths are only counted, or handles
		}
		t.Run(tt.name, func(t *testing.T) {
			eachBackend(t, func(t *testing.T, b Backend) {
				dir := t.TempDir()
				sh(t, dir, tt.setup)
				pastTick(dir)
				t.Chdir(dir)
				file, err := os.Create(filepath.Join(t.TempDir(), "unfinished"))
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				want := run(t, Options{Backend: b, Unfinished: file}, "sh", "-c", tt.script).report
				text, err := os.ReadFile(file.Name())
				if err != nil {
					t.Fatal(err)
				}
				got, err := ReadReport(bytes.NewReader(text))
				if err != nil {
					t.Fatal(err)
				}
				if !got.Unfinished || got.Backend != want.Backend || !got.Started.Equal(want.Started) {
					t.Errorf("got %+v", got)
				}
				if diff := cmp.Diff(want.Paths, got.Paths); diff != "" {
					t.Errorf("(-report +unfinished)\n%s", diff)
				}
			})
		})
	}
}

// TestRecordsAreWrittenWhileTheCommandRuns reads the file before the command has ended.
func TestRecordsAreWrittenWhileTheCommandRuns(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	file, err := os.Create(filepath.Join(t.TempDir(), "unfinished"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	made := make(chan error, 1)
	go func() {
		const look = 20 * time.Millisecond
		for {
			text, err := os.ReadFile(file.Name())
			if err == nil && bytes.Contains(text, []byte("/early")) {
				made <- os.WriteFile(filepath.Join(dir, "seen"), nil, 0o600)
				return
			}
			time.Sleep(look)
		}
	}()
	got := run(t, Options{Unfinished: file, Timeout: time.Minute}, "sh", "-c", "echo 1 >early; while ! [ -e seen ]; do sleep 0.05; done")
	if err := <-made; err != nil || got.report.Status != 0 {
		t.Errorf("got %v, status %d", err, got.report.Status)
	}
}

func TestDroppedLinesAreSaid(t *testing.T) {
	t.Parallel()
	const header = `{"format":"list-ephemeral trace","version":1,"backend":"notify","unfinished":true,"calls":true}` + "\n"
	for lines, want := range map[string]bool{"": false, `{"dropped":true}` + "\n": true} {
		reports, err := ReadReports(strings.NewReader(header + lines))
		if err != nil || len(reports) != 1 || reports[0].Truncated != want {
			t.Errorf("%q: %v, %v, want truncated: %v", lines, reports, err, want)
		}
	}
}
