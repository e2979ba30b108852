package scan

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// hidingRules returns rules that hide by class, on a machine of which these facts hold.
func hidingRules(facts ...known.Fact) Rules {
	classes := known.NewClasses(known.HomesOf("/users/eve"), known.Machine{Facts: facts}, known.ClassOptions{})
	return Rules{Classes: func() *known.Classes { return classes }, Hide: true}
}

func TestStatedRootsUncoverWhatIsInThem(t *testing.T) {
	tests := []struct {
		name   string
		root   string
		stated bool
		path   string
		kind   Kind
		want   Class
	}{
		{"a file in /tmp", "/", false, "/tmp/x/file", KindFile, ClassHidden},
		{"a default root in /tmp", "/tmp/x", false, "/tmp/x/file", KindFile, ClassHidden},
		{"a stated root in /tmp", "/tmp/x", true, "/tmp/x/deep/file", KindFile, ClassCandidate},
		{"/tmp itself", "/tmp", true, "/tmp/x/file", KindFile, ClassCandidate},
		{"beside the stated root", "/tmp/x", true, "/tmp/y", KindFile, ClassOutside},
		{"a socket in a stated root", "/tmp/x", true, "/tmp/x/s", KindSocket, ClassHidden},
		{"a cache in a stated root", "/users", true, "/users/eve/.cache/x", KindFile, ClassHidden},
		{"a stated root that is a cache", "/users/eve/.cache", true, "/users/eve/.cache/x", KindFile, ClassCandidate},
		{"a stated root in a cache", "/users/eve/.cache/a", true, "/users/eve/.cache/a/x", KindFile, ClassCandidate},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules := hidingRules(known.FactNixOS)
			rules.Roots, rules.Stated = []string{tt.root}, tt.stated
			if got := NewPolicy(rules).Judge(tt.path, tt.kind); got.Class != tt.want {
				t.Errorf("Judge(%s) = %v by %q, want %v", tt.path, got.Class, got.Finding.Pattern, tt.want)
			}
		})
	}
}

// TestSymlinksAreCandidatesOnlyIfABootDoesNotMakeThem is about links whose target decides.
func TestSymlinksAreCandidatesOnlyIfABootDoesNotMakeThem(t *testing.T) {
	const files = "/nix/store/0-home-manager-files/.bashrc"
	module := []known.Fact{known.FactNixOS, known.FactHomeManagerModule}
	alone := []known.Fact{known.FactNixOS, known.FactHomeManagerAlone}
	other := []known.Fact{known.FactOtherSystem, known.FactHomeManagerAlone}
	tests := []struct {
		name   string
		facts  []known.Fact
		link   string
		target string
		hides  bool
	}{
		{"Home Manager as a module", module, "/users/eve/.bashrc", files, true},
		{"Home Manager alone", alone, "/users/eve/.bashrc", files, false},
		{"Home Manager alone on another system", other, "/users/eve/.bashrc", files, false},
		{"the home of root", module, "/root/.bashrc", files, true},
		{"in no home", module, "/srv/.bashrc", files, false},
		{"/etc/static", module, "/etc/fstab", "/etc/static/fstab", true},
		{"a relative target", module, "/etc/ssl/certs", "../static/ssl/certs", true},
		{"/etc/static on another system", other, "/etc/fstab", "/etc/static/fstab", false},
		{"what /etc/static leads to", module, "/etc/x", "/nix/store/0-etc/etc/x", false},
		{"a user's link into the store", module, "/users/eve/result", "/nix/store/0-hello", false},
		{"a profile of Nix", module, "/users/eve/.local/state/nix/profiles/profile-1-link", "/nix/store/0-profile", false},
		{"/bin/sh", module, "/bin/sh", "/nix/store/0-bash/bin/sh", true},
		{"/bin/sh on another system", other, "/bin/sh", "dash", false},
		{"storage", module, "/users/eve/x", "/persist/x", true},
		{"storage on another system", other, "/users/eve/x", "../../persist/x", true},
		{"beside storage", module, "/users/eve/x", "/persistent/x", false},
	}
	for _, tt := range tests {
		for _, hide := range []bool{true, false} { // false: excludes are configured
			t.Run(fmt.Sprintf("%s, hide %t", tt.name, hide), func(t *testing.T) {
				rules := hidingRules(tt.facts...)
				rules.Hide, rules.Storage = hide, []string{"/persist"}
				dir, name := filepath.Split(tt.link)
				if got := NewPolicy(rules).Hides(filepath.Clean(dir), name, tt.target); got != tt.hides {
					t.Errorf("Hides(%s to %s) = %t, want %t", tt.link, tt.target, got, tt.hides)
				}
			})
		}
	}
}

func TestStatedRootKeepsTheClassesOfSymlinks(t *testing.T) {
	rules := hidingRules(known.FactNixOS, known.FactHomeManagerModule)
	rules.Roots, rules.Stated = []string{"/users/eve", "/etc"}, true
	policy := NewPolicy(rules)
	if !policy.Hides("/users/eve", ".bashrc", "/nix/store/0-home-manager-files/.bashrc") || !policy.Hides("/etc", "fstab", "/etc/static/fstab") {
		t.Error("links that a boot makes again are candidates in stated roots")
	}
}

// A symlink in a cache is hidden like a file there; where excludes are configured, they alone count.
func TestSymlinksInACacheAreHiddenOnlyWithoutExcludes(t *testing.T) {
	rules := hidingRules(known.FactNixOS, known.FactHomeManagerModule)
	for hide, want := range map[bool]bool{true: true, false: false} {
		rules.Hide = hide
		if got := NewPolicy(rules).Hides("/users/eve/.cache", "a", "/users/eve/b"); got != want {
			t.Errorf("Hide %t: Hides = %t", hide, got)
		}
	}
}

// TestListOfSymlinksReportsEachOnce is "list -t l", with links of all sorts in one home.
func TestListOfSymlinksReportsEachOnce(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	home := inMemory(t)
	for name, target := range map[string]string{
		"managed": "/nix/store/0-home-manager-files/managed", "through": "managed", "own": "target", "result": "/nix/store/0-hello",
		".cache/link": "../own", ".config/c/SingletonLock": "host-1", "kept": "store/kept",
	} {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
	makeTree(t, home, "target", "store/kept")
	classes := known.NewClasses(known.HomesOf(home), known.Machine{Facts: []known.Fact{known.FactNixOS, known.FactHomeManagerModule}}, known.ClassOptions{})
	rules := Rules{Roots: []string{home}, Storage: []string{home + "/store"}, Classes: func() *known.Classes { return classes }, Hide: true}
	opts := Options{Policy: NewPolicy(rules), Kinds: KindsOf(KindSymlink)}
	want := []string{home + "/own", home + "/result", home + "/through"} // its own target has decided
	got, _ := list(t, opts)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	opts.Hidden = HiddenShown
	_, hidden := shownBy(t, opts)
	if diff := cmp.Diff([]string{home + "/.cache/link", home + "/.config/c/SingletonLock"}, hidden); diff != "" {
		t.Errorf("hidden (-want +got):\n%s", diff)
	}
	opts.Hidden = HiddenCounted
	_, stats := list(t, opts)
	if want := (Hidden{known.ClassCache: 1, known.ClassRuntime: 1}); stats.Hidden != want {
		t.Errorf("counted %v, want %v", stats.Hidden, want)
	}
}

// agesOf takes ages like a sample, and records what a walk offers.
type agesOf struct {
	mu     sync.Mutex
	wanted map[int]int // how many more of each mount
	taken  map[string]int
	mounts map[int]int
}

func (a *agesOf) Wants(mount int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.wanted[mount] > 0
}

func (a *agesOf) Add(mount int, dir string, _, change time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if change.IsZero() {
		dir += " has no time of change"
	}
	a.wanted[mount]--
	a.taken[dir]++
	a.mounts[mount]++
}

func TestAgesComeFromOneFileADirectoryOfWantedMounts(t *testing.T) {
	root := t.TempDir()
	var names []string
	for d := range 40 {
		names = append(names, fmt.Sprintf("a/%d/1", d), fmt.Sprintf("a/%d/2", d), fmt.Sprintf("b/%d/1", d))
	}
	names = append(names, "c/only/dirs/", "x/x.log")
	makeTree(t, root, names...)
	mounts := table(t, "1 0 / / ext4 /dev/a", "2 1 / "+root+" ext4 /dev/b", "3 2 / "+root+"/b ext4 /dev/c", "4 2 / "+root+"/n ext4 /dev/d")
	tests := []struct {
		name   string
		roots  []string
		wanted map[int]int
		want   map[int]int
	}{
		{"none is wanted", []string{root}, map[int]int{}, map[int]int{}},
		{"of one mount", []string{root, root + "/b"}, map[int]int{3: 1000}, map[int]int{3: 40}},
		{"of both", []string{root, root + "/b"}, map[int]int{2: 1000, 3: 1000}, map[int]int{2: 40, 3: 40}},
		{"a mount that is not a root", []string{root}, map[int]int{3: 1000}, map[int]int{}},
		{"a root that is not a mount", []string{root + "/a"}, map[int]int{2: 1000}, map[int]int{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ages := &agesOf{wanted: tt.wanted, taken: map[string]int{}, mounts: map[int]int{}}
			rules := Rules{Roots: tt.roots, Mounts: mounts, Exclude: patterns(t, "*.log")}
			opts := Options{Policy: NewPolicy(rules), Ages: ages}
			without := opts
			without.Ages = nil
			if diff := cmp.Diff(walked(t, without), walked(t, opts)); diff != "" {
				t.Errorf("the sample changes the walk (-without +with):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, ages.mounts); diff != "" {
				t.Errorf("ages of mounts (-want +got):\n%s", diff)
			}
			for dir, n := range ages.taken {
				if n != 1 || !strings.HasPrefix(dir, root) {
					t.Errorf("%d ages of %q", n, dir)
				}
			}
		})
	}
}

// A walk whose context ends when the sample is full returns, and takes no more.
func TestWalkForAgesEnds(t *testing.T) {
	root := t.TempDir()
	var names []string
	for d := range 500 {
		names = append(names, fmt.Sprintf("%d/1", d))
	}
	makeTree(t, root, names...)
	ages := &agesOf{wanted: map[int]int{2: 10}, taken: map[string]int{}, mounts: map[int]int{}}
	ctx, enough := context.WithCancel(t.Context())
	defer enough()
	rules := Rules{Roots: []string{root}, Mounts: table(t, "1 0 / / ext4 /dev/a", "2 1 / "+root+" ext4 /dev/b")}
	_, err := Walk(ctx, Options{Policy: NewPolicy(rules), Ages: ages}, func(*Dir) {
		if !ages.Wants(2) {
			enough()
		}
	})
	if err == nil {
		t.Error("the walk read everything")
	}
	// Each worker may have asked before the last one was taken.
	if n := ages.mounts[2]; n < 10 || n >= 10+DefaultWorkers {
		t.Errorf("%d ages were taken, want 10", n)
	}
}
