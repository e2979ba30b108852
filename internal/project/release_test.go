package project

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// releaseAssets runs scripts/release-assets.sh on a directory with the given files, and returns
// the files that it has written. Only the files in listed are in the checksums.
func releaseAssets(t *testing.T, tag string, files map[string]string, listed ...string) (map[string]string, error) {
	t.Helper()
	dist, out := t.TempDir(), filepath.Join(t.TempDir(), "assets")
	var sums strings.Builder
	for _, name := range listed {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte("content of "+name)), name)
	}
	files["x_checksums.txt"] = sums.String()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dist, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("../../scripts/release-assets.sh", tag, dist, out)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, text)
	}
	got := map[string]string{}
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(out, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = string(text)
	}
	return got, nil
}

func TestReleaseAssetsAreTheFilesInTheChecksums(t *testing.T) {
	t.Parallel()
	got, err := releaseAssets(t, "Unreleased", map[string]string{
		"a.deb": "content of a.deb", "a b.rpm": "content of a b.rpm", "config.yaml": "not for publication",
	}, "a.deb", "a b.rpm")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range got {
		names = append(names, name)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"RELEASE_NOTES.md", "a b.rpm", "a.deb", "x_checksums.txt"}, names); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	notes := got["RELEASE_NOTES.md"]
	commit, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n### Added\n", runtime.Version(), strings.TrimSpace(string(commit))} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not contain %q:\n%s", want, notes)
		}
	}
	if strings.Contains(notes, "\n## Unreleased") || strings.HasPrefix(notes, "\n") {
		t.Errorf("the notes do not begin with their section: %.80q", notes)
	}
}

func TestReleaseAssetsRejectsInvalidInput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ tag, content, want string }{
		"a version without notes": {"v0.0.999", "content of a", "no section ## 0.0.999"},
		"a prefix of a heading":   {"vUnrel", "content of a", "no section ## Unrel"},
		"a file that has changed": {"Unreleased", "another content", "a: FAILED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := releaseAssets(t, c.tag, map[string]string{"a": c.content}, "a")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// TestChangelogHasTheStandardFormat checks the format of keepachangelog.com: sections of versions
// with known kinds of changes, without duplicate kinds or entries.
func TestChangelogHasTheStandardFormat(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, mistake := range changelogMistakes(string(text)) {
		t.Errorf("CHANGELOG.md: %s", mistake)
	}
	for bad, want := range map[string]string{
		"# Changelog\n":                            "no section",
		"## 1.0.0\n### Addded\n- x\n":              "unknown kind ### Addded",
		"## 1.0.0\n### Added\n- x\n### Added\n":    "### Added is there twice",
		"## 1.0.0\n- x\n":                          "an entry without a kind: - x",
		"## 1.0.0\n### Added\n- x\n- y\n- x\n":     "twice: - x",
		"## 1.0.0\n### Added\n## 1.0.0\n":          "## 1.0.0 is there twice",
		"## 1.0.0\n### Fixed\n- x\n### Added\n- y": "### Added comes after ### Fixed",
	} {
		if got := changelogMistakes(bad); !slices.Contains(got, want) {
			t.Errorf("%q: %q, want %q among them", bad, got, want)
		}
	}
}

func changelogMistakes(text string) []string {
	kinds := []string{"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
	var mistakes []string
	sections, entries := map[string]bool{}, map[string]bool{}
	last := -1
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "## "):
			if sections[line] {
				mistakes = append(mistakes, line+" is there twice")
			}
			sections[line], last = true, -1
		case strings.HasPrefix(line, "### "):
			kind := slices.Index(kinds, strings.TrimPrefix(line, "### "))
			switch {
			case kind < 0:
				mistakes = append(mistakes, "unknown kind "+line)
			case kind == last:
				mistakes = append(mistakes, line+" is there twice")
			case kind < last:
				mistakes = append(mistakes, line+" comes after ### "+kinds[last])
			}
			last = max(last, kind)
		case strings.HasPrefix(line, "- "):
			if last < 0 {
				mistakes = append(mistakes, "an entry without a kind: "+line)
			}
			if entries[line] {
				mistakes = append(mistakes, "twice: "+line)
			}
			entries[line] = true
		}
	}
	if len(sections) == 0 {
		mistakes = append(mistakes, "no section")
	}
	return mistakes
}
