package session

import (
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// TestWhyWiped uses the mount tables of several kinds of machines.
func TestWhyWiped(t *testing.T) {
	t.Parallel()
	const tmpfsRoot = "20 1 0:20 / / rw - tmpfs none rw\n"
	const ext4Root = "20 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
	const btrfsRoot = "20 1 0:30 /@root / rw - btrfs /dev/sda2 rw,subvol=/@root\n"
	tests := []struct {
		name, table, storage string
		roots                []string
		want                 string // "" if it is kept
	}{
		{"a disk", tmpfsRoot + "21 20 8:1 / /persist rw - ext4 /dev/sda1 rw", "/persist", nil, ""},
		{"a directory of a disk", tmpfsRoot + "21 20 8:1 / /nix rw - ext4 /dev/sda1 rw", "/nix/persist", nil, ""},
		{"not a mount", ext4Root, "/persist", nil, "is not a mount"},
		{"a bind mount of the root", ext4Root + "21 20 8:1 /srv/x /persist rw - ext4 /dev/sda1 rw", "/persist", nil, "shows /srv/x, which"},
		{"a bind mount of the whole root", ext4Root + "21 20 8:1 / /persist rw - ext4 /dev/sda1 rw", "/persist", nil, "shows /, which"},
		{"a directory of a bind mount", ext4Root + "21 20 8:1 /srv /mnt rw - ext4 /dev/sda1 rw", "/mnt/x/y", nil, "shows /srv/x/y, which"},
		{"a subvolume beside the root", btrfsRoot + "21 20 0:30 /@persist /persist rw - btrfs /dev/sda2 rw", "/persist", nil, ""},
		{"a subvolume whose name starts with the root's", btrfsRoot + "21 20 0:30 /@root2 /persist rw - btrfs /dev/sda2 rw", "/persist", nil, ""},
		{"a subvolume in the root", btrfsRoot + "21 20 0:30 /@root/persist /persist rw - btrfs /dev/sda2 rw", "/persist", nil, "shows /persist, which"},
		{"a directory of the top level", btrfsRoot + "21 20 0:30 / /top rw - btrfs /dev/sda2 rw", "/top/@persist", nil, ""},
		{"the root's subvolume through the top level", btrfsRoot + "21 20 0:30 / /top rw - btrfs /dev/sda2 rw", "/top/@root/x", nil, "shows /x, which"},
		{"a directory beside the root's", "20 1 8:1 /root / rw - ext4 /dev/sda1 rw\n21 20 8:1 /persist /persist rw - ext4 /dev/sda1 rw", "/persist", nil, ""},
		{"a part of another root", tmpfsRoot + "21 20 8:2 / /home rw - ext4 /dev/sda2 rw\n22 20 8:2 /x /persist rw - ext4 /dev/sda2 rw", "/persist", []string{"/", "/home"}, "shows /home/x, which"},
		{"tmpfs", ext4Root + "21 20 0:40 / /persist rw - tmpfs none rw", "/persist", nil, "is on tmpfs none at /persist: the next"},
		{"ramfs", ext4Root + "21 20 0:40 / /persist rw - ramfs none rw", "/persist", nil, "the next reboot wipes it"},
		{"a directory of /dev", ext4Root + "21 20 0:40 / /dev rw - devtmpfs dev rw", "/dev/x", nil, "the next reboot wipes it"},
		{"overlay", ext4Root + "21 20 0:40 / /persist rw - overlay overlay rw", "/persist", nil, "its upper directory may be wiped"},
		{"control groups", ext4Root + "21 20 0:40 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "/sys/fs/cgroup", nil, "state of the kernel"},
		{"zram", tmpfsRoot + "21 20 252:0 / /persist rw - ext4 /dev/zram1 rw", "/persist", nil, "the next reboot wipes it"},
	}
	for _, tt := range tests {
		mounts, err := mounts.ParseTable(strings.TrimSuffix(tt.table, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		roots := tt.roots
		if roots == nil {
			roots = []string{"/"}
		}
		text := func(doubts bool) string {
			if why := whyWiped(mounts, roots, tt.storage, func(string) bool { return doubts }); why != nil {
				return why.Text()
			}
			return ""
		}
		if got := text(false); !strings.Contains(got, tt.want) || (tt.want == "") != (got == "") {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if got := text(true); (tt.want == "") != (got == "") ||
			strings.Contains(got, "as the candidates") == strings.Contains(got, "reboot") && got != "" && !strings.Contains(got, "state of the kernel") {
			t.Errorf("%s, on a doubtful root: %q", tt.name, got)
		}
	}
}
