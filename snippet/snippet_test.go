package snippet

import (
	"io/fs"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

const home = "/home/alice"

// dir and file return items without any other fields.
func dir(p string) Item  { return Item{Path: p, Dir: true} }
func file(p string) Item { return Item{Path: p} }

// owned returns a directory with known access.
func owned(p string, mode fs.FileMode, user, group string) Item {
	return Item{Path: p, Dir: true, Access: &Access{Mode: mode, User: user, Group: group}}
}

// lines joins the lines of a snippet.
func lines(s ...string) string { return strings.Join(s, "\n") + "\n" }

// indented returns a text one level deeper.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}

var renderTests = []struct {
	name  string
	items []Item
	opts  Options
	want  string
}{
	{name: "nothing selected"},
	{
		"only blocks and lists that have entries",
		[]Item{file("/home/alice/.bar")},
		Options{Home: home},
		lines(`user.persistence = {`, `  files = [ ".bar" ];`, `};`),
	},
	{
		"without a home, all paths are absolute",
		[]Item{dir("/home/alice/.ssh")},
		Options{},
		lines(`host.persistence = {`, `  directories = [ "/home/alice/.ssh" ];`, `};`),
	},
	{
		"no path is below the home /",
		[]Item{dir("/.ssh")},
		Options{Home: "/"},
		lines(`host.persistence = {`, `  directories = [ "/.ssh" ];`, `};`),
	},
	{
		"the home is cleaned, and a path that shares only a string prefix is not below it",
		[]Item{dir("/home/alice/a"), dir("/home/alice2/a"), dir("/home/alice-/a")},
		Options{Home: "/home//./alice/"},
		lines(
			`user.persistence = {`, `  directories = [ "a" ];`, `};`, ``,
			`host.persistence = {`, `  directories = [`, `    "/home/alice-/a"`, `    "/home/alice2/a"`, `  ];`, `};`,
		),
	},
	{
		"a home that is not UTF-8 does not affect the paths below it",
		[]Item{file("/home/caf\xe9/a"), file("/home/caf\xe9/\xe9"), dir("/home/caf\xe9/b\xe9/c")},
		Options{Home: "/home/caf\xe9"},
		lines(
			`# not written, the name is not UTF-8: "/home/caf\xe9/b\xe9/c"`,
			`# not written, the name is not UTF-8: "/home/caf\xe9/\xe9"`, ``,
			`user.persistence = {`, `  files = [ "a" ];`, `};`,
		),
	},
	{
		"duplicates, and paths below a directory",
		[]Item{
			file("/a/x"), dir("/a"), file("/a-b"), dir("/a"), dir("/a/x/y"), file("/ab/c"), file("/a-b"),
			dir("/srv"), dir("/srv/x"),
		},
		Options{Home: home},
		lines(
			`host.persistence = {`,
			`  directories = [`, `    "/a"`, `    "/srv"`, `  ];`,
			`  files = [`, `    "/a-b"`, `    "/ab/c"`, `  ];`, `};`,
		),
	},
	{
		"a path given as a directory and as a file is a directory",
		[]Item{file("/a"), owned("/a", 0o700, "", ""), dir("/a"), file("/a/b")},
		Options{},
		lines(
			`host.persistence = {`, `  directories = [`, `    {`, `      directory = "/a";`, `      mode = "0700";`,
			`    }`, `  ];`, `};`,
		),
	},
	{
		"paths are cleaned",
		[]Item{dir("/etc//ssh/"), file("/etc/./x/../machine-id"), file("/../../y"), dir("/home/alice/../bob/")},
		Options{Home: home},
		lines(
			`host.persistence = {`,
			`  directories = [`, `    "/etc/ssh"`, `    "/home/bob"`, `  ];`,
			`  files = [`, `    "/etc/machine-id"`, `    "/y"`, `  ];`, `};`,
		),
	},
	{
		"unsuitable paths are left out, and cover no other paths",
		[]Item{dir("/"), dir("/home/alice/"), dir("/home/alice/.ssh"), file("a/b"), file(""), file("/a\x00b"), file("a/b")},
		Options{Home: home},
		lines(
			`# not written, the path is not absolute: ""`,
			`# not written, it is the whole file system: "/"`,
			`# not written, the path contains a NUL byte: "/a\x00b"`,
			`# not written, it is the whole home directory: "/home/alice/"`,
			`# not written, the path is not absolute: "a/b"`, ``,
			`user.persistence = {`, `  directories = [ ".ssh" ];`, `};`,
		),
	},
	{
		"names that are not UTF-8 are left out, with the nearest directory that can be written",
		[]Item{
			file("/home/alice/music/caf\xe9"), dir("/srv/\xff/a"), file("/srv/\xff/a/below"), file("/\xfe"),
			file("/home/alice/\xed\xa0\x80"), file("/home/b\xe9b/x"), file("/covered/\xff"), dir("/covered"),
			file("/new\nline\x1b[2J\xff"),
		},
		Options{Home: home},
		lines(
			`# not written, the name is not UTF-8: "/home/alice/music/caf\xe9"; persist "/home/alice/music" instead`,
			`# not written, the name is not UTF-8: "/home/alice/\xed\xa0\x80"`,
			`# not written, the name is not UTF-8: "/home/b\xe9b/x"`,
			`# not written, the name is not UTF-8: "/new\nline\e[2J\xff"`,
			`# not written, the name is not UTF-8: "/srv/\xff/a"; persist "/srv" instead`,
			`# not written, the name is not UTF-8: "/\xfe"`, ``,
			`host.persistence = {`, `  directories = [ "/covered" ];`, `};`,
		),
	},
	{
		"only left-out paths",
		[]Item{file("x")},
		Options{},
		lines(`# not written, the path is not absolute: "x"`),
	},
	{
		"host directories have the mode and owner that differ from the default",
		[]Item{
			owned("/a", 0o755, "root", "root"), owned("/b", 0o700, "root", "root"), owned("/c", 0o755, "", "users"),
			owned("/d", fs.ModeSticky|0o777, `a"b`, ""), owned("/e", fs.ModeSetuid|fs.ModeSetgid|0o5, "1000", "root"),
		},
		Options{},
		lines(
			`host.persistence = {`, `  directories = [`, `    "/a"`,
			`    {`, `      directory = "/b";`, `      mode = "0700";`, `    }`,
			`    {`, `      directory = "/c";`, `      group = "users";`, `    }`,
			`    {`, `      directory = "/d";`, `      mode = "1777";`, `      user = "a\"b";`, `    }`,
			`    # user 1000 has no name on this machine; number written`,
			`    {`, `      directory = "/e";`, `      mode = "6005";`, `      user = "1000";`, `    }`,
			`  ];`, `};`,
		),
	},
	{
		"an owner whose name cannot be written",
		[]Item{owned("/a", 0o755, "\xff", "users")},
		Options{},
		lines(
			`host.persistence = {`, `  directories = [`,
			`    # the name of its user is not UTF-8; not written`,
			`    {`, `      directory = "/a";`, `      group = "users";`, `    }`, `  ];`, `};`,
		),
	},
	{
		"a group without a name",
		[]Item{owned("/a", 0o755, "root", "1000")},
		Options{},
		lines(
			`host.persistence = {`, `  directories = [`,
			`    # group 1000 has no name on this machine; number written`,
			`    {`, `      directory = "/a";`, `      group = "1000";`, `    }`, `  ];`, `};`,
		),
	},
	{
		"files have no mode and owner of their own",
		[]Item{
			{Path: "/etc/gshadow", Access: &Access{Mode: 0o600, User: "root", Group: "shadow"}},
			{Path: "/home/alice/.netrc", Access: &Access{Mode: 0o600, User: "alice", Group: "alice"}},
		},
		Options{Home: home},
		lines(
			`user.persistence = {`, `  files = [ ".netrc" ];`, `};`, ``,
			`host.persistence = {`, `  files = [ "/etc/gshadow" ];`, `};`,
		),
	},
	{
		"the mode of a secret directory cannot be written in the home block",
		[]Item{owned("/home/alice/.ssh", 0o700, "alice", "alice"), owned("/home/alice/.a", 0o710, "", ""), owned("/home/alice/.b", 0o701, "", "")},
		Options{Home: home},
		lines(
			`user.persistence = {`, `  directories = [`, `    ".a"`, `    ".b"`,
			`    # mode 0700 cannot be written in this dialect`, `    ".ssh"`, `  ];`, `};`,
		),
	},
	{
		"a single secret directory is not written on the line of the list",
		[]Item{owned("/home/alice/.ssh", 0o700, "alice", "alice")},
		Options{Home: home},
		lines(
			`user.persistence = {`, `  directories = [`,
			`    # mode 0700 cannot be written in this dialect`, `    ".ssh"`, `  ];`, `};`,
		),
	},
	{
		"a line of 100 code points without indentation is not broken",
		[]Item{file("/" + strings.Repeat("é", 84))},
		Options{},
		lines(`host.persistence = {`, `  files = [ "/`+strings.Repeat("é", 84)+`" ];`, `};`),
	},
	{
		"a line of 101 code points is broken",
		[]Item{file("/" + strings.Repeat("é", 85))},
		Options{},
		lines(`host.persistence = {`, `  files = [`, `    "/`+strings.Repeat("é", 85)+`"`, `  ];`, `};`),
	},
	{
		"custom attribute paths",
		[]Item{file("/home/alice/a"), file("/b")},
		Options{Home: home, HomeAttr: attrPath(`my.persist.home`), HostAttr: attrPath(`environment.persistence."/persist"`)},
		lines(
			`my.persist.home = {`, `  files = [ "a" ];`, `};`, ``,
			`environment.persistence."/persist" = {`, `  files = [ "/b" ];`, `};`,
		),
	},
}

func attrPath(text string) AttrPath {
	p, err := ParseAttrPath(text)
	if err != nil {
		panic(err)
	}
	return p
}

func TestRender(t *testing.T) {
	for _, tt := range renderTests {
		t.Run(tt.name, func(t *testing.T) {
			got := Render(tt.items, tt.opts)
			if diff := cmp.Diff(tt.want, got.Text); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			checkSafe(t, got.Text)
			checkStable(t, got.Text)
		})
	}
}

func TestRenderReportsLeftOutPaths(t *testing.T) {
	items := []Item{
		file("/srv/caf\xe9"), dir("/home/alice"), file("x"), file("x"),
		owned("/home/alice/.ssh", 0o700, "alice", "alice"), owned("/home/alice/.gnupg", 0o700, "alice", "alice"),
		owned("/a", 0o755, "\xff", "\xff"),
	}
	got := Render(items, Options{Home: home})
	got.Text = ""
	want := Snippet{
		LeftOut: []Note{
			{"/home/alice", "it is the whole home directory", ""},
			{"/srv/caf\xe9", "the name is not UTF-8", "/srv"},
			{"x", "the path is not absolute", ""},
		},
		Warnings: []Note{
			{"/a", "the name of its group is not UTF-8; not written", ""},
			{"/home/alice/.gnupg", "mode 0700 cannot be written in this dialect", ""},
			{"/home/alice/.ssh", "mode 0700 cannot be written in this dialect", ""},
		},
		Directories: 3,
		Split:       true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if s, want := want.LeftOut[1].String(), `the name is not UTF-8: "/srv/caf\xe9"; persist "/srv" instead`; s != want {
		t.Errorf("String() = %q, want %q", s, want)
	}
}

func TestRenderIgnoresTheOrderOfItems(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	items := []Item{
		dir("/a"), owned("/a", 0o700, "x", "y"), owned("/a", 0o700, "x", "z"), owned("/a", 0o711, "", ""), file("/a"),
		file("/b"), dir("/a/b"), file("/\xff"), file("c"), dir("/home/alice/a"), file("/home/alice/a/b"),
	}
	before := append([]Item(nil), items...)
	want := Render(items, Options{Home: home})
	if diff := cmp.Diff(before, items); diff != "" {
		t.Errorf("Render changes its items (-want +got)\n%s", diff)
	}
	for range 200 {
		r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		if diff := cmp.Diff(want, Render(items, Options{Home: home})); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	}
}

// TestChooseKeepsUncoveredPaths compares the stack with a check of all pairs, for names with
// characters that sort before a slash.
func TestChooseKeepsUncoveredPaths(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		var items []Item
		for range 1 + r.IntN(12) {
			p := "/"
			for range 1 + r.IntN(6) {
				p += string("ab-./\xff"[r.IntN(6)])
			}
			items = append(items, Item{Path: p, Dir: r.IntN(2) == 0})
		}
		opts := Options{Home: "/a"}
		s := choose(items, &opts, owner(&opts))
		got := map[string]bool{}
		for _, list := range [][]Item{s.places[0].dirs, s.places[0].files, s.places[1].dirs, s.places[1].files} {
			for i, item := range list {
				if i > 0 && list[i-1].Path >= item.Path {
					t.Fatalf("%+v: %q comes before %q", items, list[i-1].Path, item.Path)
				}
				if _, twice := got[item.Path]; twice {
					t.Fatalf("%+v: %q is listed twice", items, item.Path)
				}
				got[item.Path] = item.Dir
			}
		}
		if diff := cmp.Diff(uncoveredNames(items, Options{Home: "/a"}), got); diff != "" {
			t.Fatalf("%+v (-want +got)\n%s", items, diff)
		}
	}
}

// uncoveredNames returns the uncovered paths with names that can be written.
func uncoveredNames(items []Item, opts Options) map[string]bool {
	kept := uncovered(items, opts)
	maps.DeleteFunc(kept, func(p string, _ bool) bool { return !utf8.ValidString(p) })
	return kept
}

func TestFormNames(t *testing.T) {
	for i, name := range FormNames() {
		if f, err := ParseForm(name); f != Form(i) || f.String() != name || err != nil {
			t.Errorf("ParseForm(%q) = %v, %v", name, f, err)
		}
	}
	if _, err := ParseForm("file"); err == nil || err.Error() != `parse form "file": expected bindings, module or items` {
		t.Errorf("ParseForm(file) = %v", err)
	}
	if s := Form(9).String(); s != "form 9" {
		t.Errorf("Form(9) = %q", s)
	}
}
