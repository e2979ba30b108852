package project

import (
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fewFiles is the number of files up to which a package needs no map.
const fewFiles = 8

var fileName = regexp.MustCompile(`\b\w+\.go\b`)

// unmapped returns the files that a map, the text of a doc.go, does not name, and the files that it
// names but that do not exist. A map may name a file without its extension.
func unmapped(text string, files []string) (missing, gone []string) {
	if len(files) > fewFiles {
		for _, file := range files {
			stem := strings.TrimSuffix(file, ".go")
			if !regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(stem) + `\b`).MatchString(text) {
				missing = append(missing, file)
			}
		}
	}
	for _, file := range fileName.FindAllString(text, -1) {
		if file != "doc.go" && !slices.Contains(files, file) {
			gone = append(gone, file)
		}
	}
	return missing, gone
}

// TestEachDocMapsTheFilesOfItsPackage checks the files that doc.go lists against the directory.
func TestEachDocMapsTheFilesOfItsPackage(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("git", "-C", top, "ls-files", "-co", "--exclude-standard", "-z", "*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, tests := map[string][]string{}, map[string][]string{}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		of := files
		if strings.HasSuffix(name, "_test.go") {
			of = tests
		}
		of[path.Dir(name)] = append(of[path.Dir(name)], path.Base(name))
	}
	for dir, all := range files {
		code := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return name == "doc.go" })
		if len(code) == len(all) {
			if len(code) > fewFiles && !slices.Contains(code, "main.go") {
				t.Errorf("%s has %d files and no doc.go", dir, len(code))
			}
			continue
		}
		missing, gone := unmapped(read(t, path.Join(dir, "doc.go")), code)
		if len(missing) > 0 {
			t.Errorf("%s/doc.go does not name %s", dir, strings.Join(missing, ", "))
		}
		gone = slices.DeleteFunc(gone, func(name string) bool { return slices.Contains(tests[dir], name) })
		if len(gone) > 0 {
			t.Errorf("%s/doc.go names files that do not exist: %s", dir, strings.Join(gone, ", "))
		}
	}
}

func TestUnmapped(t *testing.T) {
	t.Parallel()
	files := strings.Fields("a.go b_linux.go c.go d.go e.go f.go g.go h.go i.go")
	missing, gone := unmapped("a.go, b_linux, c, [D], e, f, g and h.go; old.go", files)
	if !slices.Equal(missing, []string{"i.go"}) || !slices.Equal(gone, []string{"old.go"}) {
		t.Errorf("unmapped = %q, %q; want [i.go] and [old.go]", missing, gone)
	}
}
