package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
)

func TestInvokersAreUsAndWhoCalledSudo(t *testing.T) {
	for _, tt := range []struct {
		euid int
		sudo string
		want []uint32
	}{{0, "", []uint32{0}}, {0, "1000", []uint32{0, 1000}}, {0, "alice", []uint32{0}}, {0, "-1", []uint32{0}}, {1000, "1001", []uint32{1000}}} {
		got := invokers(tt.euid, func(string) string { return tt.sudo })
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("euid %d, SUDO_UID=%s (-want +got)\n%s", tt.euid, tt.sudo, diff)
		}
	}
}

// TestSwappedSymlinksAreNotAdoptedThrough has a user exchange a directory of hers with a
// symlink into a directory of root's 50,000 times, while a path in it is adopted.
func TestSwappedSymlinksAreNotAdoptedThrough(t *testing.T) {
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
		var paths adoptPaths
		paths.add(at("r/a/sub/f"), []uint32{0})
		var link *truepath.LinkError
		for _, err := range paths.refused {
			if !errors.As(err, &link) {
				t.Fatal(err)
			}
			links++
		}
		plan, err := adopt.Prepare(t.Context(), at("persist"), paths.names, adopt.Options{Roots: roots, Refuses: func(name string) error { return paths.refused[name] }})
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
		t.Error("nothing was tried")
	}
}

// TestAdoptOptionsNameTheMountsOfRoots checks that a root is bound to the mount of the table.
func TestAdoptOptionsNameTheMountsOfRoots(t *testing.T) {
	table := "21 1 0:1 / / rw - ext4 /dev/a rw\n25 21 0:2 / /home rw - tmpfs none rw\n27 21 0:3 / /media rw - ext4 /dev/b rw\n"
	mounts, err := scan.ParseMounts(strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	rules := scan.Rules{Roots: mounts.DefaultRoots("/home/al"), Include: []string{"/media/x"}, Mounts: mounts}
	p := &plan{mounts: mounts, scanRules: rules, policy: scan.NewPolicy(rules)}
	want := []adopt.Root{{Path: "/", Mount: 21}, {Path: "/home", Mount: 25}, {Path: "/media/x", Mount: 27}}
	if diff := cmp.Diff(want, p.adoptOptions(adoptPaths{}, false).Roots); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestLongPathsAreShortenedInMessages(t *testing.T) {
	r := &adopt.Result{Path: "/a", Problems: []adopt.Problem{{Path: "/home/" + strings.Repeat("deep/", 6000) + "end", Err: unix.EACCES}}, More: 1}
	for _, line := range problemLines(r) {
		if len(line) > 400 || !strings.HasPrefix(line, "/home/deep/") || !strings.HasSuffix(line, "/deep/end: permission denied") {
			t.Errorf("%d bytes: %s", len(line), line)
		}
	}
}

func TestProgressShowsWhatIsPutInPlace(t *testing.T) {
	plan := &adopt.Plan{Files: 40_000, Bytes: 1 << 20}
	var progress adopt.Progress
	progress.Files.Store(40_000)
	progress.Bytes.Add(1 << 20)
	progress.Placed.Store(12_000)
	if got, want := progressLine(plan, &progress, 1), "[####################] 12000 paths put in place"; got != want {
		t.Errorf("progressLine = %q, want %q", got, want)
	}
}
