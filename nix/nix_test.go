// Package nix_test evaluates the files of this directory with Nix itself, and
// with a stand-in for nixpkgs (testdata/lib.nix): it needs neither a network nor
// a store.
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

var update = flag.Bool("update", false, "write what the cases give to testdata/want")

// eval evaluates an expression on a tree's testdata/run.nix, which is what it
// begins with, and decodes it.
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

// mustEval is eval for what has to succeed.
func mustEval(t *testing.T, expression string, to any) {
	t.Helper()
	if err := eval(t, ".", expression, to); err != nil {
		t.Fatal(err)
	}
}

// A machine is what the modules make of one: of a home, and of a system if there
// is one.
type machine map[string]struct {
	Config    map[string]any `json:"config"`
	Installed []string       `json:"installed"`
}

// wanted reads the expected result of each case.
func wanted(t *testing.T) map[string]machine {
	t.Helper()
	files, err := filepath.Glob("testdata/want/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no results are expected: %v", err)
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

// TestModulesWriteWhatIsPersisted holds the whole file of each configuration
// against testdata/want.
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
		t.Errorf("results of no case: %v", slices.Sorted(maps.Keys(want)))
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

// TestTheProgramAcceptsEveryFile loads each file as the program does: there is
// neither an error nor a warning.
func TestTheProgramAcceptsEveryFile(t *testing.T) {
	loaded := 0
	for name, m := range wanted(t) {
		for place, one := range m {
			if one.Config == nil {
				continue
			}
			t.Run(name+"/"+place, func(t *testing.T) {
				c := load(t, "/home/alice", one.Config)
				if place == "home" && c.Home != one.Config["homeDir"] {
					t.Errorf("home %s, want %s", c.Home, one.Config["homeDir"])
				}
				if want := len(one.Config["persistedDirs"].([]any)); len(c.PersistedDirs) != want {
					t.Errorf("%d persisted directories, want %d", len(c.PersistedDirs), want)
				}
			})
			loaded++
		}
	}
	if loaded < 20 {
		t.Errorf("only %d files were loaded", loaded)
	}
}

// load has the program read a configuration, for a user whose $HOME is given.
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

// TestTheCustomersFileStaysAsItIs holds ours against the file that the
// customer's own module wrote for the same configuration.
func TestTheCustomersFileStaysAsItIs(t *testing.T) {
	text, err := os.ReadFile("../config/testdata/config.sample.json")
	if err != nil {
		t.Fatal(err)
	}
	var sample map[string]any
	if err := json.Unmarshal(text, &sample); err != nil {
		t.Fatal(err)
	}
	got := wanted(t)["customer"]["home"].Config
	// The built-in list hides less than his did, and no data.
	sample["excludes"] = toAny(load(t, "/home/racci", map[string]any{}).Excludes.Texts())
	// It did not see what his module for hosts persists by itself, and kept the
	// slashes at the ends of paths, which mean nothing.
	missed := map[string][]any{
		"persistedDirs":  {"/var/lib/systemd", "/var/lib/nixos", "/var/log", "/etc/NetworkManager/system-connections"},
		"persistedFiles": {"/etc/machine-id", "/etc/nix/id_rsa"},
	}
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
		t.Errorf("the file has %d keys, want 7", len(sample))
	}
}

func toAny(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}

// TestExcludesAreThoseOfTheProgram holds excludes.nix against the built-in list.
func TestExcludesAreThoseOfTheProgram(t *testing.T) {
	for _, home := range []string{"/home/alice", "/", `/srv/a[b]*c?{d}\e`, "/home/a b é"} {
		literal, err := json.Marshal(home)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		mustEval(t, "excludes "+string(literal), &got)
		if diff := cmp.Diff(load(t, home, map[string]any{}).Excludes.Texts(), got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", home, diff)
		}
	}
}

func TestOptionsRefuseWhatIsWrong(t *testing.T) {
	tests := []struct{ name, module, want string }{
		{"a switch that is a word", `enable = "yes"`, "enable is not of type bool"},
		{"a package that is a name", `package = "list-ephemeral"`, "package is not of type null or package"},
		{"a list that is a word", `extraExcludes = "tmp"`, "extraExcludes is not of type list of str"},
		{"a pattern that is a number", `baseExcludes = [ 1 ]`, "baseExcludes.* is not of type str"},
		{"an include that is a set", `extraIncludes = [ { } ]`, "extraIncludes.* is not of type str"},
		{"a list without a kind", `extraPersisted = [ "/srv" ]`, "list while a set was expected"},
		{"a dialect that is none", `dialect = "nix"`, "dialect is not of type one of"},
		{"a relative storage", `storagePath = "persist"`, "storagePath is not of type null or path"},
		{"settings that are text", `settings = "{}"`, "settings is not of type set of anything"},
		{"an option that is none", `excludes = [ ]`, "excludes does not exist"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got any
			err := eval(t, ".", "home { programs.list-ephemeral."+tt.module+"; }", &got)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("gave %v, %v, want error %s", got, err, tt.want)
			}
		})
	}
}
