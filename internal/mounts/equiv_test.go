package mounts_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// mountHostile mounts file systems whose names contain every byte that the kernel escapes and
// others that look like separators. It stacks mounts and hides one below another. It writes the
// mount table and the output of findmnt(8) to files.
const mountHostile = `set -e
cd "$1"
mkdir m; mount -t tmpfs none m; cd m
for name in 'a b' 'new
line' 'tab	x' 'back\slash' 'ha#sh' 'q"uote' '\040' ' - ' "$(printf 'cr\rx')" "$(printf 'nb\302\240sp')" "$(printf 'v\vf\fx')" "$(printf 'bad\377x')"; do
	mkdir -- "$name" "bind $name"
	mount -t tmpfs -o size=4k,nosuid -- "so ur#ce" "$name"
	mkdir -- "$name/in"
	mount --bind -- "$name/in" "bind $name"
done
mkdir stack; mount -t tmpfs one stack; mkdir stack/hidden; mount -t tmpfs two stack/hidden; mount -t tmpfs three stack
cat /proc/self/mountinfo >"$1/mountinfo"
findmnt --nofsroot --list --json -o ID,PARENT,TARGET,SOURCE,FSTYPE,FSROOT,MAJ:MIN,VFS-OPTIONS,FS-OPTIONS >"$1/findmnt"
`

func TestParseAgreesWithFindmnt(t *testing.T) {
	probe.Tool(t, "findmnt")
	dir := t.TempDir()
	args := append(probe.Unshare(t), "--", "sh", "-c", mountHostile, "sh", dir)
	if out, err := exec.Command(probe.Tool(t, "unshare"), args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "mountinfo"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := mounts.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for i := range got { // JSON cannot represent bytes that are not UTF-8
		got[i].Point = strings.ToValidUTF8(got[i].Point, "\ufffd")
	}
	want := readFindmnt(t, filepath.Join(dir, "findmnt"))
	byID := func(a, b mounts.Mount) int { return a.ID - b.ID }
	slices.SortFunc(got, byID)
	slices.SortFunc(want, byID)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-findmnt +got):\n%s", diff)
	}
	if len(got) < 2*12+4 {
		t.Errorf("only %d mounts", len(got))
	}
	table, err := mounts.ParseTable(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if at := table.At(filepath.Join(dir, "m/stack/hidden")); at.Source != "three" {
		t.Errorf("the hidden mount is on %s, expected three", at.Source)
	}
}

func readFindmnt(t *testing.T, name string) []mounts.Mount {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var found struct {
		Filesystems []struct {
			ID, Parent             int
			Target, Source, FSType string
			FSRoot                 string
			Device                 string `json:"maj:min"`
			Options                string `json:"vfs-options"`
			SuperOptions           string `json:"fs-options"`
		}
	}
	if err := json.Unmarshal(text, &found); err != nil {
		t.Fatal(err)
	}
	var all []mounts.Mount
	for _, m := range found.Filesystems {
		all = append(all, mounts.Mount{
			ID: m.ID, Parent: m.Parent, Device: m.Device, Root: m.FSRoot, Point: m.Target, Options: m.Options,
			FSType: m.FSType, Source: m.Source, SuperOptions: m.SuperOptions,
		})
	}
	return all
}
