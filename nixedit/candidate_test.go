package nixedit_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/nixedit"
)

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

func TestCandidatesOfAreThoseOfEachList(t *testing.T) {
	t.Parallel()
	invalid := nixedit.List{Path: attrs("directories")}
	// These begin as others do, but their places for a new binding are not the same.
	unlike := []nixedit.List{
		{Path: attrs("environment", "persistence", "directories")},
		{Path: attrs("environment", "persistence", "@", "files")},
		{Path: attrs("environment", "elsewhere", "files")},
		{Path: attrs("environment", "etc", "files")},
	}
	for _, text := range seeds() {
		file, err := nixedit.Parse(text, nixedit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		checkCandidates(t, file, slices.Concat(bothUsers, []nixedit.List{invalid}, plain, preservation, bothHomes, unlike))
		if got := file.Candidates(invalid); got != nil {
			t.Errorf("got %v for an invalid list", got)
		}
	}
}

func TestDeclaredFindsLiteralPaths(t *testing.T) {
	t.Parallel()
	file := parse(t, manyLists)
	lists := slices.Clone(impermanence)
	lists[hostFiles].Path = attrs("environment", "persistence", "@", "files") // every storage path
	var got []string
	for _, d := range file.Declared(lists) {
		line := d.String() + " " + d.Path + " " + manyLists[d.Offset:d.EndOffset]
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

func TestIndexPrefersCertainDeclarations(t *testing.T) {
	t.Parallel()
	x := nixedit.NewIndex([]nixedit.Declaration{{Path: "/a", List: 1, Conditional: true}, {Path: "/a", List: 2, Computed: true}, {Path: "/a", List: 3}, {Path: "/a", List: 4}})
	if d, _ := x.Covering("/a"); d.List != 3 {
		t.Errorf("got the declaration of list %d", d.List)
	}
}

func TestIndexFindsTheNearestDirectory(t *testing.T) {
	t.Parallel()
	x := nixedit.NewIndex([]nixedit.Declaration{{Path: "/a", Directory: true}, {Path: "/a/b/c", Directory: true}, {Path: "/f"}})
	for name, want := range map[string]string{"/a": "/a", "/a/b": "/a", "/a/b/c/d": "/a/b/c", "/f": "/f", "/f/x": "", "/": "", "relative": "", "/a/b/c/": "/a/b/c"} {
		if d, ok := x.Covering(name); d.Path != want || ok != (want != "") {
			t.Errorf("%s: got %q, want %q", name, d.Path, want)
		}
	}
}

func TestInnermostPlacesAgreeWithAllPairs(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, text := range seeds() {
		var nodes []nixedit.Node
		var collect func(n nixedit.Node)
		collect = func(n nixedit.Node) {
			for child := range n.Children() {
				// Of nodes with the same bytes, only the outer one is taken.
				if child.Text() != n.Text() && random.IntN(4) == 0 {
					nodes = append(nodes, child)
				}
				collect(child)
			}
		}
		for range 20 {
			nodes = nil
			collect(parse(t, text).Root())
			random.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
			if got, want := nixedit.Innermost(nodes); !slices.Equal(got, want) {
				t.Fatalf("got %d of %d nodes of %q, want %d", len(got), len(nodes), text, len(want))
			}
		}
	}
}

func TestPlacesThatCannotBeUsedSayWhy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{ imports = [ { host.persistence.files = [ ]; } ]; } // { imports = [ ]; }": "the right side of // may replace the imports",
		"{ lib, ... }: { host.persistence.files = lib.mkMerge [ ]; }":                "the value merges no lists",
		"{ host.persistence.files.a = [ ]; }":                                        `the new binding would be in conflict with "host.persistence.files.a = …"`,
	} {
		_, err := parse(t, text).Insert(nixedit.Edit{Lists: plain, Entries: []nixedit.Entry{entry(plain, hostFiles, "/new")}})
		if r := refusal(t, err); r.Detail != want {
			t.Errorf("%s: got %q, want %q", text, r.Detail, want)
		}
	}
}
