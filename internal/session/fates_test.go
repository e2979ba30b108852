package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/scan"
)

// silent is a machine that answers nothing.
type silent struct{}

var errSilent = errors.New("no answer")

func (silent) Top(*mounts.Mount) (boot.Top, error)             { return boot.Top{}, errSilent }
func (silent) Subvolume(*mounts.Mount) (boot.Subvolume, error) { return boot.Subvolume{}, errSilent }
func (silent) Device(*mounts.Mount) (boot.Device, error)       { return boot.Device{}, errSilent }
func (silent) Upper(*mounts.Mount, string) (string, error)     { return "", errSilent }

// fatesOf returns a session with the fates of a mount table.
func fatesOf(t *testing.T, table string, stated ...string) *Session {
	t.Helper()
	mounted, err := mounts.ParseTable(table)
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{Mounts: mounted}
	if s.fates, err = boot.Judge(context.Background(), mounted, boot.Options{Machine: silent{}, Stated: stated}); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDoubtIsAboutRootsThatNothingShowsToBeWiped(t *testing.T) {
	const (
		memory = "1 0 0:1 / / rw - tmpfs none rw\n"
		disk   = "1 0 8:1 / / rw - zfs rpool rw\n"
		more   = "2 1 0:2 / /var rw - tmpfs none rw\n3 1 8:2 / /home rw - zfs rpool/home rw\n"
	)
	tests := []struct {
		name, table string
		stated      []string
		path        string
		doubtful    bool
		roots       int
	}{
		{"memory", memory, nil, "/a", false, 0},
		{"a disk", disk, nil, "/a", true, 1},
		{"a disk that is stated", disk, []string{"/"}, "/a", false, 0},
		{"memory on a disk", disk + more, nil, "/var/x", false, 1},
		{"the disk below it", disk + more, nil, "/etc/x", true, 1},
		{"a disk that is not a root", memory + more, nil, "/a", false, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := fatesOf(t, tt.table, tt.stated...)
			s.sampled.Do(func() {}) // nothing of this machine is read
			if got := s.Doubtful(); len(got) != tt.roots {
				t.Errorf("%d doubtful roots, want %d", len(got), tt.roots)
			}
			asks := s.DoubtfulPaths()
			for range 2 { // the second answer is remembered
				if got := asks(tt.path); got != tt.doubtful {
					t.Errorf("doubtful(%s) = %t", tt.path, got)
				}
			}
		})
	}
}

// The sample is taken from the roots that it is asked of, and not from others.
func TestSampleReadsOnlyTheDoubtfulRoots(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		for _, name := range []string{"asked", "other"} {
			dir := fmt.Sprintf("%s/%s/%d", top, name, i)
			if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(dir+"/file", nil, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := fatesOf(t, fmt.Sprintf("1 0 0:1 / / rw - zfs a rw\n2 1 0:2 / %s/asked rw - zfs b rw\n3 1 0:3 / %s/other rw - zfs c rw\n", top, top))
	s.ScanRules = scan.Rules{Mounts: s.Mounts, Roots: []string{top + "/other", top + "/asked"}, Only: []string{"/nowhere"}}
	sample := s.sample([]boot.Tree{s.fates.At(top + "/asked")})
	if sample.Of(2).Wants() {
		t.Error("the root that is asked of has no full sample")
	}
	if taken := !sample.Of(1).Wants() || !sample.Of(3).Wants(); taken {
		t.Error("another root was sampled")
	}
}
