package mounts_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

func TestParseReadsEachField(t *testing.T) {
	tests := []struct {
		name, line string
		want       mounts.Mount
	}{
		{
			"the example of the manual", "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
			mounts.Mount{ID: 36, Parent: 35, Device: "98:0", Root: "/mnt1", Point: "/mnt2", Options: "rw,noatime", FSType: "ext3", Source: "/dev/root", SuperOptions: "rw,errors=continue"},
		},
		{
			"no optional field", "1 0 0:1 / / rw - rootfs none rw",
			mounts.Mount{ID: 1, Device: "0:1", Root: "/", Point: "/", Options: "rw", FSType: "rootfs", Source: "none", SuperOptions: "rw"},
		},
		{
			"several optional fields", "2 1 0:1 / /x rw shared:1 master:2 propagate_from:3 unbindable - tmpfs none rw",
			mounts.Mount{ID: 2, Parent: 1, Device: "0:1", Root: "/", Point: "/x", Options: "rw", FSType: "tmpfs", Source: "none", SuperOptions: "rw"},
		},
		{
			"escapes", `2 1 0:1 /a\134b /a\040b\011c\012d rw - fuse.x so\040ur\043ce rw,lowerdir=/a\054b`,
			mounts.Mount{ID: 2, Parent: 1, Device: "0:1", Root: `/a\b`, Point: "/a b\tc\nd", Options: "rw", FSType: "fuse.x", Source: "so ur#ce", SuperOptions: `rw,lowerdir=/a\054b`},
		},
		{
			"white space that is not escaped", "2 1 0:1 /a\r /v\vf\f\u00a0 rw - tmpfs a\r rw\r",
			mounts.Mount{ID: 2, Parent: 1, Device: "0:1", Root: "/a\r", Point: "/v\vf\f\u00a0", Options: "rw", FSType: "tmpfs", Source: "a\r", SuperOptions: "rw\r"},
		},
		{
			"an empty source", "2 1 0:1 / /x rw - tmpfs  rw",
			mounts.Mount{ID: 2, Parent: 1, Device: "0:1", Root: "/", Point: "/x", Options: "rw", FSType: "tmpfs", SuperOptions: "rw"},
		},
		{
			"no options of the file system", "2 1 0:1 / /x rw - tmpfs none",
			mounts.Mount{ID: 2, Parent: 1, Device: "0:1", Root: "/", Point: "/x", Options: "rw", FSType: "tmpfs", Source: "none"},
		},
		{
			"a namespace", "2 1 0:4 net:[4026531840] /run/netns/a rw shared:1 - nsfs nsfs rw",
			mounts.Mount{ID: 2, Parent: 1, Device: "0:4", Root: "net:[4026531840]", Point: "/run/netns/a", Options: "rw", FSType: "nsfs", Source: "nsfs", SuperOptions: "rw"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, text := range []string{tt.line, tt.line + "\n"} {
				got, err := mounts.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]mounts.Mount{tt.want}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

const good = "21 1 0:1 / / rw - tmpfs none rw\n"

var malformed = map[string]string{
	"no dash":          "22 21 0:1 / /x rw tmpfs none rw\n",
	"no number":        "x 21 0:1 / /x rw - tmpfs none rw\n",
	"no parent number": "22 x 0:1 / /x rw - tmpfs none rw\n",
	"relative point":   "22 21 0:1 / x rw - tmpfs none rw\n",
	"too few":          "22 21 0:1 /x - tmpfs none\n",
	"only a type":      "22 21 0:1 / /x rw - tmpfs\n",
	"an empty line":    "\n",
}

func TestParseSkipsMalformedLinesAndReportsTheFirst(t *testing.T) {
	for name, line := range malformed {
		t.Run(name, func(t *testing.T) {
			all, err := mounts.Parse(good + line + line + "23 21 0:1 / /y rw - tmpfs none rw\n")
			if err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
				t.Errorf("error: %v", err)
			}
			if len(all) != 2 || all[0].ID != 21 || all[1].ID != 23 {
				t.Errorf("got %+v", all)
			}
		})
	}
	if all, err := mounts.Parse(""); len(all) != 0 || err != nil {
		t.Errorf("Parse(\"\") = %v, %v", all, err)
	}
}

func TestParseTableRejectsMalformedTables(t *testing.T) {
	texts := map[string]string{"empty": "", "nothing at /": "22 21 0:1 / /x rw - tmpfs none rw\n"}
	for name, line := range malformed {
		texts[name] = good + line + good
	}
	for name, text := range texts {
		if _, err := mounts.ParseTable(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestDeviceNumbers(t *testing.T) {
	for device, want := range map[string][2]uint32{"254:1": {254, 1}, "0:4294967295": {0, 4294967295}, "0:0": {0, 0}} {
		m := mounts.Mount{Device: device}
		if major, minor, ok := m.DeviceNumbers(); !ok || major != want[0] || minor != want[1] {
			t.Errorf("%s: %d:%d, %t", device, major, minor, ok)
		}
	}
	for _, device := range []string{"", "1", ":", "1:", "a:1", "1:-1", "1:4294967296", "1:2:3"} {
		m := mounts.Mount{Device: device}
		if major, minor, ok := m.DeviceNumbers(); ok {
			t.Errorf("%q: %d:%d", device, major, minor)
		}
	}
}

func TestShownReversesInside(t *testing.T) {
	tests := []struct{ root, point, path, inside string }{
		{"/", "/", "/", "/"},
		{"/", "/", "/a/b", "/a/b"},
		{"/", "/mnt", "/mnt", "/"},
		{"/", "/mnt", "/mnt/a", "/a"},
		{"/@home", "/home", "/home/al", "/@home/al"},
		{"/@home", "/", "/al", "/@home/al"},
		{"/f", "/etc/machine-id", "/etc/machine-id", "/f"},
	}
	for _, tt := range tests {
		m := mounts.Mount{Root: tt.root, Point: tt.point}
		if got, ok := m.Inside(tt.path); got != tt.inside || !ok {
			t.Errorf("%+v: Inside(%s) = %q, %t", m, tt.path, got, ok)
		}
		if got, ok := m.Shown(tt.inside); got != tt.path || !ok {
			t.Errorf("%+v: Shown(%s) = %q, %t", m, tt.inside, got, ok)
		}
	}
	m := mounts.Mount{Root: "/@home", Point: "/home"}
	for _, path := range []string{"/", "/homes", "/homes/al", "/etc"} {
		if got, ok := m.Inside(path); ok {
			t.Errorf("Inside(%s) = %q", path, got)
		}
	}
	for _, inside := range []string{"/", "/@homes", "/@homes/al", "/@", "net:[1]"} {
		if got, ok := m.Shown(inside); ok {
			t.Errorf("Shown(%s) = %q", inside, got)
		}
	}
}

func TestAnswersIsTrueOnlyForKernelFileSystems(t *testing.T) {
	for kind, want := range map[string]bool{"ext4": true, "tmpfs": true, "proc": true, "nfs4": false, "fuse.sshfs": false, "autofs": false, "": false} {
		m := mounts.Mount{FSType: kind}
		if got := m.Answers(); got != want {
			t.Errorf("%q: %t", kind, got)
		}
	}
}
