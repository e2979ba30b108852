package nix_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
)

// TestCasesDetectMutations checks that the cases cover the modules: for every mutation, some case
// fails or gives a different result.
func TestCasesDetectMutations(t *testing.T) {
	want := wanted(t)
	tests := []struct{ name, file, old, new string }{
		{"preservation: parent directories", "persisted.nix", `(entry.how or null) != "_intermediate"`, "true"},
		{"preservation: disabled", "persisted.nix", "preserves = preservation.enable or false;", "preserves = preservation != { };"},
		{"preservation: home prepended twice", "persisted.nix", `homeOf = _: "/";`, `homeOf = user: accounts.${user}.home;`},
		{"storage: users", "persisted.nix", "(set.users or { })", "{ }"},
		{"storage: disabled", "persisted.nix", "set.enable or true then\n          join", "true then\n          join"},
		{"wrapper: disabled", "persisted.nix", "set.enable or true then\n      join", "true then\n      join"},
		{"files instead of directories", "persisted.nix", "dirs = map dir directories;", "dirs = map file files;"},
		{"resolved directories", "persisted.nix", "entry.dirPath or (below base (unstowed entry.directory))", "entry.directory"},
		{"resolved files", "persisted.nix", "entry.filePath or (below base (unstowed entry.file))", "entry.file"},
		{"impermanence version 1: strings", "persisted.nix", "if isAttrs entry then\n          clean (entry.dirPath", "if true then\n          clean (entry.dirPath"},
		{"impermanence version 1: prefixes", "persisted.nix", "set.removePrefixDirectory or false", "false"},
		{"impermanence version 1: path of one component", "persisted.nix", "&& length parts > 1", ""},
		{"home.persistence", "persisted.nix", "sets = config.home.persistence or { };", "sets = { };"},
		{"environment.persistence", "persisted.nix", "sets = os.environment.persistence or { };", "sets = { };"},
		{"user.persistence", "persisted.nix", "    (homeWrapper config)\n", ""},
		{"host.persistence", "persisted.nix", `(wrapper "/" hostWrapper)`, ""},
		{"homes of other users", "persisted.nix", "attrValues (os.home-manager.users or { })", "[ ]"},
		{"own home", "persisted.nix", "lib.optional (hm != null) hm ++", ""},
		{"duplicate directories", "config-file.nix", "lib.unique (persisted.dirs", "(persisted.dirs"},
		{"duplicate files", "config-file.nix", "lib.unique (persisted.files", "(persisted.files"},
		{"duplicate storage paths", "config-file.nix", "storagePaths = lib.unique (", "storagePaths = ("},
		{"duplicate packages", "config-file.nix", "lib.unique (map", "(map"},
		{"unclean paths", "persisted.nix", `part != "" && part != "."`, "true"},
		{"path literals", "persisted.nix", "text = toString path;", `text = "${path}";`},
		{"storage: persistentStoragePath of a set", "persisted.nix", "set.persistentStoragePath or name", "name"},
		{"storage: persistentStoragePath of an entry", "persisted.nix", `lib.catAttrs "persistentStoragePath"`, `lib.catAttrs "none"`},
		{"storage: root of a wrapper", "persisted.nix", "if set ? root then", "if false then"},
		{"storage: system before homes", "persisted.nix", "(join (system ++ homes)).storage", "(join (homes ++ system)).storage"},
		{"storage: dialect impermanence-hm", "persisted.nix", "if hm == null then nothing else homeStores hm", "nothing"},
		{"storage: dialect preservation", "persisted.nix", "preservation = preserved;", "preservation = nothing;"},
		{"storage: ranked by entries", "persisted.nix", "(-length (filter (use: use == path) uses))", "0"},
		{"storage: ranked by components", "persisted.nix", `(length (lib.splitString "/" path))`, "0"},
		{"storage: tie", "persisted.nix", "if named != [ ] && clear then", "if named != [ ] then"},
		{"storage: entries of users", "persisted.nix", "lists storage (homeOf user)", "lists \"\" (homeOf user)"},
		{"packages that are not programs", "config-file.nix", "lib.filter isProgram", ""},
		{"all accounts", "persisted.nix", "account.isNormalUser or false", "true"},
		{"homes outside /home", "persisted.nix", "homeOf = user: accounts.${user}.home or", "homeOf = user:"},
		{"dialect: wrapper in use", "persisted.nix", "if wrapped then", "if false then"},
		{"dialect: preservation in use", "persisted.nix", "else if preserves then", "else if false then"},
		{"dialect: home.persistence in use", "persisted.nix", "(hm.home.persistence or { }) != { }", "false"},
		{"dialect: impermanence imported", "persisted.nix", "os ? environment.persistence", "false"},
		{"dialect: preservation imported but disabled", "persisted.nix", "os ? preservation", "false"},
		{"osConfig: default", "home-manager.nix", "args.osConfig or (config._module.args.osConfig or null)", "args.osConfig"},
		{"osConfig: passed by _module.args", "home-manager.nix", "(config._module.args.osConfig or null)", "null"},
		{"enable: default with a wrapper", "home-manager.nix", "enable = persisted.wrapped;", "enable = false;"},
		{"enable: default without a wrapper", "home-manager.nix", "enable = persisted.wrapped;", "enable = true;"},
		{"package: null in a home", "home-manager.nix", "lib.optional (cfg.package != null) cfg.package", "[ cfg.package ]"},
		{"package: null in the system", "nixos.nix", "lib.optional (cfg.package != null) cfg.package", "[ cfg.package ]"},
		{"enable: default of the system", "nixos.nix", "enable = false;", "enable = true;"},
		{"home of the system", "nixos.nix", "home = null;", `home = "/root";`},
		{"baseExcludes of the system", "nixos.nix", "baseExcludes = null;", "baseExcludes = [ ];"},
		{"user of a home", "home-manager.nix", "user = config.home.username;", "user = null;"},
		{"baseExcludes of a home", "home-manager.nix", "then import ./excludes.nix { inherit lib; } home else", "then [ ] else"},
		{"baseExcludes of a home without a wrapper", "home-manager.nix", "if persisted.wrapperDeclared then", "if true then"},
		{"baseExcludes of a home with a wrapper", "home-manager.nix", "if persisted.wrapperDeclared then", "if false then"},
		{"baseExcludes of a home with a disabled wrapper", "home-manager.nix", "persisted.wrapperDeclared", "persisted.wrapped"},
		{"baseExcludes: wrapper of the home", "persisted.nix", "hm ? user.persistence || ", ""},
		{"baseExcludes: wrapper of the host", "persisted.nix", " || os ? host.persistence;", ";"},
		{"baseExcludes of the system with a wrapper", "nixos.nix", "baseExcludes = null;", "baseExcludes = if persisted.wrapped then [ ] else null;"},
		{"roots", "config-file.nix", "stated = cfg.roots;", "stated = null;"},
		{"roots: null", "roots.nix", "if stated == null then null else", "if stated == null then [ ] else"},
		{"roots: path literals", "roots.nix", "map toString stated", "stated"},
		{"roots: file systems in memory", "config-file.nix", "inherit os;", "os = null;"},
		{"roots: on a disk", "roots.nix", `inMemory (fs.fsType or "auto") && `, ""},
		{"roots: ramfs", "roots.nix", `"ramfs"`, `"none"`},
		{"roots: disabled", "roots.nix", "fs.enable or true", "true"},
		{"roots: not mounted at boot", "roots.nix", `"x-systemd.automount"`, `"none"`},
		{"roots: of the running system", "roots.nix", "lib.filter isData points", "points"},
		{"roots: a directory whose name begins alike", "roots.nix", "lib.hasPrefix \"${dir}/\" path", "lib.hasPrefix dir path"},
		{"roots: the mount point", "roots.nix", "fs.mountPoint or name", "name"},
		{"roots: an overlay at /etc", "roots.nix", "overlay.enable or false", "false"},
		{"roots: a read-only overlay", "roots.nix", "&& overlay.mutable or true ", ""},
		{"roots: an overlay on a kept root", "roots.nix", `&& builtins.elem "/" known`, ""},
		{"roots: of a home", "home-manager.nix", "os = osConfig;\n      packages", "os = null;\n      packages"},
		{"roots: twice", "roots.nix", "lib.unique (known ++ etc)", "(known ++ etc)"},
		{"names of packages", "config-file.nix", "map lib.getName packages", "map (package: package.name) packages"},
		{"settings", "config-file.nix", "lib.recursiveUpdate generated cfg.settings", "generated"},
		{"settings: nested", "config-file.nix", "lib.recursiveUpdate generated cfg.settings", "(generated // cfg.settings)"},
		{"settings: null", "config-file.nix", "value != null", "true"},
		{"relative paths", "config-file.nix", `"${if home == null then "~" else home}/${path}"`, "path"},
		{"paths that begin with ~/", "config-file.nix", `|| lib.hasPrefix "~/" path`, ""},
		{"snippet.file: of impermanence", "defined-in.nix", "impermanence = options.environment.persistence", "impermanence = options.home.persistence"},
		{"snippet.file: of preservation", "defined-in.nix", "if builtins.length own == 1 then", "if own != [ ] then"},
		{"snippet.file: in the store", "defined-in.nix", "(file: !inStore file)", "(_: true)"},
		{"snippet.file: without a file", "defined-in.nix", `(lib.hasPrefix "/")`, "(_: true)"},
		{"snippet.file: one file twice", "defined-in.nix", "all = lib.unique (", "all = ("},
		{"snippet.sources: beside a file", "defined-in.nix", "own == [ ] && ", ""},
		{"snippet.sources: none", "defined-in.nix", "&& sources != [ ] ", ""},
		{"snippet.sources: of the store itself", "defined-in.nix", "then [ ] else matched", "then [ name ] else matched"},
		{"snippet.sources: one file twice", "defined-in.nix", "sources = lib.unique (", "sources = ("},
		{"snippet.file: a set of options", "defined-in.nix", "lib.concatMap files (builtins.attrValues tree)", "[ ]"},
		{"snippet.file: of a home", "defined-in.nix", "home = options.user.persistence or { };", ""},
		{"storagePath: used", "config-file.nix", "if cfg.storagePath != null then toString cfg.storagePath else", ""},
		{"storagePath: in storagePaths", "config-file.nix", "lib.optional (storagePath != null) storagePath ++", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := mutated(t, tt.file, tt.old, tt.new)
			var got map[string]machine
			if err := eval(t, dir, "cases", &got); err == nil && cmp.Equal(want, got) {
				t.Errorf("no case detects the replacement of %q by %q", tt.old, tt.new)
			}
		})
	}
	t.Run("no mutation", func(t *testing.T) {
		var got map[string]machine
		if err := eval(t, mutated(t, "persisted.nix", "\n", "\n"), "cases", &got); err != nil || !cmp.Equal(want, got) {
			t.Errorf("an unmodified copy gives different results: %v", err)
		}
	})
}

// mutated copies the files that the cases need, changes one of them, and returns the copy of this
// directory.
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
	// A syntax error would make all cases fail and prove nothing.
	if _, err := nixtest.Instantiate(t, "--parse", filepath.Join(dir, file)); err != nil {
		t.Fatal(err)
	}
	return dir
}
