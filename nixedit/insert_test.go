package nixedit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/nixedit"
)

func TestInsertDropsWhatIsThere(t *testing.T) {
	t.Parallel()
	file := parse(t, "{ environment.persistence.\"/keep\" = {\n  directories = [ \"/var/lib\" \"/home/alice/.ssh/\" ];\n  users.alice = { files = [ ]; directories = [ ]; };\n}; }\n")
	entries := []nixedit.Entry{
		entry(impermanence, hostDirs, "/var/lib"), entry(impermanence, hostDirs, "/var/lib/x"), entry(impermanence, hostFiles, "/var/lib/y"),
		entry(impermanence, homeDirs, ".ssh"), entry(impermanence, homeFiles, ".ssh/config"), entry(impermanence, hostDirs, "/var/library"),
		entry(impermanence, hostDirs, "/var/library"),
	}
	result, err := file.Insert(nixedit.Edit{Lists: impermanence, Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	var present []string
	for _, p := range result.Present {
		present = append(present, entries[p.Entry].Path+" by "+p.Path+" in line "+p.String())
	}
	want := []string{
		"/var/lib by /var/lib in line 2:19", "/var/lib/x by /var/lib in line 2:19", "/var/lib/y by /var/lib in line 2:19",
		"/home/alice/.ssh by /home/alice/.ssh in line 2:30", "/home/alice/.ssh/config by /home/alice/.ssh in line 2:30",
	}
	if diff := cmp.Diff(want, present); diff != "" {
		t.Error(diff)
	}
	if strings.Count(result.Text, "/var/library") != 1 || len(result.Placed) != 1 || !slices.Equal(result.Placed[0].Entries, []int{5}) {
		t.Errorf("placed %+v in\n%s", result.Placed, result.Text)
	}
	again, err := parse(t, result.Text).Insert(nixedit.Edit{Lists: impermanence, Entries: entries})
	if err != nil || again.Text != result.Text || len(again.Changes) != 0 || len(again.Present) != len(entries) {
		t.Errorf("the second insertion changed the file: %v, %+v", err, again)
	}
}

// A computed user may be another one. Its lists count only if the file has no list of the user.
func TestInsertDropsWhatAComputedUserHasOnlyIfNothingElseMatches(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text    string
		present bool
	}{
		"computed only":                  {`{ environment.persistence."/keep".users = { ${x}.directories = [ ".ssh" ]; }; }`, true},
		"computed, and an exact list":    {`{ environment.persistence."/keep".users = { ${x}.directories = [ ".ssh" ]; alice.directories = [ ]; }; }`, false},
		"both have it":                   {`{ environment.persistence."/keep".users = { ${x}.directories = [ ".ssh" ]; alice.directories = [ ".ssh" ]; }; }`, true},
		"computed storage path":          {`{ environment.persistence.${x}.users.alice.directories = [ ".ssh" ]; }`, true},
		"a computed name that is a list": {`{ environment.persistence."/keep".users = { ${x}.directories = [ (f ".ssh") ]; alice.directories = [ ]; }; }`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			edit := nixedit.Edit{Lists: impermanence, Entries: []nixedit.Entry{entry(impermanence, homeDirs, ".ssh")}}
			result, err := parse(t, c.text).Insert(edit)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(result.Present) == 1; got != c.present || got == (len(result.Changes) > 0) {
				t.Errorf("present: %v, want %v, in\n%s", result.Present, c.present, result.Text)
			}
			again, err := parse(t, result.Text).Insert(edit)
			if err != nil || again.Text != result.Text {
				t.Errorf("the second insertion: %v, %+v", err, again)
			}
		})
	}
}

func TestInsertWritesSeveralLists(t *testing.T) {
	t.Parallel()
	set := "# mode 0700\n{\n  directory = \".ssh\";\n  mode = \"0700\";\n}"
	entries := []nixedit.Entry{
		entry(preservation, hostDirs, "/var/lib/a"), entry(preservation, hostDirs, "/var/lib/b"), entry(preservation, hostFiles, "/etc/machine-id"),
		{List: homeDirs, Item: set, Path: home + "/.ssh"},
		entry(preservation, homeFiles, ".netrc"),
	}
	for _, c := range []struct{ name, text, want string }{
		{"into an empty module", "{ }", `{
  preservation.preserveAt."/keep" = {
    directories = [
      "/var/lib/a"
      "/var/lib/b"
    ];
    files = [ "/etc/machine-id" ];
    users.alice = {
      directories = [
        # mode 0700
        {
          directory = ".ssh";
          mode = "0700";
        }
      ];
      files = [ ".netrc" ];
    };
  };
}`},
		{
			"into a module with tabs and CRLF", "{ ... }:\r\n{\r\n\tpreservation.enable = true; # yes\r\n\r\n\tx = 1;\r\n}\r\n",
			"{ ... }:\r\n{\r\n\tpreservation.enable = true; # yes\r\n\tpreservation.preserveAt.\"/keep\" = {\r\n\t\tdirectories = [\r\n\t\t\t\"/var/lib/a\"\r\n" +
				"\t\t\t\"/var/lib/b\"\r\n\t\t];\r\n\t\tfiles = [ \"/etc/machine-id\" ];\r\n\t\tusers.alice = {\r\n\t\t\tdirectories = [\r\n\t\t\t\t# mode 0700\r\n\t\t\t\t{\r\n" +
				"\t\t\t\t\tdirectory = \".ssh\";\r\n\t\t\t\t\tmode = \"0700\";\r\n\t\t\t\t}\r\n\t\t\t];\r\n\t\t\tfiles = [ \".netrc\" ];\r\n\t\t};\r\n\t};\r\n\r\n\tx = 1;\r\n}\r\n",
		},
		{"beside dotted bindings, four blanks", `{
    preservation.preserveAt."/keep".files = [ ];
    preservation.preserveAt."/keep".users.alice.files = [
        ".bashrc" ];
}
`, `{
    preservation.preserveAt."/keep".files = [
        "/etc/machine-id"
    ];
    preservation.preserveAt."/keep".directories = [
        "/var/lib/a"
        "/var/lib/b"
    ];
    preservation.preserveAt."/keep".users.alice.files = [
        ".bashrc"
        ".netrc"
    ];
    preservation.preserveAt."/keep".users.alice.directories = [
        # mode 0700
        {
            directory = ".ssh";
            mode = "0700";
        }
    ];
}
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := parse(t, c.text)
			result, err := file.Insert(nixedit.Edit{Lists: preservation, Entries: entries})
			if err != nil {
				t.Fatal(err)
			}
			checkResult(t, file, result)
			if diff := cmp.Diff(c.want, result.Text); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInsertRefusesBadEntries(t *testing.T) {
	t.Parallel()
	file := parse(t, "{ host.persistence.directories = [ ]; }")
	for _, c := range []struct {
		name  string
		entry nixedit.Entry
	}{
		{"no list", nixedit.Entry{List: 9, Item: `"/a"`, Path: "/a"}},
		{"two elements", nixedit.Entry{Item: `"/a" "/b"`, Path: "/a"}},
		{"an operator", nixedit.Entry{Item: `"/a" + "/b"`, Path: "/a"}},
		{"code after the element", nixedit.Entry{Item: "\"/a\" ]; x = [ \"/b\"", Path: "/a"}},
		{"nothing", nixedit.Entry{Item: "# only a comment", Path: "/a"}},
		{"another path", nixedit.Entry{Item: `"/b"`, Path: "/a"}},
		{"another path in a set", nixedit.Entry{Item: `{ directory = "/b"; }`, Path: "/a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := file.Insert(nixedit.Edit{Lists: plain, Entries: []nixedit.Entry{c.entry}})
			if r := refusal(t, err); r.Reason != nixedit.BadEntry {
				t.Errorf("got %v: %v", r.Reason, r)
			}
		})
	}
	for name, path := range map[string][]nixedit.Attr{
		"one attribute": attrs("a"), "empty name": attrs("a", "", "b"), "control character": attrs("a", "@/\x1b", "b"),
	} {
		_, err := file.Insert(nixedit.Edit{Lists: []nixedit.List{{Path: path}}})
		if r := refusal(t, err); r.Reason != nixedit.BadEntry || file.Candidates(nixedit.List{Path: path}) != nil {
			t.Errorf("%s: got %v: %v", name, r.Reason, r)
		}
	}
}

func TestInsertRefusesAChoiceThatIsNotThere(t *testing.T) {
	t.Parallel()
	file := parse(t, mergedBranches)
	for _, at := range []nixedit.At{{Line: 1}, {Line: 99}, {Attr: "other.directories"}, {Line: 2, Attr: "other"}} {
		_, err := file.Insert(nixedit.Edit{Lists: custom, Entries: []nixedit.Entry{entry(custom, hostDirs, "/c")}, At: []nixedit.At{at}})
		if r := refusal(t, err); r.Reason != nixedit.NotThere || len(r.Candidates) != 2 || !strings.Contains(r.Error(), at.String()) {
			t.Errorf("at %v: got %v: %v", at, r.Reason, r)
		}
	}
}

func TestAtChoosesForEachList(t *testing.T) {
	t.Parallel()
	file := parse(t, `{ lib, ... }: { config = lib.mkMerge [
  { my.persistence.directories = [ "/a" ]; my.persistence.files = [ "/b" ]; }
  { my.persistence.directories = [ "/c" ]; my.persistence.files = [ "/d" ]; }
]; }
`)
	edit := nixedit.Edit{Lists: custom, Entries: []nixedit.Entry{entry(custom, hostDirs, "/new"), entry(custom, hostFiles, "/file")}}
	for _, tt := range []struct {
		name string
		at   []nixedit.At
		want string // the reason, or the new text
	}{
		{"none", nil, nixedit.SeveralPlaces.String()},
		{"one of two lists", []nixedit.At{{Line: 2, Attr: "directories"}}, nixedit.SeveralPlaces.String()},
		{"one for each list", []nixedit.At{{Line: 2, Attr: "directories"}, {Line: 3, Attr: "files"}}, "\"/a\"\n      \"/new\"\n"},
		{"the first of two for a list", []nixedit.At{{Line: 3}, {Line: 2}}, "\"/d\"\n      \"/file\"\n"},
		{"one for no list", []nixedit.At{{Line: 2}, {Line: 1, Attr: "x"}}, nixedit.NotThere.String()},
		{"the zero value", []nixedit.At{{}, {Line: 2}}, "\"/b\"\n      \"/file\"\n"},
	} {
		edit.At = tt.at
		result, err := file.Insert(edit)
		var got string
		if err != nil {
			got = refusal(t, err).Reason.String()
		} else {
			got = result.Text
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: no %q in %s", tt.name, tt.want, got)
		}
	}
}

func TestVerifyRefusesOtherChanges(t *testing.T) {
	t.Parallel()
	const text = "{ a = [ \"b  c\" ]; # d\n}"
	for _, c := range []struct {
		name    string
		changes []nixedit.Change
		ok      bool
	}{
		{"none", nil, true},
		{"an element", []nixedit.Change{{Start: 7, End: 8, New: " 1 "}}, true},
		{"white space", []nixedit.Change{{Start: 7, End: 8, New: "\n"}}, true},
		{"a token is replaced", []nixedit.Change{{Start: 2, End: 3, New: "b"}}, false},
		{"white space in a string", []nixedit.Change{{Start: 10, End: 11, New: ""}}, false},
		{"text in a string", []nixedit.Change{{Start: 10, End: 10, New: "x"}}, false},
		{"text in a comment", []nixedit.Change{{Start: 21, End: 21, New: "x"}}, false},
		{"two tokens become one", []nixedit.Change{{Start: 3, End: 3, New: "b"}}, false},
		{"a comment is removed", []nixedit.Change{{Start: 18, End: 21, New: ""}}, false},
		{"not in order", []nixedit.Change{{Start: 7, End: 8, New: " 1 "}, {Start: 3, End: 4, New: " "}}, false},
		{"outside of the file", []nixedit.Change{{Start: 99, End: 99, New: " "}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			changed, shift := text, 0
			for _, change := range c.changes {
				if change.End+shift <= len(changed) {
					changed = changed[:change.Start+shift] + change.New + changed[change.End+shift:]
					shift += len(change.New) - change.End + change.Start
				}
			}
			err := nixedit.Verify(parse(t, text), parse(t, changed), c.changes)
			if c.ok != (err == nil) {
				t.Errorf("got %v for %q", err, changed)
			}
			if err != nil && refusal(t, err).Reason != nixedit.Unproven {
				t.Errorf("got %v", err)
			}
		})
	}
	if nixedit.Verify(parse(t, "[ 1 ]"), parse(t, "[ 1 2 ]"), nil) == nil {
		t.Error("a change that is not named is accepted")
	}
}

func TestInsertComparesTheOwnerOfAHome(t *testing.T) {
	t.Parallel()
	file := parse(t, `{
  home-manager.users.bob.home.persistence."/keep".directories = [ "b" ];
  home-manager.users.alice = { ... }: {
    home.persistence."/keep".directories = [ "a" ];
  };
}
`)
	lists := slices.Clone(homeManager)
	for i := range lists {
		lists[i].Owner = "alice"
	}
	edit := nixedit.Edit{Lists: lists, Entries: []nixedit.Entry{entry(lists, hostDirs, "new"), entry(lists, hostFiles, "file")}}
	result, err := file.Insert(edit)
	if err != nil {
		t.Fatal(err)
	}
	want := "[\n      \"a\"\n      \"new\"\n    ];\n    home.persistence.\"/keep\".files = [ \"file\" ];\n"
	if !strings.Contains(result.Text, want) {
		t.Errorf("no %q in\n%s", want, result.Text)
	}
	if declared := parse(t, result.Text).Declared(lists); len(declared) != 3 {
		t.Errorf("declared: %+v", declared)
	}
	for i := range lists {
		lists[i].Owner = ""
	}
	if _, err := file.Insert(edit); refusal(t, err).Reason != nixedit.SeveralPlaces {
		t.Errorf("got %v", err)
	}
}

func TestAtCountsTheLinesOfTheOldFile(t *testing.T) {
	t.Parallel()
	file := parse(t, `{ lib, ... }: { config = lib.mkMerge [
  { my.persistence.directories = [ "/a" ]; }
  { my.persistence.files = [ "/b" ]; }
  { my.persistence.directories = [ "/c" ]; my.persistence.files = [ "/d" ]; }
]; }
`)
	entries := []nixedit.Entry{entry(custom, hostDirs, "/new"), entry(custom, hostFiles, "/file")}
	result, err := file.Insert(nixedit.Edit{Lists: custom, Entries: entries, At: []nixedit.At{{Line: 4}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\"/c\"\n      \"/new\"\n", "\"/d\"\n      \"/file\"\n"} {
		if !strings.Contains(result.Text, want) {
			t.Errorf("no %q in\n%s", want, result.Text)
		}
	}
}

func TestNewBindingsGoBesideTheRightSibling(t *testing.T) {
	t.Parallel()
	e := entry(impermanence, hostFiles, "/etc/new")
	for _, c := range []struct {
		name, text, want string
		refused          nixedit.Reason
	}{
		{
			"beside the same storage path, not the other one",
			"{\n  environment.persistence.\"/keep\".directories = [ ];\n  environment.persistence.\"/other\".directories = [ ];\n  environment.persistence.\"/other\".files = [ ];\n}\n",
			"\"/keep\".directories = [ ];\n  environment.persistence.\"/keep\".files = [ \"/etc/new\" ];\n", 0,
		},
		{
			"the exact storage path before the computed one",
			"{ x, ... }: {\n  environment.persistence.\"/keep\".directories = [ ];\n  environment.persistence.${x}.directories = [ ];\n}\n",
			"\"/keep\".directories = [ ];\n  environment.persistence.\"/keep\".files = [ \"/etc/new\" ];\n", 0,
		},
		{
			"a second binding of a computed storage path, which Nix refuses", "{ x, ... }: {\n  environment.persistence.${x}.directories = [ ];\n}\n",
			"", nixedit.Defined,
		},
		{
			"two computed storage paths", "{ x, y, ... }: {\n  environment.persistence.${x}.directories = [ ];\n  environment.persistence.${y}.directories = [ ];\n}\n",
			"", nixedit.SeveralPlaces,
		},
		{
			"in the set of the storage path, which Nix merges with the dotted bindings",
			"{\n  environment.persistence.\"/keep\".directories = [ ];\n  environment.persistence.\"/keep\" = {\n    hideMounts = true;\n  };\n}\n",
			"    hideMounts = true;\n    files = [ \"/etc/new\" ];\n  };", 0,
		},
		{
			"a recursive set that uses the name", "{ environment.persistence.\"/keep\" = rec { directories = map f files; }; }\n", "", nixedit.Defined,
		},
		{
			"a recursive set that does not", "{ environment.persistence.\"/keep\" = rec {\n  directories = [ ];\n}; }\n",
			"rec {\n  directories = [ ];\n  files = [ \"/etc/new\" ];\n}", 0,
		},
		{
			"a set that // replaces", "{ b, ... }: { environment.persistence.\"/keep\" = { hideMounts = true; } // b; }\n", "", nixedit.Overridden,
		},
		{
			"a set that // does not replace", "{ environment.persistence.\"/keep\" = { hideMounts = true; } // { directories = [ ]; }; }\n", "", nixedit.SeveralPlaces,
		},
		{
			"not into other options with the same name", "{ systemd.services.x.environment = { };\n}\n",
			"environment = { };\n\n  environment.persistence.\"/keep\" = {\n    files = [ \"/etc/new\" ];\n  };\n}\n", 0,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := parse(t, c.text)
			result, err := file.Insert(nixedit.Edit{Lists: impermanence, Entries: []nixedit.Entry{e}})
			if c.refused != 0 {
				if r := refusal(t, err); r.Reason != c.refused {
					t.Errorf("got %v: %v", r.Reason, r)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkResult(t, file, result)
			if !strings.Contains(result.Text, c.want) {
				t.Errorf("no %q in\n%s", c.want, result.Text)
			}
		})
	}
}
