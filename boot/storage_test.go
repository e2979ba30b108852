package boot_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// young answers that every subvolume and file system was made at this boot.
type young struct{ blank }

func (young) Top(*mounts.Mount) (boot.Top, error) {
	return boot.Top{Born: booted.Start.Add(time.Minute)}, nil
}

func (young) Subvolume(*mounts.Mount) (boot.Subvolume, error) {
	return boot.Subvolume{Born: booted.Start.Add(time.Minute)}, nil
}

// TestTheBirthOfStorageIsNoEvidence is about a machine on which every subvolume was made after the
// boot, as on a disk that has just been formatted.
func TestTheBirthOfStorageIsNoEvidence(t *testing.T) {
	const table = "1 0 0:30 /@root / rw - btrfs /dev/vda2 rw\n2 1 0:30 /@persist /persist rw - btrfs /dev/vda2 rw\n" +
		"3 1 8:1 / /data rw - ext4 /dev/vdb rw\n5 1 8:1 /lib /var/lib rw - ext4 /dev/vdb rw\n4 1 0:40 / /mnt rw - tmpfs none rw\n"
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
		{"a file system", []string{"/data"}, "/data", boot.Unknown, false},
		{"a part of storage", []string{"/data"}, "/var/lib", boot.Unknown, false},
		{"of which storage is a part", []string{"/var/lib/x"}, "/data", boot.Unknown, false},
		{"a directory of the root", []string{"/srv"}, "/", boot.Wiped, true},
		{"another tree", []string{"/persist"}, "/", boot.Wiped, true},
		{"storage in memory", []string{"/mnt"}, "/mnt", boot.Wiped, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			trees, err := boot.Judge(context.Background(), mounted, boot.Options{Time: booted, Machine: young{}, Storage: tt.storage})
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
