package mounts_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// table builds a mount table from "id parent root point fstype source" lines.
func table(t testing.TB, lines ...string) *mounts.Table {
	t.Helper()
	var text strings.Builder
	for _, line := range lines {
		f := strings.Fields(line)
		text.WriteString(strings.Join([]string{f[0], f[1], "0:1", f[2], f[3], "rw,relatime shared:1 master:2 -", f[4], f[5], "rw\n"}, " "))
	}
	m, err := mounts.ParseTable(text.String())
	if err != nil {
		t.Fatalf("ParseTable: %v", err)
	}
	return m
}

func points(m *mounts.Table) []string {
	var got []string
	for _, mount := range m.Points() {
		got = append(got, mount.Point)
	}
	return got
}

func TestPointsAreTheMountsThatALookupReaches(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  []string
	}{
		{"only the root", []string{"21 1 / / tmpfs none"}, nil},
		{
			"directories, files and nested ones",
			[]string{"21 1 / / tmpfs none", "22 21 / /home ext4 /dev/a", "23 22 /x /home/al/f ext4 /dev/b", "24 21 /y /etc/m ext4 /dev/b"},
			[]string{"/etc/m", "/home", "/home/al/f"},
		},
		{
			"one hidden below a later mount",
			[]string{"21 1 / / tmpfs none", "22 21 / /home/al/x ext4 /dev/a", "23 21 / /home tmpfs none"},
			[]string{"/home"},
		},
		{
			"two stacked on one point",
			[]string{"21 1 / / tmpfs none", "22 21 / /mnt ext4 /dev/a", "23 22 / /mnt tmpfs none", "24 23 / /mnt/in ext4 /dev/b"},
			[]string{"/mnt", "/mnt/in"},
		},
		{
			"a root mounted over the first root",
			[]string{"1 0 / / rootfs none", "21 1 / / tmpfs none", "22 21 / /nix ext4 /dev/a", "23 1 / /old ext4 /dev/a"},
			[]string{"/nix"},
		},
		{"names with escapes", []string{"21 1 / / tmpfs none", `22 21 / /a\040b\134c\012d ext4 /dev/a`}, []string{"/a b\\c\nd"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, points(table(t, tt.lines...))); diff != "" {
				t.Errorf("points differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTopmostOfStackedMountsCounts(t *testing.T) {
	m := table(t, "21 1 / / ext4 none", "22 21 / /home ext4 /dev/a", "23 22 / /home tmpfs none")
	if got := m.At("/home/alice").FSType; got != "tmpfs" {
		t.Errorf("file system at /home/alice = %s, want tmpfs", got)
	}
	if diff := cmp.Diff([]string{"/", "/home"}, m.DefaultRoots("/home/alice")); diff != "" {
		t.Errorf("roots differ:\n%s", diff)
	}
}

func TestDefaultRootsAreTmpfsAtOrAboveTheHome(t *testing.T) {
	m := table(t, "21 1 / / btrfs /dev/a", "22 21 / /home ext4 /dev/b", "23 22 / /home/al tmpfs none",
		"24 21 / /tmp tmpfs none", "25 23 / /home/al/.cache tmpfs none", "26 22 / /home/bo ramfs none")
	tests := map[string][]string{
		"/home/al": {"/", "/home/al"},
		"/home/bo": {"/", "/home/bo"},
		"/root":    {"/"},
	}
	for home, want := range tests {
		if diff := cmp.Diff(want, m.DefaultRoots(home)); diff != "" {
			t.Errorf("roots for %s differ:\n%s", home, diff)
		}
	}
}

func TestReadReturnsTheTableOfThisProcess(t *testing.T) {
	m, err := mounts.Read()
	if err != nil {
		t.Fatal(err)
	}
	if got := m.At("/proc/self").FSType; got != "proc" {
		t.Errorf("file system at /proc = %s, want proc", got)
	}
}

func TestStoredFindsTheSourceOfABindMount(t *testing.T) {
	table, err := mounts.ParseTable(`20 1 0:20 / / rw - tmpfs none rw
21 20 0:30 /@persist /persist rw - btrfs /dev/vda rw
22 20 0:30 /@persist/var/lib/svc /var/lib/svc rw - btrfs /dev/vda rw
23 20 0:30 /@persist/etc/machine-id /etc/machine-id rw - btrfs /dev/vda rw
24 20 0:30 /@persist2/x /srv rw - btrfs /dev/vda rw
25 20 0:31 /@persist/x /opt rw - btrfs /dev/vdb rw
26 20 0:30 / /top rw - btrfs /dev/vda rw
`)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/var/lib/svc": "/persist/var/lib/svc", "/var/lib/svc/a/b": "/persist/var/lib/svc/a/b", "/etc/machine-id": "/persist/etc/machine-id",
		"/srv/x": "", "/opt": "", "/home/a": "", "/persist/x": "", "/top/@persist": "/persist", "/top/@persist/a": "/persist/a", "/top/x": "",
	} {
		if got, ok := table.Stored(path, "/persist"); got != want || ok != (want != "") {
			t.Errorf("Stored(%s) = %q, %t, want %q", path, got, ok, want)
		}
	}
}
