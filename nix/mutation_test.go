package nix_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
)

// TestCasesNoticeMutations proves that the cases hold the modules: whatever is
// taken out of them, some case gives another result or fails.
func TestCasesNoticeMutations(t *testing.T) {
	want := wanted(t)
	tests := []struct{ name, file, old, new string }{
		{"parents of preservation", "persisted.nix", `(entry.how or null) != "_intermediate"`, "true"},
		{"preservation that is off", "persisted.nix", "preserves = preservation.enable or false;", "preserves = preservation != { };"},
		{"homes of preservation twice", "persisted.nix", `homeOf = _: "/";`, `homeOf = user: accounts.${user}.home;`},
		{"users of a storage", "persisted.nix", "(set.users or { })", "{ }"},
		{"storage that is off", "persisted.nix", "set.enable or true then\n          join", "true then\n          join"},
		{"a wrapper that is off", "persisted.nix", "set.enable or true then\n      join", "true then\n      join"},
		{"files for directories", "persisted.nix", "dirs = map dir directories;", "dirs = map file files;"},
		{"resolved directories", "persisted.nix", "entry.dirPath or (below base (unstowed entry.directory))", "entry.directory"},
		{"resolved files", "persisted.nix", "entry.filePath or (below base (unstowed entry.file))", "entry.file"},
		{"first version, strings", "persisted.nix", "if isAttrs entry then\n          clean (entry.dirPath", "if true then\n          clean (entry.dirPath"},
		{"first version, prefixes", "persisted.nix", "set.removePrefixDirectory or false", "false"},
		{"a prefix that is all", "persisted.nix", "&& length parts > 1", ""},
		{"home.persistence", "persisted.nix", "sets = config.home.persistence or { };", "sets = { };"},
		{"environment.persistence", "persisted.nix", "sets = os.environment.persistence or { };", "sets = { };"},
		{"user.persistence", "persisted.nix", "    (homeWrapper config)\n", ""},
		{"host.persistence", "persisted.nix", `(wrapper "/" hostWrapper)`, ""},
		{"the other homes", "persisted.nix", "attrValues (os.home-manager.users or { })", "[ ]"},
		{"one's own home", "persisted.nix", "lib.optional (hm != null) hm ++", ""},
		{"the same directory twice", "config-file.nix", "lib.unique (persisted.dirs", "(persisted.dirs"},
		{"the same file twice", "config-file.nix", "lib.unique (persisted.files", "(persisted.files"},
		{"the same storage twice", "config-file.nix", "storagePaths = lib.unique (", "storagePaths = ("},
		{"the same package twice", "config-file.nix", "lib.unique (map", "(map"},
		{"unclean paths", "persisted.nix", `part != "" && part != "."`, "true"},
		{"path literals", "persisted.nix", "text = toString path;", `text = "${path}";`},
		{"storage of its own", "persisted.nix", "set.persistentStoragePath or name", "name"},
		{"storage of an entry", "persisted.nix", `lib.catAttrs "persistentStoragePath"`, `lib.catAttrs "none"`},
		{"storage of a wrapper", "persisted.nix", "if set ? root then", "if false then"},
		{"storage of the system first", "persisted.nix", "(join (system ++ homes)).storage", "(join (homes ++ system)).storage"},
		{"storage of a home's dialect", "persisted.nix", "if hm == null then nothing else homeStores hm", "nothing"},
		{"storage of preservation", "persisted.nix", "preservation = preserved;", "preservation = nothing;"},
		{"storage by its entries", "persisted.nix", "(-length (filter (use: use == path) uses))", "0"},
		{"storage by its components", "persisted.nix", `(length (lib.splitString "/" path))`, "0"},
		{"storage that is not clear", "persisted.nix", "if named != [ ] && clear then", "if named != [ ] then"},
		{"storage of users' entries", "persisted.nix", "lists storage (homeOf user)", "lists \"\" (homeOf user)"},
		{"programs that are none", "config-file.nix", "lib.filter isProgram", ""},
		{"all accounts", "persisted.nix", "account.isNormalUser or false", "true"},
		{"homes elsewhere", "persisted.nix", "homeOf = user: accounts.${user}.home or", "homeOf = user:"},
		{"dialect by wrapper", "persisted.nix", "if wrapped then", "if false then"},
		{"dialect by preservation", "persisted.nix", "else if preserves then", "else if false then"},
		{"dialect by use in a home", "persisted.nix", "(hm.home.persistence or { }) != { }", "false"},
		{"dialect by impermanence", "persisted.nix", "os ? environment.persistence", "false"},
		{"dialect by preservation that is off", "persisted.nix", "os ? preservation", "false"},
		{"a default for osConfig", "home-manager.nix", "args.osConfig or (config._module.args.osConfig or null)", "args.osConfig"},
		{"osConfig as an argument", "home-manager.nix", "(config._module.args.osConfig or null)", "null"},
		{"enabled by the customer's options", "home-manager.nix", "enable = persisted.wrapped;", "enable = false;"},
		{"enabled everywhere", "home-manager.nix", "enable = persisted.wrapped;", "enable = true;"},
		{"a package that is null", "home-manager.nix", "lib.optional (cfg.package != null) cfg.package", "[ cfg.package ]"},
		{"a package of the system that is null", "nixos.nix", "lib.optional (cfg.package != null) cfg.package", "[ cfg.package ]"},
		{"a system that is not asked", "nixos.nix", "enable = false;", "enable = true;"},
		{"a system with one home", "nixos.nix", "home = null;", `home = "/root";`},
		{"patterns of the system", "nixos.nix", "baseExcludes = null;", "baseExcludes = [ ];"},
		{"the user of a home", "home-manager.nix", "user = config.home.username;", "user = null;"},
		{"patterns of a home", "home-manager.nix", "baseExcludes = import ./excludes.nix { inherit lib; } home;", "baseExcludes = null;"},
		{"names of packages", "config-file.nix", "map lib.getName packages", "map (package: package.name) packages"},
		{"settings", "config-file.nix", "lib.recursiveUpdate generated cfg.settings", "generated"},
		{"settings of a part", "config-file.nix", "lib.recursiveUpdate generated cfg.settings", "(generated // cfg.settings)"},
		{"null in settings", "config-file.nix", "value != null", "true"},
		{"relative paths", "config-file.nix", `"${if home == null then "~" else home}/${path}"`, "path"},
		{"paths from the home", "config-file.nix", `|| lib.hasPrefix "~/" path`, ""},
		{"storage by option", "config-file.nix", "if cfg.storagePath != null then toString cfg.storagePath else", ""},
		{"storage by option is storage", "config-file.nix", "lib.optional (storagePath != null) storagePath ++", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := mutated(t, tt.file, tt.old, tt.new)
			var got map[string]machine
			if err := eval(t, dir, "cases", &got); err == nil && cmp.Equal(want, got) {
				t.Errorf("no case notices %q for %q", tt.new, tt.old)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		var got map[string]machine
		if err := eval(t, mutated(t, "persisted.nix", "\n", "\n"), "cases", &got); err != nil || !cmp.Equal(want, got) {
			t.Errorf("a copy gives other results than the original: %v", err)
		}
	})
}

// mutated copies what the cases need, changes one file, and returns the copy of
// this directory.
func mutated(t *testing.T, file, old, replacement string) string {
	t.Helper()
	root := t.TempDir()
	files := []string{"../flake.nix", "vendor-hash", "../config/testdata/config.sample.json"}
	for _, pattern := range []string{"*.nix", "testdata/*.nix"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		content := string(text)
		if name == file {
			if !strings.Contains(content, old) {
				t.Fatalf("%s has no %q", file, old)
			}
			content = strings.Replace(content, old, replacement, 1)
		}
		to := filepath.Join(root, "nix", name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(root, "nix")
	// What is no Nix at all would fail, and prove nothing.
	if _, err := nixtest.Instantiate(t, "--parse", filepath.Join(dir, file)); err != nil {
		t.Fatal(err)
	}
	return dir
}
