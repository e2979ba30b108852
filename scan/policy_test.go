package scan

import (
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

// table builds a mount table from "id parent root point fstype source" lines.
func table(t testing.TB, lines ...string) *mounts.Table {
	t.Helper()
	var text strings.Builder
	for _, line := range lines {
		f := strings.Fields(line)
		text.WriteString(strings.Join([]string{f[0], f[1], "0:1", f[2], f[3], "rw,relatime shared:1 master:2 -", f[4], f[5], "rw\n"}, " "))
	}
	m, err := mounts.ParseTable(text.String())
	if err != nil {
		t.Fatalf("ParseTable: %v", err)
	}
	return m
}

// patterns compiles exclude patterns whose source is "test".
func patterns(t testing.TB, texts ...string) *pattern.Set {
	t.Helper()
	var list []pattern.Pattern
	for _, text := range texts {
		list = append(list, pattern.Pattern{Text: text, Source: "test"})
	}
	set, err := pattern.Compile(list)
	if err != nil {
		t.Fatalf("Compile: %v", err)
	}
	return set
}

func dirOrFile(isDir bool) Kind {
	if isDir {
		return KindDir
	}
	return KindFile
}

func TestJudgeAppliesRulesAndPatterns(t *testing.T) {
	mounts := table(t, "21 1 / / tmpfs none", "22 21 / /boot vfat /dev/a", "23 21 / /home ext4 /dev/b",
		"24 23 / /home/al tmpfs none", "25 24 /persist/Documents /home/al/Documents ext4 /dev/p",
		"26 21 /f /etc/machine-id ext4 /dev/p", "27 21 / /nix ext4 /dev/n", "28 21 / /data ext4 /dev/d")
	policy := NewPolicy(Rules{
		Mounts:  mounts,
		Roots:   []string{"/", "/home/al", "/data"},
		Storage: []string{"/persist", "/home/al/store"},
		Persisted: []Persisted{
			{Path: "/var/lib/bluetooth", Source: "persistedDirs[0]"},
			{Path: "/home/al/.ssh/known_hosts", Source: "persistedFiles[0]"},
			{Path: "/home/al/.cache/keep", Source: "persistedDirs[1]"},
		},
		Include: []string{"/boot/grub/env", "/home/al/.cache/in", "/var/tmp/x"},
		Exclude: patterns(t, "home/al/.cache", "*.log", "tmp/", "data"),
	})
	tests := []struct {
		path  string
		isDir bool
		want  Verdict
	}{
		{"/", true, Verdict{Class: ClassRoot, By: "/"}},
		{"/etc/passwd", false, Verdict{Class: ClassCandidate, By: "/etc/passwd"}},
		{"/boot", true, Verdict{Class: ClassMounted, By: "/boot", Mount: mounts.At("/boot")}},
		{"/boot/kernel", false, Verdict{Class: ClassMounted, By: "/boot", Mount: mounts.At("/boot")}},
		{"/boot/grub/env", false, Verdict{Class: ClassIncluded, By: "/boot/grub/env"}},
		{"/boot/grub/env/below", false, Verdict{Class: ClassMounted, By: "/boot", Mount: mounts.At("/boot")}},
		{"/nix/store/x", true, Verdict{Class: ClassSystem, By: "/nix"}},
		{"/run/user", true, Verdict{Class: ClassSystem, By: "/run"}},
		{"/persist/x", false, Verdict{Class: ClassStorage, By: "/persist"}},
		{"/home/al/store/x", false, Verdict{Class: ClassStorage, By: "/home/al/store"}},
		{"/home/bo/x", false, Verdict{Class: ClassMounted, By: "/home", Mount: mounts.At("/home")}},
		{"/home/al", true, Verdict{Class: ClassRoot, By: "/home/al"}},
		{"/home/al/x", false, Verdict{Class: ClassCandidate, By: "/home/al/x"}},
		{"/home/al/Documents/x", false, Verdict{Class: ClassMounted, By: "/home/al/Documents", Mount: mounts.At("/home/al/Documents")}},
		{"/etc/machine-id", false, Verdict{Class: ClassMounted, By: "/etc/machine-id", Mount: mounts.At("/etc/machine-id")}},
		{"/var/lib/bluetooth/a/b", false, Verdict{Class: ClassPersisted, By: "/var/lib/bluetooth", Source: "persistedDirs[0]"}},
		{"/var/lib/bluetooth2", false, Verdict{Class: ClassCandidate, By: "/var/lib/bluetooth2"}},
		{"/home/al/.ssh/known_hosts", false, Verdict{Class: ClassPersisted, By: "/home/al/.ssh/known_hosts", Source: "persistedFiles[0]"}},
		{"/home/al/.cache/x/y", false, Verdict{Class: ClassExcluded, By: "/home/al/.cache", Pattern: pattern.Pattern{Text: "home/al/.cache", Source: "test"}}},
		{"/home/al/.cache/keep/x", false, Verdict{Class: ClassPersisted, By: "/home/al/.cache/keep", Source: "persistedDirs[1]"}},
		{"/home/al/.cache/in", true, Verdict{Class: ClassIncluded, By: "/home/al/.cache/in"}},
		{"/home/al/.cache/in/x", false, Verdict{Class: ClassExcluded, By: "/home/al/.cache", Pattern: pattern.Pattern{Text: "home/al/.cache", Source: "test"}}},
		{"/var/log/a.log", false, Verdict{Class: ClassExcluded, By: "/var/log/a.log", Pattern: pattern.Pattern{Text: "*.log", Source: "test"}}},
		{"/var/tmp", false, Verdict{Class: ClassCandidate, By: "/var/tmp"}},
		{"/var/tmp", true, Verdict{Class: ClassExcluded, By: "/var/tmp", Pattern: pattern.Pattern{Text: "tmp/", Source: "test"}}},
		{"/var/tmp/x", false, Verdict{Class: ClassIncluded, By: "/var/tmp/x"}},
		{"/data", true, Verdict{Class: ClassRoot, By: "/data"}},
		{"/data/x", false, Verdict{Class: ClassCandidate, By: "/data/x"}},
	}
	for _, tt := range tests {
		if got := policy.Judge(tt.path, dirOrFile(tt.isDir)); got != tt.want {
			t.Errorf("Judge(%s, %v) = %+v, want %+v", tt.path, tt.isDir, got, tt.want)
		}
	}
}

func TestPathsBelowNoRootAreOutside(t *testing.T) {
	policy := NewPolicy(Rules{Roots: []string{"/srv/a"}})
	for path, want := range map[string]Class{"/": ClassOutside, "/srv": ClassOutside, "/srv/a": ClassRoot, "/srv/a/b": ClassCandidate, "/srv/b": ClassOutside} {
		if got := policy.Judge(path, KindDir).Class; got != want {
			t.Errorf("Judge(%s) = %v, want %v", path, got, want)
		}
	}
}

func TestHidesSymlinksIntoStoreAndStorage(t *testing.T) {
	policy := NewPolicy(Rules{Storage: []string{"/persist"}})
	for _, tt := range []struct {
		dir, target string
		want        bool
	}{
		{"/etc", "/nix/store/x", true},
		{"/etc", "../nix/var/x", true},
		{"/etc", "/persist/etc/x", true},
		{"/etc", "/persistent/x", false},
		{"/etc", "nix/store", false},
		{"/home/al", "../../persist", true},
		{"/home/al", "/home/al/x", false},
		{"/", "../../nix", true},
	} {
		if got := policy.Hides(tt.dir, "link", tt.target); got != tt.want {
			t.Errorf("Hides(%q, %q) = %v, want %v", tt.dir, tt.target, got, tt.want)
		}
	}
}
