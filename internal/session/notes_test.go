package session

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
)

func TestNotesPreferExactThenLongNames(t *testing.T) {
	cfg := newConfig()
	cfg.Home = "/users/eve"
	cfg.Users = map[string]string{"bob": "/users/bob"}
	cfg.Programs = []string{"git", "gh", "github-desktop", "vscode", "code"}
	n := NewNotes(&Session{Config: cfg})
	for path, want := range map[string]report.Note{
		"/users/eve/.config/github/x":         {Program: "github-desktop", Cache: false, Known: 0},
		"/users/eve/.config/gh/hosts.yml":     {Program: "gh", Cache: false, Known: 36},
		"/users/eve/.config/gh/x":             {Program: "gh", Cache: false, Known: 36},
		"/users/eve/.config/my-github-app/x":  {Program: "github-desktop", Cache: false, Known: 0},
		"/users/eve/.config/lights/x":         {Program: "gh", Cache: false, Known: 0},
		"/users/eve/.config/Code/git/Cache/x": {Program: "vscode", Cache: true, Known: 26},
		"/users/bob/.ssh/x":                   {Program: "", Cache: false, Known: 126},
		"/users/eve/.cache/x/y":               {Program: "", Cache: true, Known: 0},
		"/x":                                  {Program: "", Cache: false, Known: 0},
		"/var/lib/nixos/uid-map":              {Program: "", Cache: false, Known: 194},
	} {
		if got := n.Of(path, false); got != want {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
	if got := n.Of("/users/eve/.ssh", true); got.Known != 126 {
		t.Errorf("~/.ssh: %+v", got)
	}
	if got := n.Of("/users/eve/p/node_modules", true); !got.Cache {
		t.Errorf("node_modules: %+v", got)
	}
}

func TestCachesUsesXDGCacheHome(t *testing.T) {
	for value, want := range map[string]known.Caches{"/a//b/": {Home: "/a/b"}, "": {}, "relative": {}} {
		t.Setenv("XDG_CACHE_HOME", value)
		if got := Caches(); got != want {
			t.Errorf("XDG_CACHE_HOME=%q: %+v, want %+v", value, got, want)
		}
	}
}

// newConfig returns a configuration without a file.
func newConfig() *config.Config { return &config.Config{Home: "/users/eve"} }

func TestInvokersIncludesTheUserWhoRanSudo(t *testing.T) {
	for _, tt := range []struct {
		euid int
		sudo string
		want []uint32
	}{{0, "", []uint32{0}}, {0, "1000", []uint32{0, 1000}}, {0, "alice", []uint32{0}}, {0, "-1", []uint32{0}}, {1000, "1001", []uint32{1000}}} {
		got := Invokers(tt.euid, func(string) string { return tt.sudo })
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("euid %d, SUDO_UID=%s (-want +got)\n%s", tt.euid, tt.sudo, diff)
		}
	}
}

// TestAdoptDoesNotFollowASymlinkThatReplacesADirectory exchanges a directory 50,000 times with a
// user's symlink to a directory of root, while root adopts a path in it.
func TestAdoptDoesNotFollowASymlinkThatReplacesADirectory(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	const swaps = 50_000
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(top, name) }
	for _, err := range []error{
		os.MkdirAll(at("r/a/sub"), 0o755), os.WriteFile(at("r/a/sub/f"), []byte("mine"), 0o644),
		os.MkdirAll(at("secret/sub"), 0o700), os.WriteFile(at("secret/sub/f"), []byte("root's"), 0o600),
		os.Symlink(at("secret"), at("r/b")), os.Lchown(at("r/b"), 1234, 1234), os.Mkdir(at("persist"), 0o755),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan error, 1)
	go func() {
		for range swaps {
			if err := unix.Renameat2(unix.AT_FDCWD, at("r/a"), unix.AT_FDCWD, at("r/b"), unix.RENAME_EXCHANGE); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	roots := []adopt.Root{{Path: top}}
	outcomes := map[adopt.Outcome]int{}
	links := 0
	for swapping := true; swapping; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			swapping = false
		default:
		}
		var paths AdoptPaths
		paths.Add(at("r/a/sub/f"), []uint32{0})
		var link *truepath.LinkError
		for _, err := range paths.Refused {
			if !errors.As(err, &link) {
				t.Fatal(err)
			}
			links++
		}
		plan, err := adopt.Prepare(t.Context(), at("persist"), paths.Names, adopt.Options{Roots: roots, CannotKeep: func(name string) error { return paths.Refused[name] }})
		if err != nil {
			t.Fatal(err)
		}
		results, err := plan.Run(t.Context(), new(adopt.Progress))
		if err != nil {
			t.Fatal(err)
		}
		outcomes[results[0].Outcome]++
		stored := filepath.Join(at("persist"), top)
		if _, err := os.Lstat(filepath.Join(stored, "secret")); err == nil {
			t.Fatal("root's directory is in storage")
		}
		if data, err := os.ReadFile(filepath.Join(stored, "r/a/sub/f")); err == nil && string(data) != "mine" {
			t.Fatalf("%q is in storage", data)
		}
		if err := os.RemoveAll(filepath.Join(stored, "r")); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d swaps: %v, a symlink was seen %d times", swaps, outcomes, links)
	if outcomes[adopt.Failed] == 0 {
		t.Error("no adoption failed: the symlink was never seen")
	}
}

// TestAdoptOptionsHaveTheMountsOfRoots checks that each root has the ID of its mount.
func TestAdoptOptionsHaveTheMountsOfRoots(t *testing.T) {
	table := "21 1 0:1 / / rw - ext4 /dev/a rw\n25 21 0:2 / /home rw - tmpfs none rw\n27 21 0:3 / /media rw - ext4 /dev/b rw\n"
	mounts, err := mounts.ParseTable(table)
	if err != nil {
		t.Fatal(err)
	}
	rules := scan.Rules{Roots: mounts.DefaultRoots("/home/al"), Include: []string{"/media/x"}, Mounts: mounts}
	s := &Session{Mounts: mounts, ScanRules: rules, Policy: scan.NewPolicy(rules)}
	want := []adopt.Root{{Path: "/", Mount: 21}, {Path: "/home", Mount: 25}, {Path: "/media/x", Mount: 27}}
	if diff := cmp.Diff(want, s.AdoptOptions(AdoptPaths{}, false).Roots); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
