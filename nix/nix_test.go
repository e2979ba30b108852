// Package nix_test evaluates the files of this directory with the real Nix and a stand-in for
// nixpkgs (testdata/lib.nix). It needs neither a network nor a store.
package nix_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/nixtest"
)

var update = flag.Bool("update", false, "write the results of the cases to testdata/want")

// eval evaluates dir/testdata/run.nix, applies the rest of the expression (an attribute, perhaps
// with arguments), and decodes the result.
func eval(t *testing.T, dir, expression string, to any) error {
	t.Helper()
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	out, err := nixtest.Instantiate(t, "--eval", "--strict", "--json", "--expr", "(import "+dir+"/testdata/run.nix)."+expression)
	if err != nil {
		return err
	}
	return json.Unmarshal(out, to)
}

// mustEval is like eval for this directory, but fails the test on an error.
func mustEval(t *testing.T, expression string, to any) {
	t.Helper()
	if err := eval(t, ".", expression, to); err != nil {
		t.Fatal(err)
	}
}

// A machine is the result of the modules for one machine: for "home", and for "system" if the case
// has one.
type machine map[string]struct {
	Config    map[string]any `json:"config"`
	Installed []string       `json:"installed"`
}

// wanted reads the expected result of each case.
func wanted(t *testing.T) map[string]machine {
	t.Helper()
	files, err := filepath.Glob("testdata/want/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/want: %v", err)
	}
	all := make(map[string]machine)
	for _, file := range files {
		var m machine
		text, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(text, &m)
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = m
	}
	return all
}

// TestModulesWriteWhatIsPersisted compares the whole file of each configuration with testdata/want.
func TestModulesWriteWhatIsPersisted(t *testing.T) {
	var got map[string]machine
	mustEval(t, "cases", &got)
	if *update {
		write(t, got)
	}
	want := wanted(t)
	for _, name := range slices.Sorted(maps.Keys(got)) {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want[name], got[name]); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("testdata/want has results without a case: %v", slices.Sorted(maps.Keys(want)))
	}
}

func write(t *testing.T, all map[string]machine) {
	t.Helper()
	for name, m := range all {
		text, err := json.MarshalIndent(m, "", "  ")
		if err == nil {
			err = os.WriteFile("testdata/want/"+name+".json", append(text, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestProgramAcceptsEveryConfig loads each file as the program does, and expects neither an error
// nor a warning.
func TestProgramAcceptsEveryConfig(t *testing.T) {
	loaded := 0
	for name, m := range wanted(t) {
		for place, one := range m {
			if one.Config == nil {
				continue
			}
			t.Run(name+"/"+place, func(t *testing.T) {
				c := load(t, "/home/alice", one.Config)
				if place == "home" && c.Home != one.Config["homeDir"] {
					t.Errorf("got home %s, want %s", c.Home, one.Config["homeDir"])
				}
				if _, listed := one.Config["excludes"]; c.HidesKnown() == listed {
					t.Errorf("the file has excludes: %t, and knowledge hides paths: %t", listed, c.HidesKnown())
				}
				if want := len(one.Config["persistedDirs"].([]any)); len(c.PersistedDirs) != want {
					t.Errorf("got %d persisted directories, want %d", len(c.PersistedDirs), want)
				}
			})
			loaded++
		}
	}
	if loaded < 20 {
		t.Errorf("loaded only %d files", loaded)
	}
}

// load loads a configuration as the program does, for a user with the given $HOME.
func load(t *testing.T, home string, content map[string]any) *config.Config {
	t.Helper()
	text, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	env := config.Env{
		Getenv: func(name string) string { return map[string]string{"HOME": home}[name] },
		EUID:   func() int { return 1000 },
		Etc:    "/nonexistent",
	}
	c, err := config.Load(env, file)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range c.Warnings {
		t.Errorf("warning: %v", w)
	}
	return c
}

// TestOriginalFileIsReproduced compares our file with the one that the module of the original
// program wrote for the same configuration.
func TestOriginalFileIsReproduced(t *testing.T) {
	sample := originalFile(t)
	got := wanted(t)["original"]["home"].Config
	// Our list excludes less than the original did, and no data.
	sample["excludes"] = toAny(originalExcludes(t))
	// The original missed what the host module persists by itself, kept trailing slashes, which
	// are meaningless, and listed a script as a program.
	missed := map[string][]any{
		"persistedDirs":  {"/var/lib/systemd", "/var/lib/nixos", "/var/log", "/etc/NetworkManager/system-connections"},
		"persistedFiles": {"/etc/machine-id", "/etc/nix/id_rsa"},
	}
	sample["programs"] = slices.DeleteFunc(sample["programs"].([]any), func(name any) bool { return name == "hm-session-vars.sh" })
	for key, want := range sample {
		if more := missed[key]; more != nil {
			paths := want.([]any)
			for i := range paths {
				paths[i] = strings.TrimSuffix(paths[i].(string), "/")
			}
			want = append(paths, more...)
		}
		if diff := cmp.Diff(want, got[key]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", key, diff)
		}
	}
	if len(sample) != 7 {
		t.Errorf("got %d keys in the file, want 7", len(sample))
	}
}

func toAny(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}

func TestOptionsRejectInvalidValues(t *testing.T) {
	tests := []struct{ name, module, want string }{
		{"bool: string", `enable = "yes"`, "enable is not of type bool"},
		{"package: string", `package = "list-ephemeral"`, "package is not of type null or package"},
		{"list: string", `extraExcludes = "tmp"`, "extraExcludes is not of type list of str"},
		{"pattern: number", `baseExcludes = [ 1 ]`, "baseExcludes.* is not of type str"},
		{"include: set", `extraIncludes = [ { } ]`, "extraIncludes.* is not of type str"},
		{"extraPersisted: list", `extraPersisted = [ "/srv" ]`, "list while a set was expected"},
		{"unknown dialect", `dialect = "nix"`, "dialect is not of type one of"},
		{"relative root", `roots = [ "srv" ]`, "roots.* is not of type path"},
		{"root: no list", `roots = "/srv"`, "roots is not of type null or list of path"},
		{"relative storage path", `storagePath = "persist"`, "storagePath is not of type null or path"},
		{"settings: string", `settings = "{}"`, "settings is not of type set of anything"},
		{"unknown option", `excludes = [ ]`, "excludes does not exist"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got any
			err := eval(t, ".", "home { programs.list-ephemeral."+tt.module+"; }", &got)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v, want error %s", got, err, tt.want)
			}
		})
	}
}
