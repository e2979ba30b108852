package report_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
)

// states are an old root, and a grave of an unknown time.
var states = []history.State{
	{Name: "old_roots/2026-11-3_08:00:00", Kind: history.KindOldRoot, Time: time.Date(2026, 11, 3, 8, 0, 0, 0, time.Local), Root: "/"},
	{Name: "a\x1bb", Kind: history.KindUpper, Root: "/etc"},
}

func lostRows() []report.LostRow {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	return []report.LostRow{
		{Path: "/home/a", Kind: scan.KindFile, Size: 2048, ModTime: at, Change: history.ChangeGone, State: &states[0], States: 1, Of: 1},
		{Path: "/etc/\xff\x1b", Kind: scan.KindFile, Size: 1, ModTime: at, Change: history.ChangeDiffers, State: &states[1], States: 4, Of: 5, Recurrence: history.Evolving},
	}
}

func TestLostFormats(t *testing.T) {
	now := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		format report.LostFormat
		want   string
	}{
		{"paths", report.LostPathFormat('\n', report.PathStyle{}), "/home/a\n/etc/\xff\x1b\n"},
		{"paths with NUL", report.LostPathFormat(0, report.PathStyle{}), "/home/a\x00/etc/\xff\x1b\x00"},
		{"long", report.LostLongFormat(report.PathStyle{}, now), "gone     2.0K   2d /home/a\ndiffers evolving    4/5    1B   2d /etc/\xff\x1b\n"},
	} {
		var got []byte
		for _, r := range lostRows() {
			got = tt.format(got, &r)
		}
		if diff := cmp.Diff(tt.want, string(got)); diff != "" {
			t.Errorf("%s:\n%s", tt.name, diff)
		}
	}
	var line struct {
		Path, PathBytes, Change, Recurrence, State, StateKind string
		StateTime                                             *time.Time
		States, Of                                            int
	}
	text := report.LostJSONFormat()(nil, &lostRows()[1])
	if err := json.Unmarshal(text, &line); err != nil || line.Path != "" || line.PathBytes != "L2V0Yy//Gw==" || line.Change != "differs" ||
		line.Recurrence != "evolving" || line.StateKind != "overlay-upper" || line.StateTime != nil || line.States != 4 || line.Of != 5 {
		t.Errorf("%v: %s", err, text)
	}
}

func TestWordsOfLosses(t *testing.T) {
	rows := lostRows()
	for _, tt := range [][2]string{
		{report.LostSummary(rows), "1 path with 2.0K gone, 1 path different"},
		{report.LostSummary(nil), "0 paths with 0B gone"},
		{report.LostText(&rows[0]), "gone; old-root old_roots/2026-11-3_08:00:00, of 2026-11-03 08:00:00 has it"},
		{report.LostText(&rows[1]), "differs; overlay-upper a\x1bb of /etc, of an unknown time has it; evolving: in 4 of 5 states"},
		{report.StateShort(&states[0]), "11-03 08h"},
		{report.StateShort(&states[1]), "overlay-u"},
	} {
		if tt[0] != tt[1] {
			t.Errorf("%q, want %q", tt[0], tt[1])
		}
	}
	if text := string(report.StateJSON(nil, &states[1])); !strings.HasPrefix(text, `{"name":"a\u001bb","kind":"overlay-upper","time":null,`) {
		t.Error(text)
	}
}

func TestWordsOfDifferences(t *testing.T) {
	v := report.Verified{Header: history.Header{Time: time.Date(2026, 11, 3, 8, 0, 0, 0, time.Local), Complete: true}, Gone: 3, Again: 1, Kept: 2}
	v.Add("/a", history.ClassListed, report.DifferenceSurvived, "")
	v.Add("/b", history.ClassListed, report.DifferenceKept, "storage")
	v.Add("/c", history.ClassKept, report.DifferenceGone, "")
	v.Add("/d", history.ClassKept, report.DifferenceType, "directory")
	v.Add("/e", history.ClassKept, report.DifferenceUnread, "input/output error")
	want := []string{
		"/a: said to be lost, but it is there, unchanged since the receipt",
		"/b: said to be lost, but it is kept now, by storage",
		"/c: said to be kept, but it is gone",
		"/d: said to be kept, but it was a directory",
		"/e: input/output error",
	}
	var got []string
	for i := range v.Differences {
		got = append(got, v.Differences[i].Text())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	const summary = "receipt of 2026-11-03 08:00:00: 4 paths lost as said, 1 of them made again; 2 kept as said; 5 differences"
	if text := v.Summary(); text != summary {
		t.Error(text)
	}
	if v.Header.Complete = false; v.Summary() != summary+"; the receipt is not complete: its time was over before all files were listed, and the others were not checked" {
		t.Error(v.Summary())
	}
	if text := string(report.DifferenceJSON(nil, &v.Differences[1])); text != `{"path":"/b","said":"listed","found":"kept","detail":"storage"}`+"\n" {
		t.Error(text)
	}
	loss := report.LastLoss{Files: 1, Bytes: 1024, Newest: "/home/a/x\x1b"}
	if text := loss.Text("/home/a"); text != `the last reboot lost 1 file, 1.0K; newest ~/x\e` {
		t.Error(text)
	}
	loss = report.LastLoss{Files: 2, AtLeast: true}
	if text := loss.Text("/home/a"); text != `the last reboot lost at least 2 files, 0B` {
		t.Error(text)
	}
}

func TestRecurrenceIsSaidOnlyWhereItIsAsked(t *testing.T) {
	for _, tt := range []struct {
		have, of int
		want     string
	}{
		{0, 0, "no earlier state of it was found"},
		{1, 1, "the last state had it"},
		{0, 1, "the last state did not have it"},
		{5, 5, "the last 5 states all had it"},
		{2, 5, "2 of the last 5 states had it"},
		{0, 5, "0 of the last 5 states had it"},
	} {
		e := report.Explanation{Name: "/x", Seen: func(string) (int, int) { return tt.have, tt.of }}
		if text := strings.Join(e.Lines(), "\n"); !strings.Contains(text, "\n  "+tt.want) {
			t.Errorf("%d of %d: %s", tt.have, tt.of, text)
		}
		var line map[string]any
		text, err := json.Marshal(e.JSON())
		if err != nil || json.Unmarshal(text, &line) != nil || line["states"] != float64(tt.have) || line["of"] != float64(tt.of) {
			t.Errorf("%v: %s", err, text)
		}
	}
	e := report.Explanation{Name: "/x"}
	text, err := json.Marshal(e.JSON())
	if err != nil || strings.Contains(string(text), `"states"`) || strings.Contains(strings.Join(e.Lines(), "\n"), "state") {
		t.Errorf("%v: %s, %q", err, text, e.Lines())
	}
}
