package owner_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/owner"
)

// largeMachine has 300 units, 1,000 desktop files and 1,500 commands.
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
	return tree(b, files)
}

// BenchmarkRead reads all sources of a large machine. The goal is 30 ms on two processors. It reports
// the time of all processors too, which does not depend on what else runs.
func BenchmarkRead(b *testing.B) {
	opts := owner.Options{Root: largeMachine(b), Users: []owner.User{ann}}
	b.ReportAllocs()
	start := processorTime(b)
	for b.Loop() {
		owner.Read(b.Context(), opts)
	}
	b.ReportMetric(float64(processorTime(b)-start)/float64(time.Millisecond)/float64(b.N), "cpu-ms/op")
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
