package generation_test

import (
	"path"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/boot/generation"
)

// sane checks what must hold for every result.
func sane(t *testing.T, g *generation.Generation) {
	t.Helper()
	last := ""
	for _, e := range g.Entries {
		if !strings.HasPrefix(e.Path, "/") || e.Path != path.Clean(e.Path) || strings.Contains(e.Path, "\x00") || strings.HasPrefix(e.Path, "/sysroot/") && e.Stage != generation.Initrd {
			t.Errorf("%q is a path", e.Path)
		}
		if e.Path < last {
			t.Errorf("%q comes after %q", e.Path, last)
		}
		last = e.Path
		if e.Verdict == generation.Kept && e.Storage != "" && (!strings.HasPrefix(e.Storage, "/") || e.Storage != path.Clean(e.Storage)) {
			t.Errorf("%q is kept in %q", e.Path, e.Storage)
		}
		if blocked := len(e.Problems) > 0 && e.Problems[len(e.Problems)-1].Kind.Blocks(); blocked && e.Verdict != generation.Inactive {
			t.Errorf("%s", show(e))
		}
		if decides, ok := g.Keeps(e.Path); e.Verdict == generation.Kept && !ok || decides.Path == "" && e.Verdict != generation.Inactive {
			t.Errorf("%s, but %v by %s", show(e), ok, show(decides))
		}
	}
	if changes := generation.Compare(g, g); len(changes) != 0 {
		t.Errorf("a generation differs from itself: %+v", changes)
	}
}

// FuzzFstab reads any fstab(5).
func FuzzFstab(f *testing.F) {
	for _, seed := range []string{
		"/keep/a\\040b /a\\040b none rbind,nofail 0 0\n", "none / tmpfs\n/keep / none bind\n/a /b none bind\n/b /a none bind", "x /sysroot/y overlay upperdir=/a,upperdir=",
		"/keep/x /x/../y none bind", "# \n\\ \\ \\ \\", "/a /a none bind\n/a/a /a/a none bind\n/img /c ext4", "tank /\xff zfs\r\n/\\000 /z none bind", "/sysroot /sysroot none bind",
	} {
		f.Add(seed)
	}
	m := newMachine(f)
	f.Fuzz(func(t *testing.T, text string) {
		m.t = t
		m.etcFile("fstab", text)
		sane(t, m.read(generation.Options{}))
	})
}

// FuzzUnits reads any mount unit, service of impermanence, and lines of tmpfiles.d.
func FuzzUnits(f *testing.F) {
	f.Add("[Mount]\nWhat=/keep/x\nWhere=/x\nOptions=bind\n", "Bind mount or link '/keep/a' to '/a'", mf+" /a '/keep/a' auto ''", "L+ /b - - - - /keep/b")
	f.Add("[Mount]\nWhat=%q\nWhere=/sysroot/x\nOptions=bind,rbind\n", "Bind mount or link /a to b to /c to /d", "/nix/store/h-bindOrLink-x", "L /x - - - - \"/keep\"\nL+ /sysroot/x - - - - ../y")
	f.Add("[Mount]\nType=tmpfs\n", "x", "@-"+mf+" a b", "d /x 0700 a b\nL+ / - - - - /")
	m := newMachine(f)
	f.Fuzz(func(t *testing.T, mount, description, exec, lines string) {
		m.t = t
		m.unit("x.mount", mount, local)
		m.persist("x", description, exec)
		m.tmpfiles("00-nixos.conf", lines)
		sane(t, m.read(generation.Options{}))
	})
}

// FuzzScripts reads any activation script, list of users and home.
func FuzzScripts(f *testing.F) {
	f.Add("/keep '/var/log' root root 0755 ''", `{"users":[{"name":"ann","home":"/home/ann"}]}`, "Bind mount '/keep/x' at '/home/ann/x'", "checkHomeDirectory '/home/ann'")
	f.Add("/keep /a b", `{"users":null}`, "Bind mount a at b at /c", "checkHomeDirectory \"'\"")
	f.Add("'", "[]", "Bind mount /home/ann/x at /home/ann/x", "checkHomeDirectory /")
	m := newMachine(f)
	files := m.home("ann", "")
	f.Fuzz(func(t *testing.T, line, users, description, check string) {
		m.t = t
		m.file(sys+"/activate", "/nix/store/h-persistence-run-create-directories /nix/store/h-users-groups.json")
		m.file("/nix/store/h-persistence-run-create-directories", createScript("persistence", line))
		m.file("/nix/store/h-users-groups.json", users)
		m.file(files+"/.config/systemd/user/bindMount-x.service", "[Unit]\nDescription="+description+"\n")
		m.file("/nix/store/h-home-manager-generation-ann/activate", check)
		sane(t, m.read(generation.Options{}))
	})
}
