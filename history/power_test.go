package history_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// powerEnv says that the test runs in its mount namespace.
const powerEnv = "HISTORY_TEST_POWER"

// A moment at which the power of a disk goes off, while a receipt is being written.
type moment uint8

const (
	momentBefore moment = iota // before the writer starts
	momentWithin               // at a random time
	momentAfter                // when Write has returned
)

// TestPowerOffLeavesTheOldReceiptOrTheNew cuts the power of a disk while a receipt is being written,
// and reads the disk as the next boot does: it has the receipt before, or the new one as a whole.
//
// The power is cut in two ways. FS_IOC_SHUTDOWN stops the file system from writing anything, its log
// included (ext4 since Linux 4.13, XFS). What was not yet on the disk is lost, in particular data of
// files whose names are there. For btrfs, and for the blocks as the disk has them in between, the
// image is cloned (FICLONE, which no write interrupts) on an XFS that has the images.
//
// It runs in a mount namespace of its own: a copy of a mount in another namespace would keep the file
// system of a disk in use.
func TestPowerOffLeavesTheOldReceiptOrTheNew(t *testing.T) {
	if os.Getenv(powerEnv) == "" {
		probe.Need(t, probe.Root, probe.Loop)
		cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=20m")
		cmd.Env, cmd.SysProcAttr = append(os.Environ(), powerEnv+"=1"), &syscall.SysProcAttr{Unshareflags: unix.CLONE_NEWNS}
		out, err := cmd.CombinedOutput()
		t.Logf("%s", out)
		must.Do(t, err)
		return
	}
	for _, tt := range []struct {
		name, kind string
		needs      []*probe.Probe
		cloned     bool
	}{
		{"ext4, shut down", "ext4", []*probe.Probe{probe.Ext4}, false},
		{"xfs, shut down", "xfs", []*probe.Probe{probe.XFS}, false},
		{"ext4, image cloned", "ext4", []*probe.Probe{probe.Ext4, probe.XFS}, true},
		{"btrfs, image cloned", "btrfs", []*probe.Probe{probe.Btrfs, probe.XFS}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			probe.Need(t, append([]*probe.Probe{probe.Root, probe.Loop}, tt.needs...)...)
			p := newPower(t, tt.kind, tt.cloned)
			p.cut(momentBefore, 0)
			p.cut(momentAfter, 0)
			random := rand.New(rand.NewPCG(19, 4))
			for range probe.Cases(4, 50) {
				p.cut(momentWithin, time.Duration(random.IntN(250))*time.Millisecond)
			}
			t.Logf("%d disks with the receipt before, %d with the new one", p.old, p.new)
		})
	}
}

// power is a disk image with one receipt, from which the disks of the cases are copied.
type power struct {
	t      *testing.T
	kind   string // of file system
	dir    string // of the images
	at     string // where disks are mounted
	cloned bool
	old    int // cases in which the disk has only the receipt before
	new    int
}

func newPower(t *testing.T, kind string, cloned bool) *power {
	t.Helper()
	dir := tempDir(t)
	p := &power{t: t, kind: kind, dir: dir + "/images", at: dir + "/disk", cloned: cloned}
	must.Do(t, os.Mkdir(p.dir, 0o755), os.Mkdir(p.at, 0o755))
	if cloned {
		p.image(dir+"/host", "xfs", 4<<30)
		must.Run(t, "mount", "-o", "loop", dir+"/host", p.dir)
		t.Cleanup(func() { must.Do(t, unix.Unmount(p.dir, unix.MNT_DETACH)) })
	}
	p.image(p.dir+"/base", kind, 320<<20)
	p.mount("base")
	writeAt(t, &history.Receipts{Storage: p.at}, first, noon, entries)
	p.unmount()
	return p
}

// image makes a file system in a file. The smallest XFS has 300 MiB.
func (p *power) image(name, kind string, size int64) {
	p.t.Helper()
	must.Do(p.t, os.WriteFile(name, nil, 0o600), os.Truncate(name, size))
	must.Run(p.t, "mkfs."+kind, "-q", name)
}

// copy copies an image: on XFS, as it is at one moment.
func (p *power) copy(from, to string) {
	p.t.Helper()
	how := "--reflink=never"
	if p.cloned {
		how = "--reflink=always"
	}
	must.Run(p.t, "cp", how, "--sparse=auto", filepath.Join(p.dir, from), filepath.Join(p.dir, to))
}

func (p *power) mount(image string) {
	p.t.Helper()
	must.Run(p.t, "mount", "-o", "loop", filepath.Join(p.dir, image), p.at)
}

func (p *power) unmount() {
	p.t.Helper()
	must.Run(p.t, "umount", p.at)
}

// cut writes a receipt, cuts the power, and reads the disk. No file is used for two disks, because the
// loop device of the one before may still have its blocks.
func (p *power) cut(when moment, after time.Duration) {
	p.t.Helper()
	name := strconv.Itoa(p.old + p.new)
	disk, cut := name+".disk", name+".cut"
	defer func() { must.Do(p.t, os.Remove(filepath.Join(p.dir, disk)), os.Remove(filepath.Join(p.dir, cut))) }()
	p.copy("base", disk)
	p.mount(disk)
	writer := exec.Command("/proc/self/exe")
	writer.Env = append(os.Environ(), writeEnv+"="+p.at)
	switch when {
	case momentBefore:
	case momentWithin:
		must.Do(p.t, writer.Start())
		time.Sleep(after)
	case momentAfter:
		must.Do(p.t, writer.Run())
	}
	if p.cloned {
		p.copy(disk, cut)
	} else {
		p.shutDown()
	}
	if when == momentWithin {
		_ = writer.Process.Kill()
		_ = writer.Wait()
	}
	p.unmount()
	if !p.cloned {
		p.copy(disk, cut)
	}
	if p.kind == "btrfs" { // it remembers the disk by its number, and refuses an older copy of it
		must.Run(p.t, "btrfs", "device", "scan", "--forget")
	}
	p.mount(cut)
	defer p.unmount()
	header, all, reasons := newest(p.t, &history.Receipts{Storage: p.at}, third)
	whole := header.Boot == second.Boot && len(all) == 20_000
	before := header.Boot == first.Boot && len(all) == len(entries)
	if whole {
		p.new++
	} else {
		p.old++
	}
	if len(reasons) > 0 || when == momentBefore && !before || when == momentAfter && !whole || !whole && !before {
		p.t.Errorf("moment %d, after %s: receipt of boot %q with %d entries, %v", when, after, header.Boot, len(all), reasons)
	}
}

// shutDown stops all writes of the mounted file system, without its log: EXT4_IOC_SHUTDOWN and
// XFS_IOC_GOINGDOWN, which are the same request.
func (p *power) shutDown() {
	p.t.Helper()
	const request, noLogFlush = 0x8004587d, 2
	f, err := os.Open(p.at)
	must.Do(p.t, err)
	defer f.Close()
	how := uint32(noLogFlush)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(&how))); errno != 0 {
		p.t.Fatal("shut the file system down: ", errno)
	}
}
