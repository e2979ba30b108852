package mounts_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// escape escapes names like the kernel (fs/proc_namespace.c, mangle and seq_path_root).
var escape = strings.NewReplacer(`\`, `\134`, " ", `\040`, "\t", `\011`, "\n", `\012`, "#", `\043`).Replace

// FuzzParse parses any text. The lookup of each mount point must end at that mount point.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"21 1 0:1 / / rw - tmpfs none rw\n22 21 0:1 / /x\\040y rw shared:1 - ext4 /dev/a rw\n",
		"21 21 0:1 / / rw - tmpfs none rw\n21 21 0:1 / / rw - tmpfs none rw\n",
		"1 2 0:1 / / rw - a b c\n2 1 0:1 / / rw - a b c\n",
		"\\999 \\1 - -",
		"21 1 0:1 / / rw - tmpfs  rw\n\n22 21 0:4 net:[1] /n rw - nsfs nsfs",
		"1 0 0:1 /a//deleted / rw - a b c\n2 1 0:1  /x/ rw - a b",
	} {
		f.Add(seed)
	}
	if own, err := os.ReadFile("/proc/self/mountinfo"); err == nil {
		f.Add(string(own))
	}
	f.Fuzz(func(t *testing.T, text string) {
		all, wrong := mounts.Parse(text)
		if lines := strings.Count(text, "\n") + 1; len(all) > lines {
			t.Errorf("%d mounts in %d lines", len(all), lines)
		}
		table, err := mounts.ParseTable(text)
		if wrong != nil && err == nil {
			t.Errorf("ParseTable succeeded, but Parse returned %v", wrong)
		}
		if err != nil {
			return
		}
		for _, mount := range table.Points() {
			if at := table.At(mount.Point); at.Point != mount.Point {
				t.Errorf("lookup of %q ends on the mount at %q", mount.Point, at.Point)
			}
			table.Stored(mount.Point, "/home")
		}
		table.DefaultRoots("/home/alice")
	})
}

// FuzzEscaped writes a line in the format of the kernel and parses it.
func FuzzEscaped(f *testing.F) {
	f.Add(36, 35, "98:0", "/mnt1", "/mnt2", "ext3", "/dev/root")
	f.Add(1, 0, "0:1", "net:[1]", "/a b\n\t\\040", "fuse.x", "")
	f.Add(-1, 0, "", "", "/\r\v\f\u0085\u00a0\xff", "#", " - ")
	f.Fuzz(func(t *testing.T, id, parent int, device, root, point, kind, source string) {
		want := mounts.Mount{
			ID: id, Parent: parent, Device: strings.Map(digits, device), Root: root, Point: "/" + point, Options: "rw", FSType: kind, Source: source, SuperOptions: "rw,a=b c",
		}
		line := strings.Join([]string{
			strconv.Itoa(id), strconv.Itoa(parent), want.Device, escape(root), escape(want.Point), "rw", "shared:1", "-", escape(kind), escape(source), want.SuperOptions,
		}, " ")
		if root == "-" && strings.Contains(line, " - ") {
			return // no file system has such a root: the kernel writes a path or kind:[number]
		}
		got, err := mounts.Parse(line + "\n" + line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if diff := cmp.Diff([]mounts.Mount{want, want}, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	})
}

func digits(r rune) rune {
	if r == ':' || '0' <= r && r <= '9' {
		return r
	}
	return -1
}
