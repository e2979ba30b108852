package trace

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sampleReport() *Report {
	return &Report{
		Command: []string{"sh", "-c", "x"}, Backend: BackendPtrace, Started: time.Unix(1700000000, 5).UTC(), Took: 1500 * time.Millisecond,
		Unreadable: []string{"/usr/bin/a"}, KeptReadable: []string{"/usr/bin/b"}, NoNewPrivs: true, Check: CheckInterrupted,
		Scope: ScopeOpens, Homes: []string{"/home/a"}, Status: 143, Signal: syscall.SIGTERM, TimedOut: true, Survivors: true, Privileged: []string{"/usr/bin/su"},
		Unfinished: true, Stats: Stats{Calls: 9, Unreadable: 1, TooLong: 4, Stopped: 5, Rings: 2, Sandboxed: 3},
		Paths: []Path{
			{Name: "/a", Ops: Read | Exec, Mode: 0o100755, Size: 12, ModTime: time.Unix(1600000000, 7).UTC(), Reread: true, By: []By{{"/usr/bin/a", Read}, {"/usr/bin/\xff", Exec}}},
			{Name: "/gone\n\"", Ops: Create | Delete, Missing: true},
			{Name: "/other", Ops: Untraced},
			{Name: "/not \xff utf-8", Ops: Lookup},
		},
	}
}

func TestReportsRoundTrip(t *testing.T) {
	want := sampleReport()
	var file bytes.Buffer
	if err := WriteReport(&file, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadReport(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
}

func TestReadReportErrors(t *testing.T) {
	const head = `{"format":"list-ephemeral trace","version":1,"backend":"notify"}` + "\n"
	for text, want := range map[string]string{
		"":         "line 1: not a list-ephemeral trace",
		"{}":       "line 1: not a list-ephemeral trace",
		"not json": "line 1: not a list-ephemeral trace",
		`{"format":"list-ephemeral trace","version":9,"backend":"notify"}`:              "line 1: version: expected 1, got 9",
		`{"format":"list-ephemeral trace","version":1,"backend":"magic"}`:               `line 1: back end "magic": expected one of auto, notify, ptrace, fanotify`,
		head + `{"path":"relative","ops":["read"]}`:                                     `line 2: path "relative": not absolute`,
		head + `{"path":"/a","ops":["read"]}` + "\n" + `{"path":"/b","ops":["danced"]}`: `line 3: operation "danced": expected one of looked up,`,
		head + `{"path":` + "\n":                   "line 2: unexpected end of JSON input",
		head + `{"path":"/a/../b","ops":["read"]}`: `line 2: path "/a/../b": not clean`,
		head + "\n": "line 2: unexpected end of JSON input",
		head + `{"path":"/a","ops":[]}` + "\n" + `{"path":"/` + strings.Repeat("x", maxLine): "line 3: longer than 16 MiB",
		strings.Repeat("x", maxLine+1):                                          "line 1: longer than 16 MiB",
		strings.Replace(head, `"backend"`, `"homes":["a"],"backend"`, 1):        `line 1: home "a": must be absolute and clean`,
		head + `{"path":"/a","ops":[],"size":-1}`:                               "line 2: size -1: must not be negative",
		head + `{"path":"/a","ops":[],"mode":4294967295}`:                       "line 2: mode 4294967295: must be at most 65535",
		strings.Replace(head, `"backend"`, `"seconds":1e300,"backend"`, 1):      "line 1: seconds 1e+300: must be between 0 and 1e+09",
		strings.Replace(head, `"backend"`, `"seconds":-1,"backend"`, 1):         "line 1: seconds -1: must be",
		strings.Replace(head, `"backend"`, `"signal":99999,"backend"`, 1):       "line 1: signal 99999: must be between 0 and 64",
		strings.Replace(head, `"backend"`, `"status":-1,"backend"`, 1):          "line 1: status -1: must be between 0 and 255",
		strings.Replace(head, `"backend"`, `"stats":{"calls":-9},"backend"`, 1): "line 1: calls -9: must be",
	} {
		_, err := ReadReport(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.100q: got %v, want %q", text, err, want)
		}
	}
}

// TestReadReportKeepsCompleteLines reads the file of a program that was killed while it wrote.
func TestReadReportKeepsCompleteLines(t *testing.T) {
	var file bytes.Buffer
	if err := WriteReport(&file, sampleReport()); err != nil {
		t.Fatal(err)
	}
	got, err := ReadReport(bytes.NewReader(file.Bytes()[:file.Len()-5]))
	if err != nil {
		t.Fatal(err)
	}
	if want := len(sampleReport().Paths) - 1; !got.Truncated || len(got.Paths) != want {
		t.Errorf("got Truncated %v, %d paths, want %d", got.Truncated, len(got.Paths), want)
	}
}
