package report_test

import (
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

func TestEachReasonHasItsOwnNameAndWords(t *testing.T) {
	names, texts := map[string]bool{}, map[string]bool{}
	for kind := report.StrayOutside; kind <= report.StrayPartly; kind++ {
		reason := report.StrayReason{Kind: kind, Path: "/p", Storage: []string{"/persist"}, Err: unread{}}
		names[kind.String()], texts[reason.Text()] = true, true
	}
	for kind := report.StorageOnRoot; kind <= report.StorageUpper; kind++ {
		loss := report.StorageLoss{Kind: kind, Mount: &mounts.Mount{FSType: "tmpfs", Source: "none", Point: "/p"}, Shows: "/x", Root: "/"}
		names[kind.String()], texts[loss.Text()] = true, true
	}
	if want := int(report.StrayPartly) + int(report.StorageUpper); len(names) != want || len(texts) != want || names["unknown"] {
		t.Errorf("got the names %v and the texts %v", names, texts)
	}
}

type unread struct{}

func (unread) Error() string { return "no such file" }

func TestADoubtfulRootIsNotCalledWiped(t *testing.T) {
	for _, kind := range []report.StorageLossKind{report.StorageOnRoot, report.StorageShowsRoot} {
		loss := report.StorageLoss{Kind: kind, Mount: &mounts.Mount{FSType: "ext4", Source: "/dev/sda1", Point: "/"}, Shows: "/x", Root: "/"}
		certain := loss.Text()
		loss.Doubtful = true
		if got := loss.Text(); strings.Contains(got, "wipes") || !strings.Contains(certain, "wipes") {
			t.Errorf("%v: got %q, and if certain %q", kind, got, certain)
		}
	}
}

func TestEachProblemThatBlocksAnEntryHasWords(t *testing.T) {
	for kind := generation.ProblemUnknown; kind <= generation.OutsideHome; kind++ {
		entry := &generation.Entry{Path: "/p", Verdict: generation.Inactive, Problems: []generation.Problem{{Kind: kind}}}
		got := report.NewNotCarriedOut(entry).Reason
		if want := "inactive"; got == "" || (got != want) != kind.Blocks() {
			t.Errorf("%v: got %q", kind, got)
		}
	}
}
