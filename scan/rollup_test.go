package scan

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// rollupPolicy returns the policy of a machine with every kind of rule.
func rollupPolicy(t testing.TB, only ...string) *Policy {
	t.Helper()
	return NewPolicy(Rules{
		Mounts: table(t, "21 1 / / tmpfs none", "22 21 / /boot vfat /dev/a", "23 21 / /home/al/Documents ext4 /dev/p",
			"24 21 /f /etc/app/key ext4 /dev/p", "25 21 / /data/big ext4 /dev/d", "26 21 / /home/cy tmpfs none"),
		Roots:   []string{"/", "/home/cy", "/work/ram"},
		Storage: []string{"/persist", "/vault/store"},
		Persisted: []Persisted{
			{Path: "/var/lib/bluetooth"}, {Path: "/home/al/.config/Code/User/settings.json"}, {Path: "/home/al/.ssh"},
		},
		Include: []string{"/home/al/.cache/x/blob", "/home/al/.config/kept", "/home/al/.config"},
		Exclude: patterns(t, "/home/al/.cache", "GPUCache"),
		Only:    only,
	})
}

func TestRollupUnit(t *testing.T) {
	file := func(path string) Unit { return Unit{Path: path} }
	dir := func(path string) Unit { return Unit{Path: path, Dir: true} }
	tests := []struct {
		path  string
		isDir bool
		want  Unit
	}{
		// Directories of programs, in every home and on the system.
		{"/home/al/.config/kitty/themes/a.conf", false, dir("/home/al/.config/kitty")},
		{"/home/al/.local/share/Steam/a/b", false, dir("/home/al/.local/share/Steam")},
		{"/home/al/.local/state/x/a", false, dir("/home/al/.local/state/x")},
		{"/home/al/.local/bin/tool", false, dir("/home/al/.local/bin")},
		{"/home/al/.var/app/org.x/data/a", false, dir("/home/al/.var/app/org.x")},
		{"/home/al/.mozilla/firefox/p/a", false, dir("/home/al/.mozilla")},
		{"/home/bo/.config/x/y", false, dir("/home/bo/.config/x")},
		{"/root/.config/x/y", false, dir("/root/.config/x")},
		{"/users/eve/.config/x/y", false, dir("/users/eve/.config/x")},
		{"/users/bob/.config/x/y", false, dir("/users/bob")},
		{"/var/lib/app/a/b", false, dir("/var/lib/app")},
		{"/var/lib/private/app/a", false, dir("/var/lib/private/app")},
		{"/var/log/journal/a", false, dir("/var/log")},
		{"/etc/NetworkManager/system-connections/a", false, dir("/etc/NetworkManager/system-connections")},
		{"/var/lib/systemd/coredump/a", false, dir("/var/lib/systemd/coredump")},
		{"/var/lib/systemd/random-seed", false, file("/var/lib/systemd/random-seed")},
		{"/var/spool/cups/a", false, dir("/var/spool/cups")},
		{"/etc/ssh/ssh_host_rsa_key", false, file("/etc/ssh/ssh_host_rsa_key")},
		{"/home/al/.config/systemd/user/a", false, dir("/home/al/.config/systemd/user")},
		{"/home/al/.config/nushell/history.txt", false, file("/home/al/.config/nushell/history.txt")},
		{"/games/a/b", false, dir("/games")},
		// Single files.
		{"/home/al/.bash_history", false, file("/home/al/.bash_history")},
		{"/etc/machine-id", false, file("/etc/machine-id")},
		{"/x", false, file("/x")},
		// Directories with something persisted, mounted or included below.
		{"/home/al/.config/Code/a", false, file("/home/al/.config/Code/a")},
		{"/home/al/.config/Code/User/a", false, file("/home/al/.config/Code/User/a")},
		{"/home/al/.config/Code/User/b/c/d", false, dir("/home/al/.config/Code/User/b")},
		{"/home/al/.config/Code/Backups/c/d", false, dir("/home/al/.config/Code/Backups")},
		{"/etc/app/other/x", false, dir("/etc/app/other")},
		{"/etc/app/x", false, file("/etc/app/x")},
		{"/data/small/x", false, dir("/data/small")},
		{"/vault/x/y", false, dir("/vault/x")},
		{"/work/x/y", false, dir("/work/x")},
		{"/work/ram/x/y", false, dir("/work/ram/x")},
		{"/work/ram/y", false, file("/work/ram/y")},
		{"/home/cy/.config/x/y", false, dir("/home/cy/.config/x")},
		// Includes: a file in an excluded directory, a directory, and a container.
		{"/home/al/.cache/x/blob", false, file("/home/al/.cache/x/blob")},
		{"/home/al/.config/kept", true, dir("/home/al/.config/kept")},
		{"/home/al/.config/kept/a", false, dir("/home/al/.config/kept")},
		{"/home/al/.config", true, Unit{}},
		// Directories as candidates.
		{"/home/al/.config/kitty", true, dir("/home/al/.config/kitty")},
		{"/home/al/.config/kitty/themes", true, dir("/home/al/.config/kitty")},
		{"/home/al/.config/Code", true, Unit{}},
		{"/home/al", true, Unit{}},
		{"/var/lib/\xff\n", true, dir("/var/lib/\xff\n")},
	}
	r := NewRollup(rollupPolicy(t), "/users/eve")
	for _, tt := range tests {
		got, ok := r.Unit(tt.path, tt.isDir)
		if got != tt.want || ok != (tt.want != Unit{}) {
			t.Errorf("Unit(%q, %v) = %+v, %v, want %+v", tt.path, tt.isDir, got, ok, tt.want)
		}
	}
}

func TestRollupStaysAtOrBelowThePathsGiven(t *testing.T) {
	r := NewRollup(rollupPolicy(t, "/home/al/.config/kitty/themes", "/home/al/.config/kitty/themes/old", "/var/lib", "/etc/app"))
	for path, want := range map[string]Unit{
		"/home/al/.config/kitty/themes/a":     {"/home/al/.config/kitty/themes", true},
		"/home/al/.config/kitty/themes/old/a": {"/home/al/.config/kitty/themes", true},
		"/var/lib/app/x":                      {"/var/lib/app", true},
		"/etc/app/x":                          {"/etc/app/x", false},
		"/etc/app/d/x":                        {"/etc/app/d", true},
	} {
		if got, ok := r.Unit(path, false); got != want || !ok {
			t.Errorf("Unit(%q) = %+v, want %+v", path, got, want)
		}
	}
}

// TestMountsOfContainerLayersDoNotSplitTheStorage has the mounts of Podman and Docker while
// containers run.
func TestMountsOfContainerLayersDoNotSplitTheStorage(t *testing.T) {
	r := NewRollup(NewPolicy(Rules{Mounts: table(t, "21 1 / / tmpfs none",
		"22 21 /var/lib/containers/storage/overlay /var/lib/containers/storage/overlay tmpfs none",
		"23 22 / /var/lib/containers/storage/overlay/abc/merged overlay overlay",
		"24 21 / /var/lib/containers/storage/overlay-containers/abc/userdata/shm tmpfs shm",
		"25 21 / /var/lib/docker/overlay2/abc/merged overlay overlay",
		"26 21 / /home/al/.local/share/containers/storage/overlay/abc/merged fuse.fuse-overlayfs fuse-overlayfs",
		"27 21 / /srv/overlay/abc/merged overlay overlay",
		"28 21 / /var/lib/containers2/data/deep ext4 /dev/d")}))
	for path, want := range map[string]Unit{
		"/var/lib/containers/storage/overlay/abc/diff/a":              {"/var/lib/containers", true},
		"/var/lib/docker/overlay2/abc/diff/a":                         {"/var/lib/docker", true},
		"/home/al/.local/share/containers/storage/overlay/abc/diff/a": {"/home/al/.local/share/containers", true},
		"/srv/overlay/abc/diff/a":                                     {"/srv/overlay/abc/diff", true},
		"/var/lib/containers2/data/other/a":                           {"/var/lib/containers2/data/other", true},
	} {
		if got, ok := r.Unit(path, false); got != want || !ok {
			t.Errorf("Unit(%s) = %+v, want %+v", path, got, want)
		}
	}
}

// TestRollupWithoutRulesIsWhatPeopleKeep compares with the units of the data, where no rule splits them.
func TestRollupWithoutRulesIsWhatPeopleKeep(t *testing.T) {
	r := NewRollup(NewPolicy(Rules{Mounts: table(t, "21 1 / / tmpfs none")}), "/users/eve")
	for _, path := range []string{
		"/users/eve/.mozilla/firefox/p/x", "/home/al/.config/nushell/history.txt", "/home/al/.config/nushell/plugins/x", "/root/.config/JetBrains/Idea/x",
		"/var/lib/private/ollama/x", "/etc/ssh/ssh_host_rsa_key", "/etc/NetworkManager/system-connections/x", "/var/log/journal/x", "/x", "/home/al/.config/qutebrowser/bookmarks/urls",
	} {
		want, _ := r.Homes().Unit(path, false)
		if got, ok := r.Unit(path, false); !ok || got.Path != want {
			t.Errorf("Unit(%s) = %+v, want %s", path, got, want)
		}
	}
}

func TestRollupTop(t *testing.T) {
	r := NewRollup(rollupPolicy(t), "/users/eve")
	for path, want := range map[string]string{
		"/home/al/.config/kitty/themes/a": "/home/al/.config", "/home/al/.bash_history": "/home/al", "/home/al/Music/a": "/home/al",
		"/home/al/.config/Code/User/a": "/home/al/.config", "/var/lib/app/x": "/var/lib", "/games/a/b": "/", "/x": "/", "/": "/",
		"/work/ram/x/y": "/work/ram", "/work/x/y": "/", "/users/eve/.config/a": "/users/eve/.config", "/users/bob/a": "/users",
	} {
		if got := r.Top(path); got != want {
			t.Errorf("Top(%s) = %s, want %s", path, got, want)
		}
	}
}

// TestRollupOfThisMachine checks the guarantees of a roll-up on real trees: every file is in
// exactly one unit, no unit is in another, no unit is a container, and a search from the top down
// finds the same unit.
func TestRollupOfThisMachine(t *testing.T) {
	table, err := mounts.Read()
	if err != nil {
		t.Fatal(err)
	}
	policy := NewPolicy(Rules{
		Mounts: table, Persisted: []Persisted{{Path: "/usr/share/doc"}, {Path: "/etc/ssl/certs"}},
		Only: []string{"/usr", "/etc", "/var/lib"},
	})
	r := NewRollup(policy, "/root")
	paths, _ := list(t, Options{Policy: policy})
	units := map[string]int{}
	splits := map[string]bool{}
	for _, path := range paths {
		u, ok := r.Unit(path, false)
		if !ok || u.Dir && !strings.HasPrefix(path, u.Path+"/") || !u.Dir && u.Path != path {
			t.Fatalf("Unit(%q) = %+v, %v", path, u, ok)
		}
		if u.Dir {
			units[u.Path]++
		}
		if got := topDown(r, splits, path); got != u {
			t.Fatalf("from the top down, %q is in %+v; Unit returns %+v", path, got, u)
		}
	}
	if len(paths) < 1000 || len(units) < 20 {
		t.Fatalf("only %d files in %d units", len(paths), len(units))
	}
	for unit := range units {
		if r.Homes().Container(unit) {
			t.Errorf("the container %s is a unit", unit)
		}
		for up := filepath.Dir(unit); up != "/"; up = filepath.Dir(up) {
			if units[up] > 0 {
				t.Errorf("the unit %s is in the unit %s", unit, up)
			}
		}
	}
	for _, dir := range []string{"/usr/share/doc", "/usr/share", "/etc/ssl"} {
		if units[dir] > 0 {
			t.Errorf("%s is a unit though something in it is persisted, or it is a container", dir)
		}
	}
}

// topDown finds the unit of a file as a tree view does: it calls Splits once for each directory
// whose parent splits.
func topDown(r *Rollup, splits map[string]bool, path string) Unit {
	for i := 1; i < len(path); i++ {
		if path[i] != '/' {
			continue
		}
		dir := path[:i]
		split, asked := splits[dir]
		if !asked {
			split = r.Splits(dir)
			splits[dir] = split
		}
		if !split {
			return Unit{dir, true}
		}
	}
	return Unit{path, false}
}

func TestExcludedCountsExcludedFilesInUnits(t *testing.T) {
	root := t.TempDir()
	makeTree(t, root, "a/GPUCache/1", "a/GPUCache/sub/22", "a/deep/er/GPUCache/1", "a/file", "a/x.log", "b/file", "c/x.log", "c/Cache/1", "other/x.log",
		"lone.log", "d/tagged/f", "d/tagged/sub/g", "gone/in/1", "gone/in/x/2", "gone/3")
	writeTag(t, root+"/d/tagged")
	policy := NewPolicy(Rules{
		Roots: []string{root}, Include: []string{root + "/gone/in"},
		Exclude: patterns(t, "GPUCache", "*.log", root+"/c/Cache", root+"/gone"),
	})
	dirs := []string{root + "/c", root + "/a", root + "/b", root + "/d", root + "/gone/in"}
	length := func(names ...string) (n int64) {
		for _, name := range names {
			n += int64(len(name))
		}
		return n
	}
	want := []Along{
		{Excluded: Extent{2, length("c/x.log", "c/Cache/1")}},
		{Excluded: Extent{4, length("a/GPUCache/1", "a/GPUCache/sub/22", "a/deep/er/GPUCache/1", "a/x.log")}},
		{},
		{},
		{Excluded: Extent{2, length("gone/in/1", "gone/in/x/2")}}, // included itself, its contents excluded
	}
	for _, tags := range []Tags{TagsIgnored, TagsMarked, TagsSkipped} {
		if tags == TagsSkipped {
			want[3].Excluded = Extent{3, length("d/tagged/f", "d/tagged/sub/g") + int64(len(tagText))}
		}
		got, stats, err := Excluded(t.Context(), Options{Policy: policy, Tags: tags}, dirs)
		if diff := cmp.Diff(want, got); diff != "" || err != nil || len(stats.Errors) > 0 {
			t.Errorf("tags %v: %v, %v, differs (-want +got):\n%s", tags, err, stats.Errors, diff)
		}
	}
	if got, _, err := Excluded(t.Context(), Options{Policy: policy}, nil); len(got) > 0 || err != nil {
		t.Errorf("without directories: %v, %v", got, err)
	}
}

// TestExcludedCountsSymlinksThatABootMakesAgain has links as Home Manager makes them beside files of
// programs, and others that are data.
func TestExcludedCountsSymlinksThatABootMakesAgain(t *testing.T) {
	root := t.TempDir()
	makeTree(t, root, "git/config.local", "git/log/x", "plain/f", "keep/git/credentials", "away/f")
	for name, target := range map[string]string{
		"git/config": "/nix/store/h-config", "git/ignore": "../hop", "hop": root + "/keep/git/credentials", "git/credentials": root + "/keep/git/credentials",
		"git/log/old": "/nix/store/h-log", "git/own": "config.local", "git/dangling": "nowhere", "git/away": root + "/away/f", "plain/self": "self",
	} {
		if err := os.Symlink(target, root+"/"+name); err != nil {
			t.Fatal(err)
		}
	}
	policy := NewPolicy(Rules{Roots: []string{root}, Storage: []string{root + "/keep"}, Exclude: patterns(t, "log", "own")})
	dirs := []string{root + "/plain", root + "/git"}
	for kinds, want := range map[Kinds][]Along{
		0:                              {{}, {Excluded: Extent{1, int64(len("git/log/x"))}, Linked: 4}},
		KindsOf(KindSymlink):           {{}, {Excluded: Extent{1, int64(len("config.local"))}, Linked: 4}},
		KindsOf(KindFile, KindSymlink): {{}, {Excluded: Extent{2, int64(len("git/log/x" + "config.local"))}, Linked: 4}},
		KindsOf(KindSocket):            {{}, {Linked: 4}},
	} {
		if got, _, _ := Excluded(t.Context(), Options{Policy: policy, Kinds: kinds}, dirs); got[1] != (Along{Excluded: want[1].Excluded}) {
			t.Errorf("kinds %b: without Linked: %+v", kinds, got[1])
		}
		got, stats, err := Excluded(t.Context(), Options{Policy: policy, Kinds: kinds, Linked: true}, dirs)
		if diff := cmp.Diff(want, got); diff != "" || err != nil || len(stats.Errors) > 0 {
			t.Errorf("kinds %b: %v, %v, differs (-want +got):\n%s", kinds, err, stats.Errors, diff)
		}
	}
}

// TestExcludedIsTheDifferenceOfTwoListings counts in random trees: the listed and the excluded
// files together must be all files.
func TestExcludedIsTheDifferenceOfTwoListings(t *testing.T) {
	for seed := range uint64(20) {
		root := randomTree(t, rand.New(rand.NewPCG(seed, 5)), 300)
		exclude := patterns(t, "*a", "b*", "*/log", root+"/*/z*", "é*/")
		opts := rootOptions(root, Rules{Exclude: exclude})
		listed, _ := list(t, opts)
		all, _ := list(t, rootOptions(root, Rules{}))
		entries, err := os.ReadDir(root)
		if err != nil {
			t.Fatal(err)
		}
		var dirs []string
		var want []int
		for _, entry := range entries {
			dir := root + "/" + entry.Name()
			if !entry.IsDir() {
				continue
			}
			dirs = append(dirs, dir)
			want = append(want, countBelow(all, dir)-countBelow(listed, dir))
		}
		extents, _, err := Excluded(t.Context(), opts, dirs)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, e := range extents {
			got = append(got, e.Excluded.Files)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("seed %d: differs (-want +got):\n%s", seed, diff)
		}
	}
}

func countBelow(paths []string, dir string) (n int) {
	for _, path := range paths {
		if strings.HasPrefix(path, dir+"/") {
			n++
		}
	}
	return n
}

const tagText = "Signature: 8a477f597d28d172789f06886806bc55\n"

func writeTag(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "CACHEDIR.TAG"), []byte(tagText), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWalkIgnoresMarksOrSkipsTaggedDirectories(t *testing.T) {
	root := t.TempDir()
	makeTree(t, root, "a/.early/1", "a/late/2", "a/sub/deep/in", "b/CACHEDIR.TAG", "b/3", "c/CACHEDIR.TAG/", "c/4", "file")
	writeTag(t, root+"/a")
	writeTag(t, root) // a root is always entered
	all := []string{"CACHEDIR.TAG", "a/.early/1", "a/CACHEDIR.TAG", "a/late/2", "a/sub/deep/in", "b/3", "b/CACHEDIR.TAG", "c/4", "file"}
	tests := []struct {
		tags   Tags
		rules  Rules
		kinds  Kinds
		want   []string
		tagged []string
	}{
		{TagsIgnored, Rules{}, 0, all, nil},
		{TagsMarked, Rules{}, 0, all, []string{"a/.early/1", "a/CACHEDIR.TAG", "a/late/2", "a/sub/deep/in"}},
		{TagsSkipped, Rules{}, 0, []string{"CACHEDIR.TAG", "b/3", "b/CACHEDIR.TAG", "c/4", "file"}, nil},
		{
			TagsSkipped,
			Rules{Include: []string{root + "/a/sub/deep/in", root + "/a/gone"}},
			0,
			[]string{"CACHEDIR.TAG", "a/sub/deep/in", "b/3", "b/CACHEDIR.TAG", "c/4", "file"},
			[]string{"a/sub/deep/in"},
		},
		{TagsSkipped, Rules{Exclude: patterns(t, "*.TAG")}, 0, []string{"b/3", "c/4", "file"}, nil},
		{TagsSkipped, Rules{Only: []string{root + "/a"}}, 0, nil, nil},
		{TagsSkipped, Rules{}, KindsOf(KindDir), []string{"a", "b", "c", "c/CACHEDIR.TAG"}, nil},
	}
	for _, tt := range tests {
		opts := rootOptions(root, tt.rules)
		opts.Tags, opts.Kinds = tt.tags, tt.kinds
		var got, tagged []string
		if _, err := List(t.Context(), opts, func(e *Entry) error {
			name := strings.TrimPrefix(string(e.Path), root+"/")
			got = append(got, name)
			if e.Tagged {
				tagged = append(tagged, name)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([][]string{tt.want, tt.tagged}, [][]string{got, tagged}); diff != "" {
			t.Errorf("%v, %+v: listed and tagged differ (-want +got):\n%s", tt.tags, tt.rules, diff)
		}
	}
}

func TestTagsString(t *testing.T) {
	for tags, want := range map[Tags]string{TagsIgnored: "ignored", TagsMarked: "marked", TagsSkipped: "skipped", 9: "unknown"} {
		if tags.String() != want {
			t.Errorf("Tags(%d).String() = %q", tags, tags.String())
		}
	}
}

func TestExcludedStopsWhenItsContextIsCancelled(t *testing.T) {
	root := t.TempDir()
	makeTree(t, root, "a/b")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Excluded(ctx, rootOptions(root, Rules{}), []string{root + "/a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// TestWalkReportsTaggedDirectories checks Dir.Tagged, from which the screen knows which directories
// are caches.
func TestWalkReportsTaggedDirectories(t *testing.T) {
	root := t.TempDir()
	makeTree(t, root, "a/b/c/file", "a/x/file")
	writeTag(t, root+"/a/b")
	opts := rootOptions(root, Rules{})
	opts.Tags, opts.Workers = TagsMarked, 1
	got := map[string]bool{}
	if _, err := Walk(t.Context(), opts, func(d *Dir) { got[string(d.Name)] = d.Tagged }); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"a": false, "b": true, "c": true, "x": false} {
		if got[name] != want {
			t.Errorf("%s: Tagged = %v", name, got[name])
		}
	}
}

func TestDivisionSaysWhyADirectorySplits(t *testing.T) {
	r := NewRollup(rollupPolicy(t), "/home/al")
	for dir, want := range map[string]Division{
		"/home/al/.mozilla":     {},
		"/home/al/.config/Code": {DivisionPersisted, "/home/al/.config/Code/User/settings.json"},
		"/var/lib":              {DivisionPersisted, "/var/lib/bluetooth"},
		"/etc/app":              {DivisionMounted, "/etc/app/key"},
		"/vault":                {DivisionOther, "/vault/store"},
		"/home/bo/.config":      {Kind: DivisionShared},
		"/home/bo/.mozilla/x":   {},
	} {
		if got := r.Division(dir); got != want || (want == Division{}) == r.Splits(dir) {
			t.Errorf("%s: %v %q, want %v %q; splits: %v", dir, got.Kind, got.Path, want.Kind, want.Path, r.Splits(dir))
		}
	}
	if got := NewRollup(rollupPolicy(t, "/opt/a/b")).Division("/opt/a"); got.Kind != DivisionLimited {
		t.Errorf("the directory above a path to scan: %v", got.Kind)
	}
}
