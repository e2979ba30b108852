package cli

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/disktest"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

func TestAdoptOnAnImpermanentMachine(t *testing.T) {
	t.Parallel()
	binary := buildStatic(t)
	tests := []struct {
		name   string
		args   []string
		status int
		stdout string
		stderr []string
	}{
		{
			"storage that is wiped as well",
			[]string{"/home/alice/.history"},
			1, "",
			[]string{"error: storage /persist is not a mount: it is on tmpfs machine at /, which the next reboot wipes", "hint: mount persistent storage there"},
		},
		{
			"what would be done",
			[]string{"-n", "--whole", "--storage", "/disk", "/home/alice/.history", "/home/alice/.config", "/etc/machine-id"},
			0,
			"kept        0B   0 files  /etc/machine-id\n        it is a mount of /persist/machine-id\n" +
				"copy       56B   2 files  /home/alice/.config\ncopy       20B    1 file  /home/alice/.history\n",
			[]string{"3 files with 76B would be copied into /disk, which has"},
		},
		{
			"a directory of several programs",
			[]string{"-n", "--storage", "/disk", "/home/alice/.config"},
			1,
			"refuse      0B   0 files  /home/alice/.config\n        it belongs to several programs: copy directories in it instead, or allow it with --whole\n",
			nil,
		},
		{
			"done",
			[]string{"--storage", "/disk", "/home/alice/.history", "/home/alice/.config/app"},
			0,
			"copied  /disk/home/alice/.config/app\ncopied  /disk/home/alice/.history\n",
			[]string{"2 files with 52B copied into /disk in "},
		},
		{
			"for scripts, with what cannot be done",
			[]string{"--json", "--storage", "/disk", "/gone", "/home/alice/.history"},
			1,
			`{"path":"/gone","target":"/disk/gone","outcome":"failed","files":0,"bytes":0,"problems":[{"path":"/gone","error":"no such file or directory"}]}` + "\n" +
				`{"path":"/home/alice/.history","target":"/disk/home/alice/.history","outcome":"copied","files":1,"bytes":20,"problems":[]}` + "\n",
			[]string{"error: /gone: no such file or directory", "1 path not copied completely"},
		},
		{"storage that does not exist", []string{"--storage", "/nowhere", "/etc"}, 1, "", []string{"error: stat storage:", "no such file or directory", "hint:"}},
		{"storage that is a file", []string{"--storage", "/etc/hostname", "/etc"}, 1, "", []string{"error: storage /etc/hostname is a file"}},
		{"storage that shows a part of the root", []string{"--storage", "/home/bob", "/etc/hostname"}, 1, "", []string{"error: storage /home/bob shows /srv, which the next reboot wipes", "hint:"}},
		{"storage in memory", []string{"--storage", "/home/bob/ram", "/etc/hostname"}, 1, "", []string{"error: storage /home/bob/ram is on tmpfs ram at /home/bob/ram: the next reboot wipes it"}},
		{"storage of the kernel", []string{"--storage", "/proc", "/etc/hostname"}, 1, "", []string{"error: storage /proc is on proc proc at /proc: it shows the state of the kernel"}},
		{"storage that is relative", []string{"--storage", "bob", "/etc"}, 2, "", []string{"error: --storage: expected an absolute path, got"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stdout, stderr, status := onMachineWith(t, []string{"DISK=" + disktest.New(t)}, binary, append([]string{"adopt"}, tt.args...)...)
			if diff := cmp.Diff(tt.stdout, stdout); diff != "" || status != tt.status {
				t.Errorf("status %d, differs (-want +got):\n%s", status, diff)
			}
			for _, want := range tt.stderr {
				if !strings.Contains(stderr, want) {
					t.Errorf("stderr lacks %q:\n%s", want, stderr)
				}
			}
		})
	}
}

func TestProgressLineCountsFilesAndBytes(t *testing.T) {
	plan := &adopt.Plan{Files: 100, Bytes: 100 << 20}
	var progress adopt.Progress
	progress.Files.Store(50)
	progress.Bytes.Add(50 << 20)
	if got, want := report.AdoptProgress(plan, &progress, 2*time.Second), "[##########..........] 50M of 100M, 50 of 100 files, 25M/s"; got != want {
		t.Errorf("AdoptProgress = %q, want %q", got, want)
	}
	progress.Files.Store(300) // more than planned: some files were copied twice
	progress.Bytes.Add(250 << 20)
	if got, want := report.AdoptProgress(plan, &progress, time.Second), "[####################] 100M of 100M, 100 of 100 files, 300M/s"; got != want {
		t.Errorf("AdoptProgress = %q, want %q", got, want)
	}
	if got := report.AdoptProgress(&adopt.Plan{}, &adopt.Progress{}, 0); !strings.HasPrefix(got, "[....................]") {
		t.Errorf("AdoptProgress of an empty plan = %q", got)
	}
}

// Scripts must notice that the results were not written.
func TestAdoptReturnsTheErrorOfStdout(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	a := &app{streams: streams{out: full, err: messages{null}}}
	for _, asJSON := range []bool{false, true} {
		results := []*adopt.Result{{Path: "/a", Target: "/p/a", Outcome: adopt.Copied, Files: 1}}
		if _, err := a.printResults(results, asJSON); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("printResults = %v", err)
		}
		if err := a.printPlan(&adopt.Plan{Units: []adopt.Unit{{Path: "/a"}}}, asJSON); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("printPlan = %v", err)
		}
	}
}

// TestAdoptFromBeneath copies what a tmpfs at /opt covers: the directory a.
func TestAdoptFromBeneath(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	binary := buildStatic(t)
	tests := []struct {
		name   string
		args   []string
		status int
		stdout string
		stderr string
	}{
		{"what would be done", []string{"-n", "/opt"}, 0, "copy        0B   0 files  /opt\n", "would be copied into /disk"},
		{"done", []string{"/opt/a", "/home/bob"}, 0, "copied  /disk/home/bob\ncopied  /disk/opt/a\n", "0 files with 0B copied into /disk"},
		{"no mount", []string{"/etc/hostname"}, 1, "", "error: --from-beneath: nothing is mounted at /etc/hostname or above it"},
		{"mounts on two mounts", []string{"/opt", "/home/bob/ram"}, 1, "", "error: --from-beneath: the mounts of the paths are on two mounts, / and /home/bob"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"adopt", "--root", "/", "--storage", "/disk", "--from-beneath"}, tt.args...)
			stdout, stderr, status := onMachineWith(t, []string{"DISK=" + disktest.New(t)}, binary, args...)
			if diff := cmp.Diff(tt.stdout, stdout); diff != "" || status != tt.status || !strings.Contains(stderr, tt.stderr) {
				t.Errorf("status %d, differs (-want +got):\n%s\nstderr, which should have %q:\n%s", status, diff, tt.stderr, stderr)
			}
		})
	}
}
