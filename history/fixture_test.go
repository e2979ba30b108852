package history_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/leak"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// tempDir returns a directory without symlinks in its path, for tests that must leave nothing open.
func tempDir(t testing.TB) string {
	t.Helper()
	leak.Check(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must.Do(t, err)
	return dir
}

func write(t testing.TB, name, text string) {
	t.Helper()
	must.Do(t, os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644))
}

// find finds states, and closes them after the test.
func find(t testing.TB, options history.Options) *history.Found {
	t.Helper()
	if options.Zone == nil {
		options.Zone = time.UTC
	}
	found, err := history.Find(context.Background(), options)
	must.Do(t, err)
	t.Cleanup(found.Close)
	return found
}

// summary describes states, one a line.
func summary(found *history.Found) string {
	var b strings.Builder
	for _, s := range found.States {
		fmt.Fprintf(&b, "%s %s %s %s %s root=%s\n", s.Kind, s.Name, s.Time.UTC().Format(time.DateTime), s.Basis, s.Age, s.Root)
	}
	for _, p := range found.Problems {
		fmt.Fprintf(&b, "problem %s %s %s\n", p.Kind, p.Path, p.Reason)
	}
	return b.String()
}

// clock is a history.Clock: everything before it is older.
type clock time.Time

func (c clock) Older(at time.Time) bool   { return at.Before(time.Time(c)) }
func (c clock) Younger(at time.Time) bool { return !at.Before(time.Time(c)) }

// disk is a btrfs on a loop device, whose top level is mounted at top.
type disk struct {
	t           testing.TB
	device, top string
	work        string
}

func newDisk(t testing.TB) *disk {
	t.Helper()
	probe.Need(t, probe.Root, probe.Loop, probe.Btrfs)
	dir := tempDir(t)
	image := filepath.Join(dir, "image")
	d := &disk{t: t, top: filepath.Join(dir, "top"), work: filepath.Join(dir, "work")}
	must.Do(t, os.WriteFile(image, nil, 0o600), os.Truncate(image, 256<<20), os.Mkdir(d.top, 0o755))
	must.Run(t, "mkfs.btrfs", "-q", image)
	d.device = strings.TrimSpace(must.Run(t, "losetup", "--find", "--show", image))
	t.Cleanup(func() {
		_ = unix.Unmount(d.top, unix.MNT_DETACH)
		must.Run(t, "losetup", "--detach", d.device)
	})
	d.mount()
	return d
}

func (d *disk) mount()   { must.Run(d.t, "mount", d.device, d.top) }
func (d *disk) unmount() { must.Run(d.t, "umount", d.top) }

// at returns a path below the top level.
func (d *disk) at(name string) string { return filepath.Join(d.top, name) }

func (d *disk) subvolume(names ...string) {
	for _, name := range names {
		must.Do(d.t, os.MkdirAll(filepath.Dir(d.at(name)), 0o755))
		must.Run(d.t, "btrfs", "-q", "subvolume", "create", d.at(name))
	}
}

// snapshot makes a read-only snapshot.
func (d *disk) snapshot(from, to string) {
	must.Do(d.t, os.MkdirAll(filepath.Dir(d.at(to)), 0o755))
	must.Run(d.t, "btrfs", "-q", "subvolume", "snapshot", "-r", d.at(from), d.at(to))
}

// boot runs the rollback script.
func (d *disk) boot() {
	d.unmount()
	must.Run(d.t, "bash", "testdata/rollback.sh", d.device, d.work)
	d.mount()
}

// table returns a mount table in which parts of the disk are mounted: pairs of a directory of the
// top level, and a mount point.
func (d *disk) table(pairs ...string) *mounts.Table {
	d.t.Helper()
	now, err := mounts.Read()
	must.Do(d.t, err)
	real := now.At(d.top)
	var text strings.Builder
	if pairs[1] != "/" {
		fmt.Fprintf(&text, "1 0 0:1 / / rw - tmpfs tmpfs rw\n")
	}
	for i := 0; i < len(pairs); i += 2 {
		parent := 1
		if pairs[i+1] == "/" {
			parent = 0
		}
		fmt.Fprintf(&text, "%d %d %s /%s %s rw - btrfs %s %s\n", i+1+min(parent, 1), parent, real.Device, pairs[i], pairs[i+1], real.Source, real.SuperOptions)
	}
	table, err := mounts.ParseTable(text.String())
	must.Do(d.t, err)
	return table
}
