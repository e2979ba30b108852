package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
)

// everyKind returns evidence of every kind, with all fields.
func everyKind() (all []boot.Evidence) {
	start := time.Unix(1_790_000_000, 0)
	for kind := boot.KindUnknown + 1; kind.String() != boot.KindUnknown.String(); kind++ {
		all = append(all, boot.Evidence{
			Kind: kind, Path: "/PATH", Tree: "/TREE", FSType: "FSTYPE", Device: "DEVICE", Born: start.Add(3 * time.Second), Boot: start, Old: 29, Seen: 32,
		})
	}
	return all
}

func TestEveryKindOfEvidenceHasWords(t *testing.T) {
	seen := map[string]boot.Kind{}
	for _, e := range everyKind() {
		text := report.EvidenceText(e)
		if text == "" || text == "unknown" || strings.Contains(text, "%!") {
			t.Errorf("%v: %q", e.Kind, text)
		}
		if other, twice := seen[text]; twice {
			t.Errorf("%v and %v have the same words: %q", other, e.Kind, text)
		}
		seen[text] = e.Kind
	}
	if len(seen) < 15 {
		t.Errorf("only %d kinds", len(seen))
	}
}

func TestEvidenceOfBirthSaysWhen(t *testing.T) {
	start := time.Unix(1_790_000_000, 0)
	for after, want := range map[time.Duration]string{3 * time.Second: "3s after it began", -2 * time.Second: "2s before it, by the clock"} {
		got := report.EvidenceText(boot.Evidence{Kind: boot.KindSubvolume, Born: start.Add(after), Boot: start})
		if !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// doubts are trees of which nothing shows that a boot wipes them.
var doubts = []struct {
	name       string
	tree       boot.Tree
	want, word string
}{
	{
		"kept",
		boot.Tree{
			Point: "/", FSType: "ext4", Source: "/dev/vda", Fate: boot.Kept,
			Evidence: []boot.Evidence{{Kind: boot.KindSurvivors, Fate: boot.Kept, Old: 29, Seen: 32}},
		},
		"/ (ext4 /dev/vda) does not look ephemeral: 29 of 32 files are older than this boot", "no",
	},
	{
		"unknown",
		boot.Tree{Point: "/", FSType: "zfs", Source: "rpool/root"},
		"nothing shows that a boot wipes / (zfs rpool/root)", "unknown",
	},
	{
		"too few survivors",
		boot.Tree{
			Point: "/", FSType: "ext4", Source: "/dev/vda",
			Evidence: []boot.Evidence{{Kind: boot.KindSurvivors, Old: 1, Seen: 32}},
		},
		"nothing shows that a boot wipes / (ext4 /dev/vda): 1 of 32 files are older than this boot", "unknown",
	},
	{
		"an overlay that cannot be judged",
		boot.Tree{
			Point: "/", FSType: "overlay", Source: "overlay",
			Evidence: []boot.Evidence{{Kind: boot.KindUpperUnreachable, Path: "/rw/upper"}},
		},
		"nothing shows that a boot wipes / (overlay overlay): the overlay's upper directory /rw/upper cannot be reached from here", "unknown",
	},
}

func TestDoubtSaysWhy(t *testing.T) {
	for _, tt := range doubts {
		t.Run(tt.name, func(t *testing.T) {
			if got := report.DoubtText(tt.tree); got != tt.want {
				t.Errorf("DoubtText = %q, want %q", got, tt.want)
			}
			if got := report.WipedWord(tt.tree.Fate); got != tt.word {
				t.Errorf("WipedWord = %q, want %q", got, tt.word)
			}
		})
	}
	if got := report.WipedWord(boot.Wiped); got != "yes" {
		t.Errorf("WipedWord of a wiped tree = %q", got)
	}
}

func TestDoubtInShort(t *testing.T) {
	one, other := boot.Tree{Point: "/"}, boot.Tree{Point: "/home"}
	for want, trees := range map[string][]boot.Tree{
		"": nil, "no sign that / is wiped": {one}, "no sign that 2 roots are wiped": {one, other},
	} {
		if got := report.DoubtShort(trees); got != want {
			t.Errorf("DoubtShort of %d = %q, want %q", len(trees), got, want)
		}
	}
}

func TestHiddenTextCountsClasses(t *testing.T) {
	none, some := scan.Hidden{}, scan.Hidden{known.ClassCache: 1200, known.ClassRuntime: 2}
	if got := report.HiddenText(&none); got != "" {
		t.Errorf("HiddenText of nothing = %q", got)
	}
	if got, want := report.HiddenText(&some), "1,202 paths hidden: 2 runtime and 1,200 cache"; got != want {
		t.Errorf("HiddenText = %q, want %q", got, want)
	}
	for class := range known.ClassStateNoise + 1 { // no hidden class is left out
		var one scan.Hidden
		one[class] = 1
		if class.Hidden() && !strings.Contains(report.HiddenText(&one), class.String()) {
			t.Errorf("HiddenText of %v = %q", class, report.HiddenText(&one))
		}
	}
}
