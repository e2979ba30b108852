package nixedit_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
	"github.com/DaRacci/list-ephemeral/nixedit"
)

// attrs returns an attribute path of fixed names. "@NAME" is a storage path, "%NAME" a user.
func attrs(names ...string) (path []nixedit.Attr) {
	for _, name := range names {
		attr := nixedit.Attr{Name: name, Role: nixedit.RoleFixed}
		if store, ok := strings.CutPrefix(name, "@"); ok {
			attr = nixedit.Attr{Name: store, Role: nixedit.RoleStore, Alias: "persistentStoragePath"}
		}
		if user, ok := strings.CutPrefix(name, "%"); ok {
			attr = nixedit.Attr{Name: user, Role: nixedit.RoleUser}
		}
		path = append(path, attr)
	}
	return path
}

// lists returns the two lists of a block.
func lists(base string, block int, names ...string) []nixedit.List {
	return []nixedit.List{
		{Path: append(attrs(names...), attrs("directories")...), Base: base, Block: block, Key: "directory", Directories: true},
		{Path: append(attrs(names...), attrs("files")...), Base: base, Block: block, Key: "file"},
	}
}

const home = "/home/alice"

// The lists of the dialects: directories and files of the host, then those of the home.
var (
	impermanence = append(lists("", 3, "environment", "persistence", "@/keep"), lists(home, 3, "environment", "persistence", "@/keep", "users", "%alice")...)
	preservation = append(lists("", 3, "preservation", "preserveAt", "@/keep"), lists(home, 3, "preservation", "preserveAt", "@/keep", "users", "%alice")...)
	homeManager  = lists(home, 0, "home", "persistence", "@/keep")
	plain        = append(lists("", 0, "host", "persistence"), lists(home, 0, "user", "persistence")...)
	custom       = lists("", 0, "my", "persistence")
)

// The lists of a dialect by their index.
const (
	hostDirs = iota
	hostFiles
	homeDirs
	homeFiles
)

// entry returns an entry for a name that needs no escapes. The name is relative to the base.
func entry(all []nixedit.List, list int, name string) nixedit.Entry {
	path := name
	if base := all[list].Base; base != "" {
		path = base + "/" + name
	}
	return nixedit.Entry{List: list, Item: `"` + name + `"`, Path: path}
}

// shape is a file as people write it.
type shape struct {
	name string
	text string
	of   []nixedit.List
	list int
	add  string // a name
	at   nixedit.At
	// want is the reason of the refusal, or the zero value.
	want nixedit.Reason
	// get is the list in Nix; v is the value of the file, called with arguments if it is a function.
	// It is "" for a list that was missing.
	get, getNew string
	// contains are lines of the result.
	contains []string
}

var shapes = []shape{
	{
		name: "1 nested sets", of: impermanence, list: hostDirs, add: "/var/lib/new", get: `v.environment.persistence."/keep".directories`,
		text:     "{\n  environment.persistence.\"/keep\" = {\n    hideMounts = true;\n    directories = [\n      \"/var/lib/zeta\"\n    ];\n  };\n}\n",
		contains: []string{"      \"/var/lib/zeta\"\n      \"/var/lib/new\"\n    ];"},
	},
	{
		name: "2 dotted to the list", of: impermanence, list: hostFiles, add: "/etc/new", get: `v.environment.persistence."/keep".files`,
		text:     "{\n  directories' = 1;\n  environment.persistence.\"/keep\".directories = [ \"/var/lib/zeta\" ];\n  environment.persistence.\"/keep\".files = [ \"/etc/zeta.id\" ];\n}\n",
		contains: []string{"files = [\n    \"/etc/zeta.id\"\n    \"/etc/new\"\n  ];\n}"},
	},
	{
		name: "2 dotted to the list, without the sibling", of: impermanence, list: hostFiles, add: "/etc/new", getNew: `v.environment.persistence."/keep".files`,
		text:     "{ environment.persistence.\"/keep\".directories = [ \"/var/lib/zeta\" ]; }\n",
		contains: []string{"[ \"/var/lib/zeta\" ];\n  environment.persistence.\"/keep\".files = [ \"/etc/new\" ];\n}"},
	},
	{
		name: "3 split after the first part", of: preservation, list: hostDirs, add: "/var/lib/new", get: `v.preservation.preserveAt."/keep".directories`,
		text:     "{\n  preservation = {\n    enable = true;\n    preserveAt.\"/keep\" = {\n      directories = [\n        \"/var/lib/zeta\" ];\n    };\n  };\n}\n",
		contains: []string{"        \"/var/lib/zeta\"\n        \"/var/lib/new\"\n      ];\n    };"},
	},
	{
		name: "4 with lib, and mkIf around config", of: impermanence, list: hostDirs, add: "/var/lib/new", get: `v.config.environment.persistence."/keep".directories`,
		text: "{ config, lib, ... }: with lib; {\n  options.my.keep = mkEnableOption \"k\";\n  config = mkIf config.my.keep { environment.persistence.\"/keep\".directories = [\n" +
			"    \"/var/lib/zeta\" ]; };\n}\n",
	},
	{
		name: "5 two branches of mkMerge", of: custom, list: hostDirs, add: "/c", want: nixedit.SeveralPlaces, text: mergedBranches,
	},
	{
		name: "5 two branches of mkMerge, one chosen by its line", of: custom, list: hostDirs, add: "/c", at: nixedit.At{Line: 4},
		get: `(builtins.elemAt v.config 1).my.persistence.directories`, text: mergedBranches,
	},
	{
		name: "6 a literal and a reference", of: impermanence, list: hostDirs, add: "/var/lib/new", get: `v.environment.persistence."/keep".directories`,
		text: "{ extra, ... }: {\n  environment.persistence.\"/keep\".directories = [\n    \"/var/lib/zeta\"\n  ] ++ extra;\n}\n",
	},
	{
		name: "7 only a conditional literal", of: homeManager, list: hostDirs, add: ".config/new", want: nixedit.Conditional, text: conditional,
	},
	{
		name: "7 only a conditional literal, chosen by its attribute", of: homeManager, list: hostDirs, add: ".config/new",
		at: nixedit.At{Attr: `home.persistence."/keep".directories`}, get: `v.home.persistence."/keep".directories`, text: conditional,
	},
	{
		name: "8 two references", of: plain, list: hostDirs, add: "/new", want: nixedit.Reference,
		text: "{ shared, machine, ... }: { host.persistence = { directories = shared ++ machine.directories; }; }\n",
	},
	{
		name: "9 inherit", of: impermanence, list: hostDirs, add: "/new", want: nixedit.Inherited,
		text: "{ cfg, ... }: { environment.persistence.\"/keep\" = { inherit (cfg) directories files; }; }\n",
	},
	{
		name: "10 a list in a let", of: impermanence, list: hostDirs, add: "/new", want: nixedit.InLet, text: inLet,
	},
	{
		name: "10 a list in a let, chosen by its name", of: impermanence, list: hostDirs, add: "/new", at: nixedit.At{Attr: "kept"},
		get: `v.environment.persistence."/keep".directories`, text: inLet,
	},
	{
		name: "10 a list in a let, chosen by its line", of: impermanence, list: hostDirs, add: "/new", at: nixedit.At{Line: 1},
		get: `v.environment.persistence."/keep".directories`, text: inLet,
	},
	{
		name: "10 a module in a let", of: impermanence, list: hostDirs, add: "/new", want: nixedit.InLet, text: moduleInLet,
	},
	{
		name: "10 a module in a let, chosen by its line", of: impermanence, list: hostDirs, add: "/new", at: nixedit.At{Line: 3},
		get: `(builtins.head v).environment.persistence."/keep".directories`, text: moduleInLet,
	},
	{
		name: "11 map over a literal", of: impermanence, list: hostDirs, add: "/new", want: nixedit.Computed,
		text: "{ environment.persistence.\"/keep\" = { directories = map (n: \"/var/lib/${n}\") [ \"z\" ]; }; }\n",
	},
	{
		name: "12 with in the value", of: impermanence, list: hostDirs, add: "/new", get: `v.environment.persistence."/keep".directories`,
		text: "{ pkgs, ... }: { environment.persistence.\"/keep\".directories = with pkgs; [ \"/var/lib/zeta\" ]; }\n",
	},
	{
		name: "13 computed storage path", of: impermanence, list: hostDirs, add: "/new", get: `v.environment.persistence."/keep".directories`,
		text:     "{ cfg, ... }: {\n  environment.persistence.${cfg.root} = {\n    directories = [ ];\n  };\n}\n",
		contains: []string{"    directories = [\n      \"/new\"\n    ];\n"},
	},
	{
		name: "14 a name as storage path", of: preservation, list: hostFiles, add: "/etc/new", get: `map (f: f.file or f) v.preservation.preserveAt.state.files`,
		text:     "{\n  preservation.preserveAt.state = {\n    persistentStoragePath = \"/keep\";\n    files = [ { file = \"/etc/machine-id\"; inInitrd = true; } ];\n  };\n}\n",
		contains: []string{"    files = [\n      { file = \"/etc/machine-id\"; inInitrd = true; }\n      \"/etc/new\"\n    ];"},
	},
	{
		name: "14 a name whose storage path is set elsewhere", of: preservation, list: hostDirs, add: "/new", get: `v.preservation.preserveAt.state.directories`,
		text: "{\n  preservation.preserveAt.state.directories = [ \"/a\" ];\n}\n",
	},
	{
		name: "14 a name whose storage path is set elsewhere, without the list", of: preservation, list: hostFiles, add: "/new", getNew: `v.preservation.preserveAt.state.files`,
		text: "{\n  preservation.preserveAt.state = {\n    directories = [ \"/a\" ];\n  };\n}\n",
	},
	{
		name: "14 a name, and the storage path", of: preservation, list: hostFiles, add: "/new", getNew: `v.preservation.preserveAt."/keep".files`,
		text: "{\n  preservation.preserveAt.state.directories = [ \"/a\" ];\n  preservation.preserveAt.\"/keep\".directories = [ \"/b\" ];\n}\n",
	},
	{
		name: "14 two names", of: preservation, list: hostDirs, add: "/new", want: nixedit.SeveralPlaces,
		text: "{\n  preservation.preserveAt.state.directories = [ \"/a\" ];\n  preservation.preserveAt.cache.directories = [ \"/b\" ];\n}\n",
	},
	{
		name: "another option beside storage paths", of: impermanence, list: hostFiles, add: "/new", getNew: `v.environment.persistence."/keep".files`,
		text: "{\n  environment.persistence = {\n    enable = true;\n  };\n}\n",
	},
	{
		name: "mkMerge of a condition", of: impermanence, list: hostDirs, add: "/new", want: nixedit.Conditional, text: mergedCondition,
	},
	{
		name: "mkMerge of a condition, chosen by its line", of: impermanence, list: hostDirs, add: "/new", at: nixedit.At{Line: 3},
		get: `(builtins.elemAt v 0).environment.persistence."/keep".directories`, text: mergedCondition,
	},
	{
		name: "15 computed user", of: impermanence, list: homeDirs, add: ".new", get: `v.environment.persistence."/keep".users.bob.directories`,
		text: "{ me, ... }: {\n  environment.persistence.\"/keep\".users.${me}.directories = [ \".zeta\" ];\n}\n",
	},
	{
		name: "16 users as nested set, quoted name", of: append(lists("/home/z", 3, "preservation", "preserveAt", "@/keep", "users", "%z.eta"), preservation...),
		list: hostFiles, add: ".new", getNew: `v.preservation.preserveAt."/keep".users."z.eta".files`,
		text: "{\n  preservation.preserveAt.\"/keep\" = {\n    users = { \"z.eta\" = { directories = [ \".zeta\" ]; }; };\n  };\n}\n",
	},
	{
		name: "16 another user", of: preservation, list: homeFiles, add: ".new", getNew: `v.preservation.preserveAt."/keep".users.alice.files`,
		text:     "{\n  preservation.preserveAt.\"/keep\" = {\n    users = {\n      \"z.eta\" = { directories = [ \".zeta\" ]; };\n    };\n  };\n}\n",
		contains: []string{"      alice.files = [ \".new\" ];\n    };\n"},
	},
	{
		name: "17 sets on one line", of: homeManager, list: hostDirs, add: ".new", get: `map (d: d.directory or d) v.home.persistence."/keep".directories`,
		text: "{\n  home.persistence.\"/keep\".directories = [\n    { directory = \".zeta\"; mode = \"0700\"; }\n    \".eta\"\n  ];\n}\n",
	},
	{
		name: "18 comments behind and above, commented-out entry", of: homeManager, list: hostDirs, add: ".new", get: `v.home.persistence."/keep".directories`,
		text:     "{\n  home.persistence.\"/keep\".directories = [\n    # games\n    \".zeta\" # saves; see \"]\" in docs\n    # \".old\"\n  ];\n}\n",
		contains: []string{"    # \".old\"\n    \".new\"\n  ];"},
	},
	{
		name: "19 the bracket on the line of the element", of: homeManager, list: hostDirs, add: ".new", get: `v.home.persistence."/keep".directories`,
		text:     "{\n  home.persistence.\"/keep\".directories =\n    [ \".zeta\"\n      \".eta\" ];\n}\n",
		contains: []string{"    [ \".zeta\"\n      \".eta\"\n      \".new\"\n    ];"},
	},
	{
		name: "20 one line, block comment inside", of: homeManager, list: hostFiles, add: ".new", get: `v.home.persistence."/keep".files`,
		text:     "{ home.persistence.\"/keep\".files = [ /* none ] yet */ \".zeta\" ]; }\n",
		contains: []string{"[\n    /* none ] yet */ \".zeta\"\n    \".new\"\n  ]; }"},
	},
	{
		name: "21 two storage paths of one module", of: impermanence, list: hostDirs, add: "/c", get: `v.environment.persistence."/keep".directories`,
		text: "{\n  environment.persistence = {\n    \"/keep\".directories = [ \"/a\" ];\n    \"/scratch\".directories = [ \"/b\" ];\n  };\n}\n",
	},
	{
		name: "21 two other storage paths", of: impermanence, list: hostDirs, add: "/c", want: nixedit.OtherStore,
		text: "{\n  environment.persistence = {\n    \"/other\".directories = [ \"/a\" ];\n    \"/scratch\".directories = [ \"/b\" ];\n  };\n}\n",
	},
	{
		name: "22 a function as a value", of: preservation, list: hostDirs, add: "/new", get: `(v.flake.modules.nixos.keep { config = 1; }).preservation.preserveAt."/keep".directories`,
		text: "{\n  flake.modules.nixos.keep = { config, ... }: {\n    preservation.preserveAt.\"/keep\".directories = [ \"/var/lib/zeta\" ];\n  };\n}\n",
	},
	{
		name: "23 strings that look like code", of: homeManager, list: hostFiles, add: ".new", get: `v.home.persistence."/keep".files`,
		text: "{ f, ... }: {\n  note = ''directories = [ ''${x} ''' ] '';\n  d = \"]; ${f { a = \"}\"; }} \\${\";\n  home.persistence.\"/keep\".files = [ \".z\" ];\n}\n",
	},
	{
		name: "24 paths, URIs, old let, or", of: homeManager, list: hostFiles, add: ".new", get: `v.home.persistence."/keep".files`,
		text: "{ x, s, ... }: { a = ./h/${x}/k.nix; b = <zeta/lib>; c = http://z.example/x; d = x: x;\n  g = let { body = 1; }; h = s.or or 2;\n" +
			"  home.persistence.\"/keep\".files = [ \".z\" ]; }\n",
	},
	{
		name: "24 pipes", of: homeManager, list: hostFiles, add: ".new",
		text: "{ f, ... }: { e = [ 1 ] |> f; f = g <| h <| 1;\n  home.persistence.\"/keep\".files = [ \".z\" ]; }\n",
	},
	{
		name: "25 optionalAttrs, tabs", of: plain, list: homeDirs, add: ".new", get: `v.user.persistence.directories`, text: optionalAttrs,
		contains: []string{"\t\tdirectories = [\n\t\t\t\".zeta\"\n\t\t\t\".new\"\n\t\t];\n"},
	},
	{
		name: "25 optionalAttrs, tabs and CRLF", of: plain, list: homeDirs, add: ".new", get: `v.user.persistence.directories`,
		text: strings.ReplaceAll(optionalAttrs, "\n", "\r\n"), contains: []string{"\r\n\t\t\t\".new\"\r\n\t\t];\r\n"},
	},
	{
		name: "an empty module", of: impermanence, list: homeDirs, add: ".new", getNew: `v.environment.persistence."/keep".users.alice.directories`,
		text: "{ ... }:\n{ }\n", contains: []string{"{\n  environment.persistence.\"/keep\" = {\n    users.alice.directories = [ \".new\" ];\n  };\n}\n"},
	},
	{
		name: "a module without such lists", of: plain, list: hostDirs, add: "/new", getNew: `v.host.persistence.directories`,
		text: "{ lib, ... }:\n{\n  imports = [ ];\n}\n", contains: []string{"  imports = [ ];\n\n  host.persistence = {\n    directories = [ \"/new\" ];\n  };\n}\n"},
	},
	{
		name: "a sorted list", of: plain, list: hostDirs, add: "/b2", getNew: `v.host.persistence.directories`,
		text:     "{\n  host.persistence.directories = [\n    \"/a\" # first\n    \"/b\"\n    # about c\n    \"/c\"\n  ];\n}\n",
		contains: []string{"    \"/b\"\n    \"/b2\"\n    # about c\n    \"/c\"\n"},
	},
	{
		name: "the right side replaces the list", of: plain, list: hostDirs, add: "/new", want: nixedit.Overridden,
		text: "{ extra, ... }: { host.persistence.directories = [ \"/a\" ]; } // extra\n",
	},
	{
		name: "the right side replaces the imports", of: plain, list: hostDirs, add: "/new", want: nixedit.Overridden,
		text: "{ imports = [ { host.persistence.directories = [ \"/a\" ]; } ]; } // { imports = [ ]; }\n",
	},
	{
		name: "the right side does not replace the imports", of: plain, list: hostDirs, add: "/new", get: `(builtins.head v.imports).host.persistence.directories`,
		text: "{ imports = [ { host.persistence.directories = [ \"/a\" ]; } ]; } // { host.x = 1; }\n",
	},
	{
		name: "nothing that is merged", of: plain, list: hostFiles, add: "/new", want: nixedit.Computed,
		text: "{ lib, ... }: { host.persistence.files = lib.mkMerge [ ]; }\n",
	},
	{
		name: "a set with a priority", of: impermanence, list: hostDirs, add: "/new", want: nixedit.Priority, text: forced,
	},
	{
		name: "a set with a priority, chosen by its line", of: impermanence, list: hostDirs, add: "/new", at: nixedit.At{Line: 3},
		get: `v.config.environment.persistence."/keep".directories`, text: forced,
	},
	{
		name: "a new list in a set with a priority", of: impermanence, list: hostFiles, add: "/new", want: nixedit.Priority,
		text: "{ lib, ... }: { environment.persistence = lib.mkOverride 900 { \"/keep\" = { }; }; }\n",
	},
	{
		name: "a list with a weaker priority", of: impermanence, list: hostDirs, add: "/new", want: nixedit.Priority,
		text: "{ lib, ... }: { environment.persistence.\"/keep\".directories = lib.mkDefault [ \"/a\" ]; }\n",
	},
	{
		name: "a forced list", of: impermanence, list: hostDirs, add: "/new", get: `v.environment.persistence."/keep".directories`,
		text: "{ lib, ... }: {\n  environment.persistence.\"/keep\".directories = lib.mkForce [ \"/a\" ];\n}\n",
	},
	{
		name: "a new list in optionalAttrs", of: impermanence, list: hostFiles, add: "/new", want: nixedit.Conditional,
		text: "{ lib, gui, ... }: { environment.persistence.\"/keep\" = lib.optionalAttrs gui { directories = [ \"/a\" ]; }; }\n",
	},
	{
		name: "a flake", of: plain, list: hostDirs, add: "/new", want: nixedit.NoPlace,
		text: "{ inputs = { }; outputs = { self }: { x = 1; }; }\n",
	},
	{
		name: "a value that is not a set", of: impermanence, list: hostDirs, add: "/new", want: nixedit.Defined,
		text: "{ cfg, ... }: { environment.persistence.\"/keep\" = cfg.keep; }\n",
	},
}

const (
	mergedBranches  = "{ lib, ... }: { config = lib.mkMerge [\n  { my.persistence.directories = [ \"/a\" ]; }\n  (lib.mkIf true\n    { my.persistence.directories = [ \"/b\" ]; })\n]; }\n"
	conditional     = "{ base, lib, gui, ... }: {\n  home.persistence.\"/keep\".directories = base\n    ++ lib.optionals gui [ \".config/zeta\" ];\n}\n"
	moduleInLet     = "{ lib, ... }:\nlet\n  base = { environment.persistence.\"/keep\".directories = [ \"/a\" ]; };\n  again = base; loop = loop;\nin\nlib.mkMerge [ base again loop ]\n"
	inLet           = "let kept = [ \"/var/lib/zeta\" ]; in\n{\n  environment.persistence.\"/keep\".directories = kept;\n}\n"
	mergedCondition = "{ lib, gui, ... }:\nlib.mkMerge (if gui then [\n  { environment.persistence.\"/keep\".directories = [ \"/a\" ]; }\n] else [ ])\n"
	forced          = "{ lib, config, ... }: {\n  config = lib.mkIf config.my.keep (lib.mkForce {\n    environment.persistence.\"/keep\".directories = [ \"/a\" ];\n  });\n}\n"
	optionalAttrs   = "{ lib, gui, ... }: {\n\tuser.persistence = { files = [ \".z\" ]; } // lib.optionalAttrs gui {\n\t\tdirectories = [\n\t\t\t\".zeta\"\n\t\t];\n\t};\n}\n"
)

// arguments are what the files of shapes are called with.
const arguments = `rec {
  lib = {
    mkIf = _: x: x; mkMerge = x: x; mkForce = x: x; optionals = c: x: if c then x else [ ]; optionalAttrs = c: x: if c then x else { };
    mkEnableOption = x: x;
  };
  config.my.keep = true; gui = true; base = [ "base" ]; extra = [ "extra" ]; me = "bob"; cfg.root = "/keep"; f = _: "f"; x = "x"; s.or = 1; pkgs = { };
}`

func TestInsertIntoShapes(t *testing.T) {
	t.Parallel()
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			file, err := nixedit.Parse(s.text, nixedit.Options{})
			if err != nil {
				t.Fatal(err)
			}
			e := entry(s.of, s.list, s.add)
			result, err := file.Insert(nixedit.Edit{Lists: s.of, Entries: []nixedit.Entry{e}, At: []nixedit.At{s.at}})
			if s.want != 0 {
				var refusal *nixedit.RefusalError
				if !errors.As(err, &refusal) || refusal.Reason != s.want || refusal.Line == 0 || refusal.Detail == "" {
					t.Fatalf("got %v, want a refusal because of %v", err, s.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range s.contains {
				if !strings.Contains(result.Text, part) {
					t.Errorf("no %q in\n%s", part, result.Text)
				}
			}
			checkResult(t, file, result)
			evaluate(t, &s, e.Item, result.Text)
		})
	}
}

// checkResult checks that a result without its insertions is the old file.
func checkResult(t testing.TB, file *nixedit.File, result *nixedit.Result) {
	t.Helper()
	var b strings.Builder
	at := 0
	for i, span := range result.Inserted {
		b.WriteString(result.Text[at:span.Start])
		b.WriteString(file.Text()[result.Changes[i].Start:result.Changes[i].End])
		at = span.End
	}
	b.WriteString(result.Text[at:])
	if b.String() != file.Text() {
		t.Errorf("without its insertions the result is\n%s\nnot\n%s", b.String(), file.Text())
	}
}

// evaluate checks with Nix that the new list without the item is the old one.
func evaluate(t *testing.T, s *shape, item, text string) {
	t.Helper()
	if s.get == "" && s.getNew == "" {
		return
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"old.nix": s.text, "new.nix": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := "builtins.elem item (get (load new))"
	if s.get != "" {
		check = "let added = get (load new); before = get (load old); in builtins.filter (x: x != item) added == before && builtins.length added == builtins.length before + 1"
	}
	expr := "{ old, new }: let load = file: let m = import file; in if builtins.isFunction m then m " + arguments + " else m; get = v: " + s.get + s.getNew +
		"; item = " + item + "; in " + check
	out, err := nixtest.Instantiate(t, "--eval", "--strict", "--expr", expr, "--argstr", "old", filepath.Join(dir, "old.nix"), "--argstr", "new", filepath.Join(dir, "new.nix"))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if strings.TrimSpace(string(out)) != "true" {
		t.Errorf("the list is not the old one and %s in\n%s", item, text)
	}
}
