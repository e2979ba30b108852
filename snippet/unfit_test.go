package snippet

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// nixDialects are the dialects whose entries become mounts.
var nixDialects = []setting.Dialect{setting.DialectPlain, setting.DialectImpermanence, setting.DialectImpermanenceHM, setting.DialectPreservation}

// TestPathsThatMustNotBeMountsAreLeftOut selects, in every dialect, directories on which a bind
// mount would break the boot or hide files.
func TestPathsThatMustNotBeMountsAreLeftOut(t *testing.T) {
	opts := Options{Home: home, Users: []User{{"alice", home, "users"}, {"svc", "/var/lib/svc/home", "svc"}}, Stores: []string{"/", "/data/persist"}}
	refused := []string{
		"/nix", "/nix/store", "/nix/var/x", "/proc", "/proc/1", "/sys", "/dev", "/dev/shm/x", "/run", "/run/user/1000/x", "/home", "/", home,
		"/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/persist", "/data", "/data/persist", "/var", "/var/lib/svc",
	}
	written := []string{"/etc/x", "/usr/local", "/srv", "/root", "/nixos", "/development", "/homes", "/persistent", "/boot/x", "/tmp", "/data/other"}
	for i := range setting.DialectNames {
		opts.Dialect = setting.Dialect(i)
		for _, p := range refused {
			s := Render([]Item{dir(p), file(p)}, opts)
			if s.Directories+s.Files > 0 || len(s.LeftOut) != 1 {
				t.Errorf("%v: got %s as %q, left out %v", opts.Dialect, p, s.Text, s.LeftOut)
			}
			if opts.Dialect.Nix() && (!strings.HasPrefix(s.Text, "# not written, ") || strings.Count(s.Text, "\n") != 1) {
				t.Errorf("%v: got %s as %q, want only a comment", opts.Dialect, p, s.Text)
			}
		}
		for _, p := range written {
			if s := Render([]Item{dir(p)}, opts); opts.Dialect != setting.DialectImpermanenceHM && s.Directories != 1 {
				t.Errorf("%v: %s is not written: %v", opts.Dialect, p, s.LeftOut)
			}
		}
	}
}

// TestSpecialFilesAreNotListed selects every kind of special file, and bind mounts of wiped trees. Nix dialects write a comment,
// dialects for scripts write the kind.
func TestSpecialFilesAreNotListed(t *testing.T) {
	link := &Access{0o777, "alice", "users"}
	items := []Item{
		{Path: home + "/.b", Kind: Symlink, Target: home + "/real \x1b", Access: link},
		{Path: home + "/c", Kind: Symlink, Access: link},
		{Path: home + "/d", Kind: Symlink, Target: "/nix/store/x", Access: link},
		{Path: home + "/e", Kind: Pipe},
		{Path: home + "/f", Kind: Socket},
		{Path: home + "/g", Kind: Device},
		{Path: home + "/h", Kind: Swap},
		{Path: home + "/i", Kind: Swap, Dir: true},
		{Path: home + "/j", Kind: Symlink, Target: home, Access: link},
		{Path: home + "/k", ShownFrom: "/srv/real"},
		{Path: home + "/l", Dir: true, ShownFrom: home},
	}
	want := lines(
		`# not written, it is a symlink to "/home/alice/real \e": "/home/alice/.b"; persist "/home/alice/real \e" instead`,
		`# not written, it is a symlink: "/home/alice/c"`,
		`# not written, it is a symlink to "/nix/store/x": "/home/alice/d"`,
		`# not written, it is a FIFO, which contains no data: "/home/alice/e"`,
		`# not written, it is a socket, which its program recreates: "/home/alice/f"`,
		`# not written, it is a device, which contains no data: "/home/alice/g"`,
		`# not written, it is a swap file, which must not be copied or bind-mounted: give it a subvolume or file system of its own: "/home/alice/h"`,
		`# not written, it contains a swap file, which must not be copied or bind-mounted: give it a subvolume or file system of its own: "/home/alice/i"`,
		`# not written, it is a symlink to "/home/alice": "/home/alice/j"`,
		`# not written, it is a bind mount of "/srv/real", which the next reboot wipes: "/home/alice/k"; persist "/srv/real" instead`,
		`# not written, it is a bind mount of "/home/alice", which the next reboot wipes: "/home/alice/l"`,
	)
	opts := Options{Home: home, Users: alice}
	for _, opts.Dialect = range nixDialects {
		s := Render(items, opts)
		if diff := cmp.Diff(want, s.Text); diff != "" || len(s.LeftOut) != len(items) {
			t.Errorf("%v (-want +got)\n%s", opts.Dialect, diff)
		}
	}
	opts.Dialect = setting.DialectJSON
	s := Render(items, opts)
	for i, kind := range []string{"symlink", "symlink", "symlink", "pipe", "socket", "device", "file", "directory", "symlink"} {
		if line := strings.Split(s.Text, "\n")[i]; !strings.Contains(line, `"type":"`+kind+`","mode":"",`) {
			t.Errorf("want a %s without a mode, got %s", kind, line)
		}
	}
}

// TestEntriesDoNotChangeTheOwnerOfAHome checks the dialects whose modules set the owner of a home
// to the owner of an entry.
func TestEntriesDoNotChangeTheOwnerOfAHome(t *testing.T) {
	root, nobody := &Access{0o755, "root", "root"}, &Access{0o700, "12345", "54321"}
	items := []Item{
		{Path: home + "/.config/htop", Dir: true, Access: root},
		{Path: home + "/.config/zz", Dir: true, Access: nobody},
		{Path: home + "/.a/rc", Parent: root},
		{Path: home + "/.b/rc", Parent: nobody},
		{Path: home + "/.c", Parent: nobody},
	}
	want := lines(
		`directories = [`,
		`  # owned by root:root, will be owned by alice`, `  ".config/htop"`,
		`  # owned by 12345:54321, will be owned by alice`, `  {`, `    directory = ".config/zz";`, `    mode = "0700";`, `  }`, `];`,
		`files = [`,
		`  # its directory is owned by root:root, will be owned by alice`, `  ".a/rc"`,
		`  ".c"`,
		`  # its directory is owned by 12345:54321, will be owned by alice`, `  {`, `    file = ".b/rc";`, `    parentDirectory.mode = "0700";`, `  }`, `];`,
	)
	s := Render(items, Options{Dialect: setting.DialectImpermanence, Users: alice})
	if diff := cmp.Diff(lines(`environment.persistence."/persist" = {`, `  users.alice = {`)+indented(indented(want))+lines(`  };`, `};`), s.Text); diff != "" {
		t.Errorf("impermanence (-want +got)\n%s", diff)
	}
	s = Render(items, Options{Dialect: setting.DialectImpermanenceHM, Home: home, Users: alice})
	if diff := cmp.Diff(lines(`home.persistence."/persist" = {`)+indented(want)+lines(`};`), s.Text); diff != "" {
		t.Errorf("impermanence-hm (-want +got)\n%s", diff)
	}
	if len(s.Warnings) != 4 {
		t.Errorf("got warnings %v", s.Warnings)
	}
	// A host entry in a home creates the home for root.
	plain := Options{Home: "/home/bob", Users: alice}
	s = Render([]Item{dir(home + "/x")}, plain)
	if want := `# not written, it is in the home of alice; an entry for the host would give that home to root: "/home/alice/x"` + "\n"; s.Text != want || len(s.LeftOut) != 1 {
		t.Errorf("got for plain\n%s\nwant\n%s", s.Text, want)
	}
}

// TestChangedParentsAreReported selects, in every dialect, paths below directories that others may
// not enter.
func TestChangedParentsAreReported(t *testing.T) {
	secret, open := &Access{0o700, "root", "root"}, &Access{0o755, "root", "root"}
	ofSvc, world := &Access{0o750, "svc", "svc"}, &Access{0o777, "root", "root"}
	mine := &Access{0o700, "alice", "users"}
	tests := []struct {
		name    string
		item    Item
		carried bool // no warning in dialects that write the mode of the parent directory
		want    string
	}{
		{
			"a directory in a closed directory",
			Item{Path: "/var/lib/sec/a", Dir: true, Parent: secret, Above: []*Access{open, open}},
			false,
			`its directory gets mode 0755 instead of 0700; persist "/var/lib/sec" instead`,
		},
		{
			"a file in a closed directory",
			Item{Path: "/var/lib/sec/a", Parent: secret, Above: []*Access{open, open}},
			true,
			`its directory gets mode 0755 instead of 0700; persist "/var/lib/sec" instead`,
		},
		{
			"two levels below a closed directory",
			Item{Path: "/var/lib/sec/a/b", Parent: open, Above: []*Access{secret, open, open}},
			false,
			`"/var/lib/sec" above it gets mode 0755 instead of 0700; persist "/var/lib/sec" instead`,
		},
		{
			"a directory of another owner",
			Item{Path: "/var/lib/svc/a/b", Parent: ofSvc, Above: []*Access{ofSvc, open, open}},
			false,
			`"/var/lib/svc" above it gets root:root 0755 instead of svc:svc 0750; persist "/var/lib/svc" instead`,
		},
		{
			"a world-writable directory",
			Item{Path: "/srv/a/b", Parent: open, Above: []*Access{world, open}},
			false,
			`"/srv" above it gets mode 0755 instead of 0777`,
		},
		{"directories whose mode the boot sets", Item{Path: "/var/tmp/a/b", Parent: open, Above: []*Access{world, open}}, false, ""},
		{
			"a shared directory, and one below it",
			Item{Path: "/root/a/b/c", Dir: true, Parent: open, Above: []*Access{secret, secret}},
			false,
			`"/root/a" above it gets mode 0755 instead of 0700; persist "/root/a" instead`,
		},
		{
			"a closed directory in a home",
			Item{Path: home + "/.gnupg/private/x", Parent: &Access{0o755, "alice", "users"}, Above: []*Access{mine, mine, open}},
			false,
			`"/home/alice/.gnupg" above it gets mode 0755 instead of 0700; persist "/home/alice/.gnupg" instead`,
		},
		{
			"a directory in a closed directory of a home",
			Item{Path: home + "/.gnupg/private", Dir: true, Parent: mine, Above: []*Access{mine, open}},
			false,
			`its directory gets mode 0755 instead of 0700; persist "/home/alice/.gnupg" instead`,
		},
		{"a directory of a home that programs share", Item{Path: home + "/.config/x", Dir: true, Parent: mine, Above: []*Access{mine, open}}, false, ""},
		{"open directories", Item{Path: "/srv/a/b/c", Parent: open, Above: []*Access{open, open}}, false, ""},
		{"unknown access", Item{Path: "/srv/a/b/c", Above: []*Access{nil}}, false, ""},
	}
	for _, tt := range tests {
		for _, dialect := range nixDialects {
			inHome := strings.HasPrefix(tt.item.Path, home)
			if dialect == setting.DialectImpermanenceHM && !inHome {
				continue
			}
			t.Run(tt.name+" "+dialect.String(), func(t *testing.T) {
				want := tt.want
				// preservation accepts a mode for the directory that contains an item of the host.
				if tt.carried || dialect == setting.DialectPreservation && !inHome && strings.HasPrefix(want, "its directory") {
					want = ""
				}
				s := Render([]Item{tt.item}, Options{Dialect: dialect, Home: home, Users: alice})
				got := ""
				for _, note := range s.Warnings {
					got += note.comment()
				}
				if got != want || want != "" && !strings.Contains(s.Text, "# "+want+"\n") {
					t.Errorf("got warning %q, want %q\n%s", got, want, s.Text)
				}
			})
		}
	}
}

// TestRootDirectoryIsNotConfigured selects paths directly below a root directory with mode 1777.
func TestRootDirectoryIsNotConfigured(t *testing.T) {
	top := &Access{Mode: fs.ModeSticky | 0o777, User: "x", Group: "x"}
	for _, dialect := range nixDialects {
		s := Render([]Item{{Path: "/srv", Dir: true, Parent: top}, {Path: "/f", Parent: top}}, Options{Dialect: dialect})
		if strings.Contains(s.Text, "arent") {
			t.Errorf("%v configures the parent of /srv or /f:\n%s", dialect, s.Text)
		}
	}
}

// TestPrivateStateStaysPrivate selects paths in the directory that services with DynamicUser= need,
// on a disk where its mode is wrong.
func TestPrivateStateStaysPrivate(t *testing.T) {
	wrong := &Access{0o755, "root", "root"}
	const note = "# services with DynamicUser= need /var/lib/private to have mode 0700"
	for _, dialect := range []setting.Dialect{setting.DialectPlain, setting.DialectImpermanence, setting.DialectPreservation} {
		opts := Options{Dialect: dialect}
		s := Render([]Item{{Path: "/var/lib/private/f", Parent: wrong}}, opts)
		if !strings.Contains(s.Text, `arent.mode = "0700";`) && !strings.Contains(s.Text, `parentDirectory.mode = "0700";`) || strings.Contains(s.Text, note) {
			t.Errorf("%v, a file:\n%s", dialect, s.Text)
		}
		s = Render([]Item{{Path: "/var/lib/private/svc/f", Parent: wrong, Above: []*Access{wrong}}}, opts)
		if !strings.Contains(s.Text, note) {
			t.Errorf("%v, deeper:\n%s", dialect, s.Text)
		}
	}
}

func TestSharedDirectoriesAreLeftOutOnRequest(t *testing.T) {
	opts := Options{Home: home, LeaveShared: true}
	items := []Item{
		dir("/var/lib"), dir(home + "/.config"), dir("/root"), dir("/etc/ssh"), dir("/var/lib/systemd"), dir(home + "/.cache"), dir("/var/lib/x"),
		{Path: "/srv", Dir: true, Kept: "a mount"},
	}
	s := Render(items, opts)
	if s.Shared != 3 || len(s.LeftOut) != 3 || s.Directories != 4 || len(s.Kept) != 1 {
		t.Errorf("%d shared, left out %v, %d written", s.Shared, s.LeftOut, s.Directories)
	}
	if why := WhyNot("/root", &opts); why != "it is a whole home directory; persist directories in it instead" {
		t.Errorf("/root: %q", why)
	}
	opts.LeaveShared = false
	if s := Render(items, opts); s.Shared+len(s.LeftOut) > 0 || WhyNot("/var/lib", &opts) != "" {
		t.Errorf("left out: %v", s.LeftOut)
	}
}
