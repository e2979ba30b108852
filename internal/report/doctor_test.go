package report_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/boot/check"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

// factsOnly are kinds that have no remedy: they are what a check is made of, or explain another
// finding.
var factsOnly = map[check.Kind]bool{check.TreeWiped: true, check.MemoryDirectory: true}

func TestEachCheckHasWordsAndARemedy(t *testing.T) {
	for _, id := range check.IDs() {
		ok, wrong := report.CheckTitle(id, check.OK), report.CheckTitle(id, check.Warning)
		if ok == "" || wrong == "" || ok == wrong {
			t.Errorf("%s: %q, %q", id, ok, wrong)
		}
	}
	seen := map[string]check.Kind{}
	for _, kind := range check.Kinds() {
		f := &check.Finding{Kind: kind, Severity: check.Warning, Path: "/path", Other: "/other", Names: []string{"a"}}
		text := report.FindingText(f)
		if before, twice := seen[text]; twice || text == "unknown" || strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q (as %s)", kind, text, before)
		}
		seen[text] = kind
		if remedy := report.FindingRemedy(f); (remedy == "") != factsOnly[kind] {
			t.Errorf("%s: remedy %q", kind, remedy)
		}
	}
}

func TestDoctorPage(t *testing.T) {
	hidden := func(n int) check.Finding {
		return check.Finding{Kind: check.Hidden, Severity: check.Warning, Path: fmt.Sprint("/a b/", n), Other: "/", Fate: boot.Wiped, Files: n, Bytes: 5}
	}
	results := []check.Result{
		{ID: check.RootWiped, Severity: check.OK, Findings: []check.Finding{{Kind: check.TreeUnknown, Severity: check.OK, Path: "/"}}},
		{ID: check.HiddenData, Severity: check.Warning, Gap: check.NeedsRoot, Findings: []check.Finding{hidden(1), hidden(2), hidden(3), hidden(4), hidden(5), hidden(6), hidden(7)}},
		{ID: check.OldRoots, Gap: check.Failed, Err: fs.ErrInvalid},
	}
	want := `warning  hidden-data: mounts hide data; there may be more: needs root
           the mount at /a b/1 hides 1 file, 5B, on /, which a boot wipes
           the mount at /a b/2 hides 2 files, 5B, on /, which a boot wipes
           the mount at /a b/3 hides 3 files, 5B, on /, which a boot wipes
           the mount at /a b/4 hides 4 files, 5B, on /, which a boot wipes
           the mount at /a b/5 hides 5 files, 5B, on /, which a boot wipes
           and 2 more (--verbose)
  remedy:  sudo list-ephemeral adopt --from-beneath '/a b/1'
  remedy:  sudo list-ephemeral adopt --from-beneath '/a b/2'
  remedy:  sudo list-ephemeral adopt --from-beneath '/a b/3'
  remedy:  sudo list-ephemeral adopt --from-beneath '/a b/4'
  remedy:  sudo list-ephemeral adopt --from-beneath '/a b/5'
  remedy:  run it with sudo to check everything
skipped  old-roots: not checked, or not completely: failed: invalid argument
1 of 3 checks ok, 1 not checked, or not completely
`
	if diff := cmp.Diff(want, string(report.DoctorPage(nil, results, false))); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
	all := string(report.DoctorPage(nil, results, true))
	for _, text := range []string{"ok       root-wiped: the root is wiped at every boot\n           nothing shows", "/a b/7 hides"} {
		if !strings.Contains(all, text) {
			t.Errorf("--verbose lacks %q:\n%s", text, all)
		}
	}
}

// TestCommandsOfRemediesAreSafe has names with what a shell or a terminal would act on.
func TestCommandsOfRemediesAreSafe(t *testing.T) {
	for name, want := range map[string]string{
		"/plain-1_x.y":     "rm /plain-1_x.y",
		"/a'b;$(reboot)":   `rm '/a'\''b;$(reboot)'`,
		"/new\nline\x1b[m": `rm $'/new\012line\033[m'`,
		"/\xff'":           `rm $'/\377\''`,
	} {
		got := report.FindingRemedy(&check.Finding{Kind: check.StoreDangling, Path: name})
		if !strings.HasSuffix(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestDoctorLineHasAnyPath(t *testing.T) {
	r := check.Result{ID: check.NixosIDs, Severity: check.Warning, Findings: []check.Finding{{Kind: check.Lost, Severity: check.Warning, Path: "/\xff", Other: "/"}}}
	line := jsonline.NewEncoder().Append(nil, report.NewDoctorLine(&r))
	var got map[string]any
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatal(err)
	}
	found := got["findings"].([]any)[0].(map[string]any)
	if found["pathBytes"] != "L/8=" || found["other"] != "/" || got["id"] != "nixos-ids" || got["severity"] != "warning" {
		t.Errorf("%s", line)
	}
}

func TestOldRootsSayWhatTheyTake(t *testing.T) {
	f := check.Finding{Kind: check.OldRootsFound, Severity: check.Note, Path: "/dev/vda2", Other: "old_roots", Files: 32, Bytes: 5 << 20, Names: []string{"a", "b"}}
	for more, want := range map[bool]string{
		false: "32 subvolumes in old_roots on /dev/vda2 (a to b); their files take 5.0M, with what they share",
		true:  "32 subvolumes in old_roots on /dev/vda2 (a to b); their files take at least 5.0M, with what they share",
	} {
		f.MoreBytes = more
		if got := report.FindingText(&f); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
