package snippet

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

var rootOwned = &Access{Mode: 0o755, User: "root", Group: "root"}

// in returns an item in a directory with known access.
func in(parent *Access, item Item) Item {
	item.Parent = parent
	return item
}

// full is a file with known access.
func full(p string, a *Access) Item { return Item{Path: p, Access: a, Parent: rootOwned} }

var alice = []User{{"alice", home, "users"}}

var dialectTests = []struct {
	name  string
	items []Item
	opts  Options
	want  string
}{
	{
		"impermanence: in a home, modes are written, and changes of owners are reported",
		[]Item{
			owned(home+"/.a", 0o755, "alice", "users"), owned(home+"/.b", 0o755, "root", "users"), owned(home+"/.c", 0o750, "alice", "wheel"),
			in(&Access{0o700, "alice", "users"}, file(home+"/.ssh/known_hosts")), in(&Access{0o700, "alice", "users"}, file(home+"/.x")),
		},
		Options{Dialect: setting.DialectImpermanence, Users: alice},
		lines(
			`environment.persistence."/persist" = {`, `  users.alice = {`, `    directories = [`, `      ".a"`,
			`      # owned by root:users, will be owned by alice`, `      ".b"`,
			`      # owned by group wheel, will be owned by group users`,
			`      {`, `        directory = ".c";`, `        mode = "0750";`, `      }`, `    ];`,
			`    files = [`, `      ".x"`,
			`      {`, `        file = ".ssh/known_hosts";`, `        parentDirectory.mode = "0700";`, `      }`, `    ];`, `  };`, `};`,
		),
	},
	{
		"impermanence: a user with an unknown group",
		[]Item{owned(home+"/.a", 0o755, "alice", "staff")},
		Options{Dialect: setting.DialectImpermanence, Users: []User{{"alice", home, ""}}, Storage: "/nix/persist"},
		lines(`environment.persistence."/nix/persist" = {`, `  users.alice.directories = [ ".a" ];`, `};`),
	},
	{
		"impermanence: user names are quoted if required, and the innermost home is used",
		[]Item{file("/home/a/x"), file("/home/a/b/y"), file("/home/c/z")},
		Options{Dialect: setting.DialectImpermanence, Users: []User{{"a.b", "/home/a/b", ""}, {"a", "/home/a/", ""}, {"", "/home/c", ""}, {"none", "/", ""}, {"twin", "/home/a", ""}}},
		lines(
			`environment.persistence."/persist" = {`, `  files = [ "/home/c/z" ];`,
			`  users."a.b".files = [ "y" ];`, `  users.a.files = [ "x" ];`, `};`,
		),
	},
	{
		"impermanence: below /var/lib/private",
		[]Item{dir("/var/lib/private"), owned("/var/lib/private/svc", 0o700, "root", "root")},
		Options{Dialect: setting.DialectImpermanence},
		lines(
			`environment.persistence."/persist" = {`, `  directories = [`,
			`    {`, `      directory = "/var/lib/private";`, `      mode = "0700";`, `    }`, `  ];`, `};`,
		),
	},
	{
		"impermanence: a single entry below /var/lib/private",
		[]Item{dir("/var/lib/private/svc")},
		Options{Dialect: setting.DialectImpermanence},
		lines(
			`environment.persistence."/persist" = {`, `  directories = [`,
			`    # services with DynamicUser= need /var/lib/private to have mode 0700; persist "/var/lib/private" instead`,
			`    "/var/lib/private/svc"`, `  ];`, `};`,
		),
	},
	{
		"impermanence-hm: paths outside the home are left out",
		[]Item{owned(home+"/.ssh", 0o700, "alice", "users"), file("/etc/x"), file("/home/bob/y")},
		Options{Dialect: setting.DialectImpermanenceHM, Home: home, Users: append(alice, User{"bob", "/home/bob", ""})},
		lines(
			`# not written, it is not below the home directory, and home.persistence keeps nothing else: "/etc/x"`,
			`# not written, it is not below the home directory, and home.persistence keeps nothing else: "/home/bob/y"`, ``,
			`home.persistence."/persist" = {`, `  directories = [`,
			`    {`, `      directory = ".ssh";`, `      mode = "0700";`, `    }`, `  ];`, `};`,
		),
	},
	{
		"impermanence-hm: version 1 accepts only names",
		[]Item{owned(home+"/.ssh", 0o700, "alice", "users"), in(&Access{0o700, "alice", "users"}, file(home+"/a/b"))},
		Options{Dialect: setting.DialectImpermanenceHM, Home: home, Storage: "/persist/home/alice"},
		lines(
			`home.persistence."/persist/home/alice" = {`, `  directories = [`,
			`    # mode 0700 cannot be written in this dialect`, `    ".ssh"`, `  ];`, `  files = [`,
			`    # its directory gets mode 0755 instead of 0700; persist "/home/alice/a" instead`, `    "a/b"`, `  ];`, `};`,
		),
	},
	{
		"preservation: differing modes and owners, and settings for the boot",
		[]Item{
			full("/etc/machine-id", &Access{0o444, "root", "root"}), full("/etc/ssh/ssh_host_ed25519_key", &Access{0o600, "root", "root"}),
			full("/etc/ssh/ssh_host_ed25519_key.pub", &Access{0o644, "root", "root"}), full("/var/lib/systemd/random-seed", &Access{0o600, "root", "root"}),
			owned("/var/lib/nixos", 0o755, "root", "root"), in(&Access{0o750, "svc", "svc"}, owned("/var/lib/svc/data", 0o755, "svc", "root")),
			dir("/var/lib/private/x"),
		},
		Options{Dialect: setting.DialectPreservation},
		lines(
			`preservation.preserveAt."/persist" = {`, `  directories = [`,
			`    {`, `      directory = "/var/lib/nixos";`, `      inInitrd = true;`, `    }`,
			`    {`, `      directory = "/var/lib/private/x";`, `      configureParent = true;`, `      parent.mode = "0700";`, `    }`,
			`    {`, `      directory = "/var/lib/svc/data";`, `      user = "svc";`, `      group = "root";`, `      configureParent = true;`,
			`      parent.user = "svc";`, `      parent.group = "svc";`, `      parent.mode = "0750";`, `    }`, `  ];`,
			`  files = [`,
			`    {`, `      file = "/etc/machine-id";`, `      mode = "0444";`, `      inInitrd = true;`, `    }`,
			`    {`, `      file = "/etc/ssh/ssh_host_ed25519_key";`, `      how = "symlink";`, `      mode = "0600";`, `      configureParent = true;`, `    }`,
			`    {`, `      file = "/etc/ssh/ssh_host_ed25519_key.pub";`, `      how = "symlink";`, `      configureParent = true;`, `    }`,
			`    {`, `      file = "/var/lib/systemd/random-seed";`, `      how = "symlink";`, `      mode = "0600";`, `      configureParent = true;`,
			`      inInitrd = true;`, `    }`, `  ];`, `};`,
		),
	},
	{
		"preservation: a file in a secret directory of a home",
		[]Item{{Path: home + "/.ssh/config", Access: &Access{0o600, "alice", "users"}, Parent: &Access{0o700, "alice", "users"}}},
		Options{Dialect: setting.DialectPreservation, Users: alice},
		lines(
			`preservation.preserveAt."/persist" = {`, `  users.alice.files = [`,
			`    # its directory gets mode 0755 instead of 0700; persist "/home/alice/.ssh" instead`,
			`    {`, `      file = ".ssh/config";`, `      mode = "0600";`, `    }`, `  ];`, `};`,
		),
	},
	{
		"a path that is already persisted is not written, and covers the paths below it",
		[]Item{{Path: "/a", Dir: true, Kept: "persistedDirs[0]"}, file("/a/b"), file("/c")},
		Options{Dialect: setting.DialectImpermanence},
		lines(
			`# not written, already persisted by persistedDirs[0]: "/a"`, ``,
			`environment.persistence."/persist" = {`, `  files = [ "/c" ];`, `};`,
		),
	},
	{
		"names that systemd misinterprets, and files that are replaced",
		[]Item{
			dir(`/srv/it's`), dir(`/srv/a\b`), dir("/srv/50%off"), dir("/srv/100%"), dir("/srv/new\nline"), file("/etc/shadow"),
			{Path: home + "/.config/fish/fish_variables", Replaced: true},
			{Path: home + "/.bash_history", Replaced: true},
			{Path: "/srv/x'/f", Replaced: true},
		},
		Options{Dialect: setting.DialectImpermanence, Users: alice},
		lines(
			`environment.persistence."/persist" = {`, `  directories = [`, `    "/srv/100%"`,
			`    # systemd may misinterpret ', \, % or a control character in this name`, `    "/srv/50%off"`,
			`    # systemd may misinterpret ', \, % or a control character in this name`, `    "/srv/a\\b"`,
			`    # systemd may misinterpret ', \, % or a control character in this name`, `    "/srv/it's"`,
			`    # systemd may misinterpret ', \, % or a control character in this name`, `    "/srv/new\nline"`, `  ];`,
			`  files = [`, `    # the system rewrites this file at every boot`, `    # set passwords with users.users.<name>.hashedPasswordFile`, `    "/etc/shadow"`,
			`    # systemd may misinterpret ', \, % or a control character in this name`,
			`    # programs replace it when they save, which fails if the file is a mount point (EBUSY)`, `    "/srv/x'/f"`, `  ];`,
			`  users.alice.files = [`,
			`    # programs replace it when they save, which fails if the file is a mount point (EBUSY)`, `    ".bash_history"`,
			`    # programs replace it when they save, which fails if the file is a mount point (EBUSY); persist "/home/alice/.config/fish" instead`,
			`    ".config/fish/fish_variables"`, `  ];`, `};`,
		),
	},
	{
		"items: each list below a comment with its name",
		[]Item{dir("/a"), owned("/b", 0o700, "root", "root"), file("/c"), file(home + "/d"), file("/e\xff")},
		Options{Dialect: setting.DialectImpermanence, Form: Items, Users: alice},
		lines(
			`# not written, the name is not UTF-8: "/e\xff"`, ``,
			`# environment.persistence."/persist".directories`, `"/a"`, `{`, `  directory = "/b";`, `  mode = "0700";`, `}`, ``,
			`# environment.persistence."/persist".files`, `"/c"`, ``,
			`# environment.persistence."/persist".users.alice.files`, `"d"`,
		),
	},
	{
		"module: comments are inside the set",
		[]Item{dir("/a"), file("/e\xff")},
		Options{Form: Module},
		lines(`{`, `  # not written, the name is not UTF-8: "/e\xff"`, ``, `  host.persistence = {`, `    directories = [ "/a" ];`, `  };`, `}`),
	},
	{name: "module: nothing selected", opts: Options{Form: Module}},
	{
		"json",
		[]Item{
			owned(home+"/.ssh", 0o700, "alice", "users"),
			{Path: "/a-b", Access: &Access{0o644, "root", "root"}},
			dir("/a"), file("/a/below"), file("/caf\xe9"), file("/evil\x1b\u202e<&"), file("relative"),
		},
		Options{Dialect: setting.DialectJSON, Users: alice},
		lines(
			`{"path":"/a","type":"directory","mode":"","user":"","group":"","homeOf":"","inHome":""}`,
			`{"path":"/a-b","type":"file","mode":"0644","user":"root","group":"root","homeOf":"","inHome":""}`,
			`{"pathBytes":"L2NhZuk=","type":"file","mode":"","user":"","group":"","homeOf":"","inHome":""}`,
			`{"path":"/evil\u001b\u202e<&","type":"file","mode":"","user":"","group":"","homeOf":"","inHome":""}`,
			`{"path":"/home/alice/.ssh","type":"directory","mode":"0700","user":"alice","group":"users","homeOf":"alice","inHome":".ssh"}`,
		),
	},
	{
		"paths, byte for byte",
		[]Item{dir("/b/"), file("/b/c"), file("/a\xff"), {Path: "/k", Kept: "a mount"}},
		Options{Dialect: setting.DialectPaths},
		"/a\xff\n/b\n",
	},
	{"paths, with NUL", []Item{dir("/b"), file("/a")}, Options{Dialect: setting.DialectPaths, Null: true}, "/a\x00/b\x00"},
}

func TestDialects(t *testing.T) {
	for _, tt := range dialectTests {
		t.Run(tt.name, func(t *testing.T) {
			got := Render(tt.items, tt.opts)
			if diff := cmp.Diff(tt.want, got.Text); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if tt.opts.Dialect != setting.DialectPaths {
				checkSafe(t, got.Text)
			}
			if tt.opts.Dialect.Nix() && tt.opts.Form == Bindings {
				checkStable(t, got.Text)
			}
		})
	}
}

func TestRenderReportsKeptAndSplit(t *testing.T) {
	got := Render([]Item{{Path: "/a", Kept: "x"}, file(home + "/b"), file("/c"), {Path: "/etc/passwd"}}, Options{Home: home})
	if !got.Split || len(got.Kept) != 1 || got.LeftOut != nil || got.Files != 3 || len(got.Warnings) != 1 {
		t.Errorf("Render = %+v", got)
	}
	if got := Render([]Item{file("/c")}, Options{Home: home}); got.Split {
		t.Error("Split is set for a single block")
	}
}

func TestOneOf(t *testing.T) {
	if got := oneOf(strings.Fields("a b c")); got != "a, b or c" {
		t.Errorf("oneOf = %q", got)
	}
}
