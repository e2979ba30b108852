package nix_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
)

// TestEveryFileParses parses all Nix files with Nix.
func TestEveryFileParses(t *testing.T) {
	files := []string{"../flake.nix"}
	for _, pattern := range []string{"*.nix", "testdata/*.nix"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 12 {
		t.Errorf("found only %d files: %v", len(files), files)
	}
	if _, err := nixtest.Instantiate(t, append([]string{"--parse"}, files...)...); err != nil {
		t.Error(err)
	}
	for _, file := range files {
		looksFormatted(t, file)
	}
}

// looksFormatted checks the rules of nixfmt's style that apply to single lines.
func looksFormatted(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if last := len(lines) - 1; lines[last] != "" || lines[last-1] == "" {
		t.Errorf("%s does not end in one newline", file)
	}
	for i, line := range lines {
		code := strings.TrimLeft(line, " ")
		switch {
		case strings.TrimSpace(line) != code || strings.Contains(line, "\t"):
			t.Errorf("%s:%d: trailing spaces, or a tab", file, i+1)
		case len([]rune(code)) > 100:
			t.Errorf("%s:%d: more than 100 characters", file, i+1)
		case (len(line)-len(code))%2 != 0:
			t.Errorf("%s:%d: odd indentation", file, i+1)
		case code == "" && i > 0 && i+1 < len(lines)-1 && lines[i+1] == "":
			t.Errorf("%s:%d: two blank lines", file, i+1)
		case strings.Contains(code, "[]") || strings.Contains(code, "{}"):
			t.Errorf("%s:%d: empty list or set without a space", file, i+1)
		}
	}
}

// installLicences is the part of postInstall for all platforms.
const installLicences = "install -Dm444 -t $out/share/doc/list-ephemeral LICENSE THIRD_PARTY_LICENSES\n"

func TestPackageAttributes(t *testing.T) {
	var got struct {
		Pname, Version, VendorHash, CheckPhase, PostInstall string
		CrossPostInstall, DefaultVersion                    string
		SubPackages, Ldflags, Tools                         []string
		Env                                                 map[string]int
		Meta                                                struct {
			Description, Homepage, MainProgram string
			License                            struct{ SpdxID string }
			Platforms                          []string
		}
	}
	mustEval(t, "package", &got)
	hash, err := os.ReadFile("vendor-hash")
	if err != nil {
		t.Fatal(err)
	}
	if got.VendorHash+"\n" != string(hash) || !strings.HasPrefix(got.VendorHash, "sha256-") {
		t.Errorf("got vendorHash %q, want the contents of the file, %q", got.VendorHash, hash)
	}
	// The Makefile sets the same variable.
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	flags := strings.Join(got.Ldflags, " ")
	if want := strings.Replace(flags, "1.2.3", "$(VERSION)", 1); !strings.Contains(string(makefile), want+"\n") {
		t.Errorf("the Makefile does not link with %s", want)
	}
	for what, ok := range map[string]bool{
		"names":       got.Pname == "list-ephemeral" && got.Meta.MainProgram == "list-ephemeral",
		"versions":    got.Version == "1.2.3" && got.DefaultVersion == "0-unstable",
		"no cgo":      cmp.Equal(got.Env, map[string]int{"CGO_ENABLED": 0}),
		"one program": cmp.Equal(got.SubPackages, []string{"."}),
		"tools":       cmp.Equal(got.Tools, []string{"installShellFiles"}),
		"cross":       got.CrossPostInstall == installLicences && strings.HasPrefix(got.PostInstall, installLicences) && got.PostInstall != installLicences,
		"licence":     got.Meta.License.SpdxID == "MIT",
		"platforms":   cmp.Equal(got.Meta.Platforms, []string{"x86_64-linux", "aarch64-linux"}),
		"texts":       got.Meta.Description != "" && strings.HasPrefix(got.Meta.Homepage, "https://"),
	} {
		if !ok {
			t.Errorf("%s: %+v", what, got)
		}
	}
	for _, word := range strings.Fields(got.CheckPhase) {
		if dir, ok := strings.CutPrefix(word, "./"); ok {
			if tests, _ := filepath.Glob("../" + dir + "/*_test.go"); len(tests) == 0 {
				t.Errorf("checkPhase runs the tests of %s, which has none", word)
			}
		}
	}
}

// TestPackageInstallsManualAndCompletions runs the package's postInstall on the real program, with
// stand-ins for the two commands that nixpkgs provides.
func TestPackageInstallsManualAndCompletions(t *testing.T) {
	var made struct{ PostInstall string }
	mustEval(t, "package", &made)
	out := t.TempDir()
	build := exec.Command("go", "build", "-o", out+"/bin/list-ephemeral", "..")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, text)
	}
	script := `set -euo pipefail
installManPage() { mkdir -p "$out/man" && cp "$@" "$out/man"; }
installShellCompletion() {
	[ "$1 $2" = "--cmd list-ephemeral" ] && shift 2
	while [ $# -gt 0 ]; do cat "$2" >"$out/${1#--}"; shift 2; done
}
` + made.PostInstall
	run := exec.Command("bash", "-c", script)
	run.Dir = t.TempDir()
	for _, name := range []string{"LICENSE", "THIRD_PARTY_LICENSES"} {
		text, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(run.Dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run.Env = []string{"out=" + out, "PATH=" + os.Getenv("PATH"), "HOME=/homeless-shelter"}
	if text, err := run.CombinedOutput(); err != nil {
		t.Fatalf("run postInstall: %v\n%s", err, text)
	}
	for file, want := range map[string]string{
		"bash":                       "__start_list-ephemeral",
		"zsh":                        "#compdef list-ephemeral",
		"fish":                       "complete -c list-ephemeral",
		"man/list-ephemeral.1":       ".TH",
		"man/list-ephemeral-trace.1": ".TH",

		"share/doc/list-ephemeral/LICENSE":              "MIT License",
		"share/doc/list-ephemeral/THIRD_PARTY_LICENSES": "third-party software",
	} {
		text, err := os.ReadFile(filepath.Join(out, file))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has no %q: %v", file, want, err)
		}
	}
}

// TestPackageKeepsItsSources applies the source filter to every file of the project, and to files
// that a checkout may contain.
func TestPackageKeepsItsSources(t *testing.T) {
	type file struct {
		Path string `json:"path"`
		Type string `json:"type"`
	}
	var files []file
	needed := map[string]bool{"LICENSE": true, "THIRD_PARTY_LICENSES": true}
	err := filepath.WalkDir("..", func(name string, entry os.DirEntry, err error) error {
		if err != nil || name == ".." {
			return err
		}
		name = strings.TrimPrefix(name, "../")
		if entry.IsDir() {
			files = append(files, file{name, "directory"})
			if name == ".git" {
				return filepath.SkipDir
			}
			return nil
		}
		files = append(files, file{name, "regular"})
		// Files that Go reads, files that go:embed includes, and those that checkPhase reads.
		if strings.HasSuffix(name, ".go") || name == "go.mod" || name == "go.sum" || strings.HasPrefix(name, "internal/known/") {
			needed[name] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	dropped := []string{
		"flake.nix", "flake.lock", "nix/vendor-hash", "nix/package.nix", "nix/testdata/lib.nix",
		"vendor/modules.txt", "dist/x", "docs/nix.md", "scripts/test.sh", ".ci/run", "list-ephemeral",
	}
	for _, name := range dropped {
		files = append(files, file{name, "regular"})
	}
	list, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	var kept []file
	mustEval(t, fmt.Sprintf("kept (builtins.fromJSON %s)", quoted(string(list))), &kept)
	for _, f := range kept {
		delete(needed, f.Path)
		if f.Path == ".git" || f.Type == "regular" && slices.Contains(dropped, f.Path) {
			t.Errorf("%s is kept", f.Path)
		}
	}
	for name := range needed {
		t.Errorf("%s is missing", name)
	}
	// A file is kept only if the directories above it are.
	there := map[string]bool{".": true}
	for _, f := range kept {
		there[f.Path] = f.Type == "directory"
	}
	for _, f := range kept {
		if !there[filepath.Dir(f.Path)] {
			t.Errorf("%s is kept, but its directory is not", f.Path)
		}
	}
}

// quoted returns a text without control characters as a Nix string.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`).Replace(text) + `"`
}

func TestFlakeOutputs(t *testing.T) {
	var got map[string]any
	mustEval(t, "flake", &got)
	const name = "list-ephemeral-0-unstable-2026-08-01"
	want := map[string]any{
		"inputs": []any{"nixpkgs"},
		"outputs": []any{
			"checks", "devShells", "formatter", "homeManagerModules", "homeModules", "nixosModules", "overlays", "packages",
		},
		"systems":   []any{"aarch64-linux", "x86_64-linux"},
		"package":   name,
		"sameName":  name,
		"overlay":   name,
		"checks":    map[string]any{"package": name, "modules": "list-ephemeral-modules"},
		"shell":     []any{"aarch64-linux", "x86_64-linux"},
		"formatter": "nixfmt-tree",
		"home":      []any{name},
		"system":    []any{name},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestFlakeCheckDetectsWrongResults makes the check of the flake fail.
func TestFlakeCheckDetectsWrongResults(t *testing.T) {
	dir := mutated(t, "persisted.nix", "sets = os.environment.persistence or { };", "sets = { };")
	if err := os.CopyFS(filepath.Join(dir, "testdata", "want"), os.DirFS("testdata/want")); err != nil {
		t.Fatal(err)
	}
	var got any
	err := eval(t, dir, "flake", &got)
	if err == nil || !strings.Contains(err.Error(), "not as expected: alone-os-config-argument inside-") {
		t.Errorf("got %v, %v, want an error that lists the wrong cases", got, err)
	}
}
