package report_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

// statusOf returns the status of a machine with one root.
func statusOf(tree boot.Tree) *report.Status {
	return &report.Status{Home: "/root", Roots: []report.RootStatus{report.NewRootStatus(tree.Point, tree)}}
}

var claims = regexp.MustCompile(`\b(lost|wiped|reboot|will be)\b`)

func TestStatusOfADoubtfulRootClaimsNothing(t *testing.T) {
	for _, tt := range doubts {
		for _, files := range []int{0, 1, 5} {
			s := statusOf(tt.tree)
			s.Doubtful = report.Amount{Files: files, Bytes: 4096}
			brief, whole := s.Brief("/root"), string(s.AppendTo(nil, "/root", time.Now()))
			for _, text := range []string{brief, whole} {
				if claims.MatchString(text) || !strings.Contains(text, "nothing shows that a boot wipes") {
					t.Errorf("%s, %d files: %q", tt.name, files, text)
				}
			}
			if stake := s.AtStake(); stake.Files > 0 {
				t.Errorf("%s: %d files are at stake", tt.name, stake.Files)
			}
		}
	}
}

func TestStatusOfAWipedRootSaysSo(t *testing.T) {
	s := statusOf(wiped)
	if got := s.Brief("/root"); got != "nothing would be lost at the next reboot" {
		t.Errorf("brief without files: %q", got)
	}
	s.Lost = report.Amount{Files: 3, Bytes: 4096}
	if got := s.Brief("/root"); !strings.HasPrefix(got, "3 files, 4.0K would be lost at the next reboot") {
		t.Errorf("brief: %q", got)
	}
	for _, want := range []string{"/ on tmpfs none: wiped (tmpfs is in memory)", "lost                   3 files   4.0K  at the next reboot"} {
		if got := string(s.AppendTo(nil, "/root", time.Now())); !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	s.Doubtful = report.Amount{Files: 2, Bytes: 10} // another root
	if got := s.Brief("/root"); !strings.Contains(got, "would be lost") || !strings.HasSuffix(got, "; 2 files, 10B outside caches, but nothing shows that a boot wipes them") {
		t.Errorf("brief with a doubtful root too: %q", got)
	}
}

func TestStatusOfRootsInJSON(t *testing.T) {
	trees := []boot.Tree{wiped, doubts[0].tree, doubts[1].tree}
	for i, want := range []string{"yes", "no", "unknown"} {
		text, err := json.Marshal(statusOf(trees[i]))
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Roots []struct {
				Wiped    string
				Evidence []string
			}
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if root := got.Roots[0]; root.Wiped != want || root.Evidence == nil || len(root.Evidence) != len(trees[i].Evidence) {
			t.Errorf("%+v, want wiped %q and %d texts", root, want, len(trees[i].Evidence))
		}
	}
}
