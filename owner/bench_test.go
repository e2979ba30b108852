package owner_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/owner"
)

// largeMachine has 300 units, 1,000 desktop files, 1,500 commands, 50 containers and a list of 3,000 packages.
func largeMachine(b *testing.B) string {
	b.Helper()
	files := map[string]string{}
	for i := range 300 {
		text := fmt.Sprintf("[Unit]\nDescription=Service %d\nAfter=network.target\n[Service]\nExecStart=/usr/bin/daemon%d --foreground\n"+
			"Environment=\"PATH=%s\"\nProtectSystem=strict\nRestart=always\n", i, i, strings.Repeat("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-x/bin:", 20))
		if i%4 == 0 {
			text += fmt.Sprintf("StateDirectory=daemon%d\nStateDirectoryMode=0700\nUser=daemon%d\n", i, i)
		}
		files[fmt.Sprintf("/usr/lib/systemd/system/daemon%d.service", i)] = text
		if i%10 == 0 {
			files[fmt.Sprintf("/etc/systemd/system/daemon%d.service.d/o.conf", i)] = "[Service]\nCacheDirectory=x\n"
		}
	}
	for i := range 1000 {
		files[fmt.Sprintf("/usr/share/applications/org.example.App%d.desktop", i)] = "[Desktop Entry]\nType=Application\nName=App\n" +
			strings.Repeat("Name[xx]=Localised name of the application\nComment[xx]=Localised comment\n", 30) +
			fmt.Sprintf("Exec=app%d %%U\nIcon=org.example.App%d\nStartupWMClass=App%d\n", i, i, i)
	}
	for i := range 1500 {
		files[fmt.Sprintf("/usr/bin/command%d", i)] = ""
	}
	for i := range 30 {
		files[fmt.Sprintf("/usr/lib/tmpfiles.d/daemon%d.conf", i)] = fmt.Sprintf("d /var/lib/daemon%d 0700 daemon%d - -\n", i, i)
	}
	var status strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&status, "Package: package%d\nStatus: install ok installed\nPriority: optional\nSection: utils\nVersion: 1.2\nDepends: %s\n\n", i, strings.Repeat("library, ", 60))
	}
	files["/var/lib/dpkg/status"] = status.String()
	for i := range 50 {
		files[fmt.Sprintf("/etc/containers/systemd/box%d.container", i)] = fmt.Sprintf("[Container]\nImage=x\nVolume=/srv/box%d:/data\n", i)
	}
	return tree(b, files)
}

// BenchmarkRead reads all sources of a large machine. The goal is 30 ms on two processors; with both
// for itself it takes 16 ms on an AMD EPYC. It reports the time of all processors too, which depends
// less on what else runs, and the ratio of that time to the one that cat(1) needs for the same files
// (BenchmarkReadFiles).
func BenchmarkRead(b *testing.B) {
	root := largeMachine(b)
	opts := owner.Options{Root: root, Users: []owner.User{ann}}
	var files, table time.Duration
	names := textFiles(b, root)
	b.ReportAllocs()
	for b.Loop() {
		start := processorTime(b)
		owner.Read(b.Context(), opts)
		table += processorTime(b) - start
		b.StopTimer()
		start = processorTime(b)
		readFiles(b, names)
		files += processorTime(b) - start
		b.StartTimer()
	}
	b.ReportMetric(float64(table)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(table)/float64(files), "cpu/cat")
}

// BenchmarkReadFiles reads the files that BenchmarkRead reads, one after the other, and nothing more.
func BenchmarkReadFiles(b *testing.B) {
	names := textFiles(b, largeMachine(b))
	start := processorTime(b)
	for b.Loop() {
		readFiles(b, names)
	}
	b.ReportMetric(float64(processorTime(b)-start)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
}

// textFiles returns the files below a directory that are not empty.
func textFiles(b *testing.B, root string) (names []string) {
	b.Helper()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		if info, err := entry.Info(); err == nil && info.Size() > 0 {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return names
}

// readFiles reads files as cat(1) does: a buffer of 128 KiB for all, until the end of each.
func readFiles(b *testing.B, names []string) {
	b.Helper()
	buffer := make([]byte, 128<<10)
	for _, name := range names {
		fd, err := syscall.Open(name, syscall.O_RDONLY, 0)
		for n := 1; err == nil && n > 0; {
			n, err = syscall.Read(fd, buffer)
		}
		if err != nil {
			b.Fatal(err)
		}
		if err := syscall.Close(fd); err != nil {
			b.Fatal(err)
		}
	}
}

// processorTime returns the time that the process has used on all processors, getrusage(2).
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkOf asks about paths of several kinds.
func BenchmarkOf(b *testing.B) {
	table := owner.Read(b.Context(), owner.Options{Root: largeMachine(b), Users: []owner.User{ann}})
	for _, name := range []string{"/var/lib/daemon4/x/y", "/home/ann/.mozilla/firefox/p/x", "/home/ann/src/a/b/c", "/var/lib/unheard-of/x"} {
		b.Run(strings.ReplaceAll(name[1:], "/", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				table.Of(name)
			}
		})
	}
}
