package nixedit_test

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/nixedit"
)

// parse returns a file, or fails the test.
func parse(t testing.TB, text string) *nixedit.File {
	t.Helper()
	file, err := nixedit.Parse(text, nixedit.Options{})
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return file
}

// refusal returns the refusal that an error must be.
func refusal(t testing.TB, err error) *nixedit.Refusal {
	t.Helper()
	var r *nixedit.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got the error %v, want a refusal", err)
	}
	return r
}

func TestParseAcceptsTheGrammar(t *testing.T) {
	t.Parallel()
	for _, text := range valid {
		if checkParse(t, text) == nil {
			t.Errorf("%q is refused", text)
		}
	}
	for _, text := range invalid {
		if checkParse(t, text) != nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestParseRefusesWithAPosition(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, at string
		opts           nixedit.Options
		want           nixedit.Reason
	}{
		{"byte order mark", "\ufeff{ }", "1:1", nixedit.Options{}, nixedit.BadEncoding},
		{"NUL", "{ a = \"\x00\"; }", "1:8", nixedit.Options{}, nixedit.BadEncoding},
		{"not UTF-8", "{\n  a = \"\xff\"; }", "2:8", nixedit.Options{}, nixedit.BadEncoding},
		{"carriage return alone", "{\r}", "1:2", nixedit.Options{}, nixedit.BadEncoding},
		{"string not closed", "{\r\n  a = \"x;\r\n}", "2:7", nixedit.Options{}, nixedit.BadToken},
		{"indented string not closed", "[ '' ]", "1:3", nixedit.Options{}, nixedit.BadToken},
		{"comment not closed", "1 /* ", "1:3", nixedit.Options{}, nixedit.BadToken},
		{"unknown character", "{ a = 1; é = 2; }", "1:10", nixedit.Options{}, nixedit.BadToken},
		{"path that ends in a slash", "[ ./a/ ]", "1:6", nixedit.Options{}, nixedit.BadToken},
		{"number out of range", "[ 99999999999999999999 ]", "1:3", nixedit.Options{}, nixedit.BadToken},
		{"missing semicolon", "{\n  a = 1\n}", "3:1", nixedit.Options{}, nixedit.BadSyntax},
		{"end of file", "{ a = 1;", "1:9", nixedit.Options{}, nixedit.BadSyntax},
		{"empty file", "", "1:1", nixedit.Options{}, nixedit.BadSyntax},
		{"pipe operator", "a |> b", "1:3", nixedit.Options{RefusePipes: true}, nixedit.PipeOperator},
		{"nested too deeply", strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000), "1:1000", nixedit.Options{}, nixedit.TooDeep},
		{"chain of or", strings.Repeat("a.b or ", 5000) + "c", "1:20987", nixedit.Options{}, nixedit.TooDeep},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := nixedit.Parse(c.text, c.opts)
			r := refusal(t, err)
			if r.Reason != c.want || r.Position.String() != c.at && c.want != nixedit.TooDeep {
				t.Errorf("got %v at %v: %v, want %v at %s", r.Reason, r.Position, r, c.want, c.at)
			}
		})
	}
}

func TestParseAcceptsLongChains(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"a ++ ", "a // ", "a -> ", "a + ", "a |> ", "f ", "a.b c ", "[ ] "} {
		parse(t, strings.Repeat(part, 20000)+"a")
	}
	parse(t, "a"+strings.Repeat(".a", 20000))
	parse(t, "\""+strings.Repeat("${a}", 20000)+"\"")
}

func TestParseUsesLittleMemory(t *testing.T) {
	text := large(1 << 20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	parse(t, text)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > uint64(20*len(text)) {
		t.Errorf("used %d bytes for a file of %d", used, len(text))
	}
}

func TestNodesHaveTheTextsOfTheFile(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	var write func(n nixedit.Node)
	write = func(n nixedit.Node) {
		b.WriteString(n.Kind().String() + "(")
		for child := range n.Children() {
			write(child)
		}
		b.WriteString(")")
	}
	write(parse(t, "{ a, ... }@x: { b.\"c\" = f [ ./d ] + 1; inherit (x) y; }").Root())
	want := "function(arguments(argument(name()))name()set(binding(attribute path(name()string())operators(call(name()list(path()))number()))" +
		"inherit(parentheses(name())name())))"
	if b.String() != want {
		t.Errorf("got  %s\nwant %s", b.String(), want)
	}
	root := parse(t, " # c\n[ a /* b */ ] ").Root()
	if root.Text() != "[ a /* b */ ]" || root.Start() != 5 || root.End() != 18 || root.Kind() != nixedit.NodeList || root.IsZero() {
		t.Errorf("the list is %q from %d to %d", root.Text(), root.Start(), root.End())
	}
	if !(nixedit.Node{}).IsZero() || (nixedit.Node{}).Kind() != 0 {
		t.Error("the zero Node is a node")
	}
}

const manyLists = `{ lib, cfg, ... }: {
  environment.persistence."/keep" = {
    directories = [ "/var/log" { directory = "/var/lib/x"; mode = "0700"; } (f "y") ''/srv/z'' "/opt/${cfg.a}" ];
    files = lib.mkIf cfg.b [ "/etc/machine-id" ];
    users.alice.directories = cfg.c;
    users.${cfg.me}.files = [ ".netrc" "a${builtins.fromJSON "\"\\u001b\""}b" ];
  };
  environment.persistence."/other".files = [ "/etc/other" ];
}
`

func TestCandidatesDescribeThePlaces(t *testing.T) {
	t.Parallel()
	file := parse(t, manyLists)
	var got []nixedit.Candidate
	for _, l := range impermanence {
		got = append(got, file.Candidates(l)...)
	}
	position := func(part string) nixedit.Position { return file.Position(strings.Index(manyLists, part)) }
	want := []nixedit.Candidate{
		{
			Position: position(`[ "/var/log"`), EndLine: 3, Attr: `environment.persistence."/keep".directories`, Paths: []string{"/var/log", "/var/lib/x", "/srv/z"}, Others: 2,
			Choosable: true,
		},
		{
			Position: position(`[ "/etc/machine-id"`), EndLine: 4, Attr: `environment.persistence."/keep".files`, Paths: []string{"/etc/machine-id"},
			Reason: nixedit.Conditional, Detail: `the list is used only if "cfg.b"`, Choosable: true,
		},
		{
			Position: position(`[ "/etc/other"`), EndLine: 8, Attr: `environment.persistence."/other".files`, Paths: []string{"/etc/other"},
			Reason: nixedit.OtherStore, Detail: "the list is for another storage path", Choosable: true,
		},
		{
			Position: position(`cfg.c`), EndLine: 5, Attr: `environment.persistence."/keep".users.alice.directories`,
			Reason: nixedit.Reference, Detail: `the list is defined elsewhere, as "cfg.c"`,
		},
		{
			Position: position(`[ ".netrc"`), EndLine: 6, Attr: `environment.persistence."/keep".users.${cfg.me}.files`, Paths: []string{"/home/alice/.netrc", "/home/alice/a\x1bb"},
			Choosable: true,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDeclaredFindsLiteralPaths(t *testing.T) {
	t.Parallel()
	file := parse(t, manyLists)
	lists := slices.Clone(impermanence)
	lists[hostFiles].Path = attrs("environment", "persistence", "@", "files") // every storage path
	var got []string
	for _, d := range file.Declared(lists) {
		line := d.Position.String() + " " + d.Path + " " + manyLists[d.Offset:d.EndOffset]
		for flag, set := range map[string]bool{" directory": d.Directory, " conditional": d.Conditional, " computed": d.Computed} {
			if set {
				line += flag
			}
		}
		got = append(got, line)
	}
	want := []string{
		`3:21 /var/log "/var/log" directory`, `3:46 /var/lib/x "/var/lib/x" directory`, `3:85 /srv/z ''/srv/z'' directory`,
		`4:30 /etc/machine-id "/etc/machine-id" conditional`, `8:46 /etc/other "/etc/other"`, `6:31 /home/alice/.netrc ".netrc" computed`,
		`6:40 ` + "/home/alice/a\x1bb" + ` "a${builtins.fromJSON "\"\\u001b\""}b" computed`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

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
		present = append(present, entries[p.Entry].Path+" by "+p.Path+" in line "+p.Position.String())
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

func TestInsertWritesSeveralLists(t *testing.T) {
	t.Parallel()
	set := "# mode 0700\n{\n  directory = \".ssh\";\n  mode = \"0700\";\n}"
	entries := []nixedit.Entry{
		entry(preservation, hostDirs, "/var/lib/a"), entry(preservation, hostDirs, "/var/lib/b"), entry(preservation, hostFiles, "/etc/machine-id"),
		{List: homeDirs, Item: set, Path: home + "/.ssh"}, entry(preservation, homeFiles, ".netrc"),
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
		_, err := file.Insert(nixedit.Edit{Lists: custom, Entries: []nixedit.Entry{entry(custom, hostDirs, "/c")}, At: at})
		if r := refusal(t, err); r.Reason != nixedit.NotThere || len(r.Candidates) != 2 || !strings.Contains(r.Error(), at.String()) {
			t.Errorf("at %v: got %v: %v", at, r.Reason, r)
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

func TestEnumsHaveNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{nixedit.Reason(0).String(), "unknown"}, {nixedit.Unproven.String(), "not proven"}, {nixedit.Reason(200).String(), "reason 200"},
		{nixedit.TokenKind(0).String(), "unknown"}, {nixedit.TokenInterpolation.String(), "'${'"}, {nixedit.TokenKind(200).String(), "token 200"},
		{nixedit.NodeKind(0).String(), "unknown"}, {nixedit.NodeParen.String(), "parentheses"}, {nixedit.NodeKind(200).String(), "node 200"},
		{nixedit.Role(0).String(), "unknown"}, {nixedit.RoleFixed.String(), "fixed"}, {nixedit.RoleStore.String(), "store"}, {nixedit.RoleUser.String(), "user"},
		{nixedit.At{Line: 3, Attr: "a.b"}.String(), "a.b in line 3"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
