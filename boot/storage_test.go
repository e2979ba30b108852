package boot_test

import (
	"context"
	"slices"
	"testing"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// TestTheBirthOfStorageIsNoEvidence is about a machine on which every subvolume was made after the
// boot, as on a disk that has just been formatted.
func TestTheBirthOfStorageIsNoEvidence(t *testing.T) {
	const table = "1 0 0:30 /@root / rw - btrfs /dev/vda2 rw\n2 1 0:30 /@persist /persist rw - btrfs /dev/vda2 rw\n" +
		"3 1 0:30 /@persist/lib /var/lib rw - btrfs /dev/vda2 rw\n4 1 0:40 / /mnt rw - tmpfs none rw\n"
	mounted, err := mounts.ParseTable(table)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		storage []string
		path    string
		want    boot.Fate
		root    bool
	}{
		{"no storage", nil, "/persist", boot.Wiped, true},
		{"a mount point", []string{"/persist"}, "/persist", boot.Unknown, false},
		{"a directory on the mount", []string{"/persist/data"}, "/persist", boot.Unknown, false},
		{"a part of storage", []string{"/persist"}, "/var/lib", boot.Unknown, false},
		{"of which storage is a part", []string{"/var/lib/x"}, "/persist", boot.Unknown, false},
		{"a directory of the root", []string{"/srv"}, "/", boot.Wiped, true},
		{"another tree", []string{"/persist"}, "/", boot.Wiped, true},
		{"storage in memory", []string{"/mnt"}, "/mnt", boot.Wiped, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			trees, err := boot.Judge(context.Background(), mounted, boot.Options{Time: booted, Machine: yes{}, Storage: tt.storage})
			if err != nil {
				t.Fatal(err)
			}
			for _, trees := range []*boot.Trees{trees, trees.WithSample(boot.NewSample(mounted))} {
				if tree := trees.At(tt.path); tree.Fate != tt.want {
					t.Errorf("%s is %v, want %v", tt.path, tree.Fate, tt.want)
				}
				if slices.Contains(pointsOf(trees.Roots()), tt.path) != tt.root {
					t.Errorf("the roots are %q", pointsOf(trees.Roots()))
				}
			}
		})
	}
}
