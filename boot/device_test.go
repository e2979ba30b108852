package boot_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/boot"
)

// sysfs makes a tree like that of the kernel: files have their text, and directories below
// "slaves" are symlinks to devices.
func sysfs(t *testing.T, files, links map[string]string) string {
	t.Helper()
	top := t.TempDir()
	for name, text := range files {
		path := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range links {
		path := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(top, target), path); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

func TestDevicesAreFollowedIntoThoseThatTheyAreMadeOf(t *testing.T) {
	t.Parallel()
	top := sysfs(t, map[string]string{
		"sda/dev":                  "8:0\n",
		"sda/sda1/partition":       "1\n",
		"loop0/loop/backing_file":  "/persist/a b\n",
		"loop1/loop/backing_file":  "/run/cow (deleted)\n",
		"loop1/loop1p2/partition":  "2\n",
		"dm-0/dm/name":             "live-rw\n",
		"dm-1/dm/name":             "crypt\n",
		"dm-2/dm/name":             "itself\n",
		"loop2/loop/backing_file":  "/new\nline\n",
		"md0/slaves/missing/empty": "",
	}, map[string]string{
		"dm-0/slaves/loop0": "loop0", "dm-0/slaves/loop1": "loop1", "dm-1/slaves/dm-0": "dm-0", "dm-1/slaves/sda1": "sda/sda1", "dm-2/slaves/dm-2": "dm-2",
		"dm-3/slaves/gone": "gone",
	})
	loop0, loop1 := boot.Device{Name: "loop0", LoopFile: "/persist/a b"}, boot.Device{Name: "loop1", LoopFile: "/run/cow (deleted)"}
	live := boot.Device{Name: "dm-0", Below: []boot.Device{loop0, loop1}}
	for _, tt := range []struct {
		name, dir string
		want      boot.Device
	}{
		{"a disk", "sda", boot.Device{Name: "sda"}},
		{"a partition", "sda/sda1", boot.Device{Name: "sda1"}},
		{"a loop device", "loop0", loop0},
		{"a partition of a loop device", "loop1/loop1p2", boot.Device{Name: "loop1p2", LoopFile: "/run/cow (deleted)"}},
		{"a file name with a newline", "loop2", boot.Device{Name: "loop2", LoopFile: "/new\nline"}},
		{"a mapping of loop devices", "dm-0", live},
		{"a mapping of a mapping and a partition", "dm-1", boot.Device{Name: "dm-1", Below: []boot.Device{live, {Name: "sda1"}}}},
		{"nothing", "nowhere", boot.Device{Name: "nowhere"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := boot.ReadDevice(filepath.Join(top, tt.dir))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a device that is made of itself", func(t *testing.T) {
		t.Parallel()
		device, err := boot.ReadDevice(filepath.Join(top, "dm-2"))
		deep := 0
		for ; len(device.Below) > 0; device = device.Below[0] {
			deep++
		}
		if err != nil || deep == 0 || deep > 10 {
			t.Errorf("%d deep, %v", deep, err)
		}
	})
	t.Run("a device that is gone in the meantime", func(t *testing.T) {
		t.Parallel()
		device, err := boot.ReadDevice(filepath.Join(top, "dm-3"))
		if err == nil || device.Name != "dm-3" {
			t.Errorf("%+v, %v", device, err)
		}
	})
}
