package report_test

import (
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
)

// wiped is a tree that a boot wipes.
var wiped = boot.Tree{
	Point: "/", FSType: "tmpfs", Source: "none", Fate: boot.Wiped,
	Evidence: []boot.Evidence{{Kind: boot.KindMemory, Fate: boot.Wiped, FSType: "tmpfs"}},
}

// verdicts has one verdict of each class with its texts.
var verdicts = []struct {
	verdict                scan.Verdict
	reason, inShort, keeps string
}{
	{scan.Verdict{Class: scan.ClassCandidate, By: "/a"}, "the next reboot wipes / (tmpfs none): tmpfs is in memory; nothing keeps this path", "candidate", ""},
	{scan.Verdict{Class: scan.ClassIncluded, By: "/a"}, "the configuration or --include always lists it", "included", ""},
	{scan.Verdict{Class: scan.ClassRoot, By: "/a"}, "the next reboot wipes / (tmpfs none): tmpfs is in memory", "root", ""},
	{
		scan.Verdict{Class: scan.ClassPersisted, By: "/", Source: "config.json:1:2: persistedDirs[3]", Key: "persistedDirs[3]"},
		"/ is kept: config.json:1:2: persistedDirs[3]", "persisted: persistedDirs", "config.json:1:2: persistedDirs[3]",
	},
	{
		scan.Verdict{Class: scan.ClassMounted, By: "/a", Mount: &mounts.Mount{Root: "/b", FSType: "ext4", Source: "/dev/sda"}},
		"it is a mount point: it shows /b of ext4 /dev/sda", "mounted: /b of ext4 /dev/sda", "",
	},
	{scan.Verdict{Class: scan.ClassStorage, By: "/persist"}, "/persist is persistent storage", "storage", "the storage path /persist, which contains it"},
	{scan.Verdict{Class: scan.ClassSystem, By: "/nix"}, "/nix is a system directory, never scanned", "system", ""},
	{
		scan.Verdict{Class: scan.ClassExcluded, By: "/a", Pattern: pattern.Pattern{Text: "a (b)", Source: "--exclude"}},
		"it matches the exclude pattern a (b) (--exclude)", "excluded: a (b)", "",
	},
	{scan.Verdict{Class: scan.ClassOutside, By: "/"}, "it is not below a root; name its tree with --root or the key roots", "outside", ""},
	{
		scan.Verdict{Class: scan.ClassLinked, By: "/a", Target: "/nix/x"},
		"it is a symlink to /nix/x: it contains no data of its own and is not listed", "linked", "a symlink to /nix/x",
	},
	{
		scan.Verdict{Class: scan.ClassHidden, By: "/a", Finding: known.Finding{Class: known.ClassCache, Pattern: "~/.cache/", Reason: "It is filled again."}},
		"it is cache data (~/.cache/): It is filled again.", "hidden: cache", "",
	},
	{
		scan.Verdict{Class: scan.ClassLayer, By: "/a", Target: "/etc"},
		"it is a layer of the overlay at /etc, where its files are listed", "layer of the overlay at /etc", "",
	},
	{
		scan.Verdict{Class: scan.ClassLower, By: "/a", Target: "/etc"},
		"a boot brings it back: it is in a lower layer of the overlay at /etc, and the upper directory does not have it", "in a lower layer of the overlay at /etc", "",
	},
}

func TestEveryClassIsExplained(t *testing.T) {
	seen := map[scan.Class]bool{}
	for _, tt := range verdicts {
		seen[tt.verdict.Class] = true
		e := report.Explanation{Name: "/a", Verdict: tt.verdict, Tree: wiped, Kind: scan.KindFile, Size: 5}
		lines := e.Lines()
		if want := "/a: " + tt.verdict.Class.String(); lines[0] != want {
			t.Errorf("the title is %q, want %q", lines[0], want)
		}
		if want := "  " + tt.reason; lines[1] != want {
			t.Errorf("%s: the reason is %q, want %q", tt.verdict.Class, lines[1], want)
		}
		if last := lines[len(lines)-1]; last != "  it is a file of 5B" {
			t.Errorf("%s: the last line is %q", tt.verdict.Class, last)
		}
		if got := report.VerdictText(tt.verdict); got != tt.inShort {
			t.Errorf("%s: VerdictText = %q, want %q", tt.verdict.Class, got, tt.inShort)
		}
		if got := report.KeptBy(tt.verdict, ""); got != tt.keeps {
			t.Errorf("%s: KeptBy = %q, want %q", tt.verdict.Class, got, tt.keeps)
		}
	}
	for class := scan.ClassUnknown + 1; class.String() != scan.ClassUnknown.String(); class++ {
		if !seen[class] {
			t.Errorf("the class %s is not tested", class)
		}
	}
	if got := report.KeptBy(scan.Verdict{Class: scan.ClassMounted}, "/persist/a\n"); got != `a mount of /persist/a\n` {
		t.Errorf("KeptBy = %q for a mount from storage", got)
	}
}

func TestExplanationsOfMissingAndUnreadablePaths(t *testing.T) {
	missing := fmt.Errorf("stat: %w", syscall.ENOENT)
	for class := scan.ClassCandidate; class.String() != scan.ClassUnknown.String(); class++ {
		e := report.Explanation{Name: "/a", Verdict: scan.Verdict{Class: class, By: "/a", Mount: &mounts.Mount{Root: "/"}}, Err: missing}
		if title := e.Lines()[0]; !strings.HasPrefix(title, "/a: does not exist; a file here would ") {
			t.Errorf("%s: the title is %q", class, title)
		}
	}
	e := report.Explanation{Name: "/a", Verdict: scan.Verdict{Class: scan.ClassCandidate, By: "/a"}, Err: fmt.Errorf("stat: %w", fs.ErrPermission)}
	if got := strings.Join(e.Lines(), "\n"); !strings.Contains(got, "it cannot be read: permission denied") {
		t.Error(got)
	}
}
