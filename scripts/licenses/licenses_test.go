package main

import (
	"bytes"
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const top = "../.."

func TestFileMatchesTheModules(t *testing.T) {
	t.Parallel()
	want, err := notices(top)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(top, fileName))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s does not match go.mod: run go run ./scripts/licenses update", fileName)
	}
}

// TestFileHasEveryLinkedModule compares the file with the modules recorded by the linker, which do
// not depend on our parsing of go list.
func TestFileHasEveryLinkedModule(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "program")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Dir = top
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(top, fileName))
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Deps) < 5 {
		t.Fatalf("only %d modules in the binary", len(info.Deps))
	}
	for _, m := range info.Deps {
		if !strings.Contains(string(text), "\n"+m.Path+" "+m.Version+"\n\n---- ") {
			t.Errorf("no licence of %s %s", m.Path, m.Version)
		}
	}
}

func TestWriteIncludesEveryNotice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"LICENSE.txt":        "\r\nthe licence\r\n",
		"NOTICE":             "a notice",
		"licenses.go":        "package x",
		"inner/COPYING":      "of a package",
		"unused/LICENSE":     "of a package that is not linked",
		"inner/licences.txt": "a list of licences",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	inner := filepath.Join(dir, "inner")
	if err := write(&b, "m v1", module{Path: "m", Dir: dir}, []string{inner, inner}); err != nil {
		t.Fatal(err)
	}
	want := "\n" + strings.Repeat("=", 80) + "\nm v1\n" +
		"\n---- LICENSE.txt\n\nthe licence\n\n---- NOTICE\n\na notice\n\n---- inner/COPYING\n\nof a package\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	if err := write(&b, "n v1", module{Path: "n", Dir: filepath.Join(dir, "unused", "..", "inner")}, nil); err != nil {
		t.Error(err)
	}
	if err := write(&b, "o v1", module{Path: "o", Dir: t.TempDir()}, nil); err == nil {
		t.Error("a module without a licence is accepted")
	}
}

// TestReleasesContainTheFile checks the two lists in .goreleaser.yaml; scripts/release-check.sh
// checks the packages themselves.
func TestReleasesContainTheFile(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile(filepath.Join(top, ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for what, line := range map[string]string{
		"the archives": "\n      - { src: " + fileName + ", info: *file }\n",
		"the packages": "\n      - src: " + fileName + "\n        dst: /usr/share/doc/list-ephemeral/" + fileName + "\n",
	} {
		if !strings.Contains(string(config), line) {
			t.Errorf("%s do not contain %s", what, fileName)
		}
	}
	for _, platform := range platforms {
		goos, goarch, _ := strings.Cut(platform, "/")
		for key, value := range map[string]string{"goos": goos, "goarch": goarch} {
			_, list, found := strings.Cut(string(config), "\n    "+key+": [")
			list, _, _ = strings.Cut(list, "]")
			if !found || !slices.Contains(strings.Split(list, ", "), value) {
				t.Errorf("%s is not built: %s has no %s", platform, key, value)
			}
		}
	}
	_, list, _ := strings.Cut(string(config), "\n    goarch: [")
	list, _, _ = strings.Cut(list, "]")
	if n := len(strings.Split(list, ", ")); n != len(platforms) {
		t.Errorf("got %d architectures in .goreleaser.yaml, want %d", n, len(platforms))
	}
}
