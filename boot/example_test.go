package boot_test

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// blank is a machine that has only one fact: the birth of the subvolume at "/".
type blank struct{ born time.Time }

func (blank) Top(*mounts.Mount) (boot.Top, error)       { return boot.Top{}, nil }
func (blank) Device(*mounts.Mount) (boot.Device, error) { return boot.Device{}, nil }

func (m blank) Subvolume(mount *mounts.Mount) (boot.Subvolume, error) {
	if mount.Point == "/" {
		return boot.Subvolume{Born: m.born, Snapshot: true}, nil
	}
	return boot.Subvolume{}, nil
}

func (blank) Upper(*mounts.Mount, string) (string, error) { return "", fs.ErrNotExist }

// The root is a btrfs subvolume that was made at this boot, and a tmpfs is mounted in it.
func ExampleJudge() {
	table, err := mounts.ParseTable(`20 1 0:30 /root / rw - btrfs /dev/vda2 rw,subvolid=301,subvol=/root
21 20 0:30 /persist /persist rw - btrfs /dev/vda2 rw,subvolid=259,subvol=/persist
22 20 0:30 /persist/etc/ssh /etc/ssh rw - btrfs /dev/vda2 rw,subvolid=259,subvol=/persist
23 20 0:41 / /srv/scratch rw - tmpfs none rw
`)
	if err != nil {
		panic(err)
	}
	start := time.Unix(1_790_000_000, 0)
	trees, err := boot.Judge(context.Background(), table, boot.Options{
		Time:    boot.Time{Start: start, Now: start.Add(time.Hour)},
		Machine: blank{born: start.Add(4 * time.Second)},
	})
	if err != nil {
		panic(err)
	}
	for _, tree := range trees.All() {
		fmt.Print(tree.Point, ": ", tree.Fate)
		for _, e := range tree.Evidence {
			fmt.Print(", ", e.Kind)
			switch e.Kind {
			case boot.KindSubvolume:
				fmt.Print(" born ", e.Born.Sub(e.Boot), " after the boot")
			case boot.KindPart:
				fmt.Print(" of ", e.Path)
			default:
			}
		}
		fmt.Println()
	}
	fmt.Println("roots:", pointsOf(trees.Roots()))
	// Output:
	// /: wiped, subvolume born 4s after the boot
	// /etc/ssh: unknown, part of /persist/etc/ssh
	// /persist: unknown
	// /srv/scratch: wiped, memory
	// roots: [/ /srv/scratch]
}

// A walk offers the regular files that it passes, as long as they are wanted.
func ExampleSample() {
	table, err := mounts.ParseTable("20 1 254:1 / / rw - ext4 /dev/vda1 rw\n")
	if err != nil {
		panic(err)
	}
	start := time.Unix(1_790_000_000, 0)
	trees, err := boot.Judge(context.Background(), table, boot.Options{Time: boot.Time{Start: start}, Machine: blank{}})
	if err != nil {
		panic(err)
	}
	sample := boot.NewSample(table)
	for i := range 100 {
		if files := sample.Of(table.At("/").ID); files.Wants() {
			files.Add(fmt.Sprint("/dir", i), time.Time{}, start.AddDate(0, -1, 0))
		}
	}
	root := trees.WithSample(sample).At("/")
	fmt.Println(root.Fate, root.Evidence[0].Old, "of", root.Evidence[0].Seen, "files are older than the boot")
	// Output:
	// kept 32 of 32 files are older than the boot
}
