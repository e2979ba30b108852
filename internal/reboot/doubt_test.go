package reboot

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// claims are words that say that a boot wipes something.
var claims = regexp.MustCompile(`(?i)\b(lost|loses|wiped|wipes?|will be|reboot)\b`)

// noClaim are phrases with these words that claim nothing.
var noClaim = strings.NewReplacer(
	"nothing shows that a boot wipes", "", "use --root or the key roots to name what a boot wipes", "", `"wiped":"no"`, "", `"wiped":"unknown"`, "", `"wiped":false`, "",
	"/lost+found", "",
)

// oldRoot boots a machine whose root is an ext4 that is older than the boot, with files or not.
func oldRoot(s *stage, files int) {
	t := s.t
	t.Helper()
	s.laterBoot = true
	disk := image(s, 64<<20)
	tool(t, "mkfs.ext4", "-q", "-F", disk)
	tool(t, "mount", "-o", "loop", disk, s.top)
	t.Cleanup(s.halt)
	must(t, os.Remove(s.at("/lost+found")))
	s.base()
	for i := range files {
		s.write(filepath.Join("/home/alice", string(rune('a'+i%26)), strings.Repeat("x", 1+i/26), "file"))
	}
}

// TestNothingIsClaimedAboutAnOrdinaryRoot runs each command where nothing shows that "/" is wiped.
func TestNothingIsClaimedAboutAnOrdinaryRoot(t *testing.T) {
	probe.Need(t, probe.Root, probe.Loop, probe.Disk)
	for _, root := range []struct {
		name  string
		files int
		doubt string
	}{
		{"with files that are older than the boot", 60, "does not look ephemeral: 32 of 32 files are older than this boot"},
		{"without files", 0, "nothing shows that a boot wipes /"},
	} {
		s := newStage(t)
		oldRoot(s, root.files)
		for _, args := range [][]string{
			{"list"},
			{"list", "--all", "--long"},
			{"list", "--json"},
			{"list", "--dirs"},
			{"list", "--summary"},
			{"list", "--count"},
			{"status"},
			{"status", "--json"},
			{"status", "--brief"},
			{"status", "--fail-above", "0"},
			{"status", "--brief", "--fail-above", "0"},
			{"explain", "/home/alice/a/x/file", "/home/alice", "/", "/home/alice/none", "/etc/x", "/persist"},
			{"explain", "--json", "/home/alice/a/x/file", "/home/alice/none"},
			{"snippet", "/home/alice"},
			{"snippet", "--dialect", "preservation", "/home/alice/a"},
			{"adopt", "--dry-run", "/home/alice/a"},
			{"adopt", "/home/alice/a"},
			{"stray"},
		} {
			t.Run(root.name+", "+strings.Join(args, " "), func(t *testing.T) {
				stdout, stderr, status := s.run(args...)
				for line := range strings.Lines(stdout + stderr) {
					if found := claims.FindString(noClaim.Replace(line)); found != "" {
						t.Errorf("%q in: %s", found, line)
					}
				}
				if (args[0] == "list" || args[0] == "status") && status != 0 {
					t.Errorf("status %d\n%s", status, stderr)
				}
				doubt := map[string]string{"list": root.doubt, "status": "nothing shows that a boot wipes"}[args[0]]
				if !strings.Contains(stdout+stderr, doubt) && args[len(args)-1] != "--json" {
					t.Errorf("the doubt is not said:\n%s%s", stdout, stderr)
				}
			})
		}
	}
}

// TestAWipedRootIsCalledSo is the control: the same commands do use these words.
func TestAWipedRootIsCalledSo(t *testing.T) {
	s := newStage(t)
	t.Cleanup(s.halt)
	s.memoryRoot()
	s.base()
	s.write("/home/alice/x")
	for _, args := range [][]string{{"status"}, {"status", "--brief"}, {"explain", "/home/alice/x"}} {
		if stdout, _, _ := s.run(args...); !claims.MatchString(stdout) {
			t.Errorf("%q claims nothing:\n%s", args, stdout)
		}
	}
	if _, stderr, status := s.run("status", "--brief", "--fail-above", "0"); status == 0 || !strings.Contains(stderr, "would be lost") {
		t.Errorf("--fail-above: status %d\n%s", status, stderr)
	}
}
