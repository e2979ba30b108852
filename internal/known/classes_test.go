package known_test

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

func TestClassNames(t *testing.T) {
	for name, hidden := range map[string]bool{
		"regenerated": true, "runtime": true, "managed": true, "cache": true,
		"log": false, "identity": false, "state": false, "state-noise": false,
	} {
		class, ok := known.ParseClass(name)
		if !ok || class.String() != name || class.Hidden() != hidden {
			t.Errorf("%s: %v, hidden %t", name, class, class.Hidden())
		}
	}
	if class, ok := known.ParseClass("unknown"); ok || class.Hidden() || known.Class(99).String() != "unknown" {
		t.Error("the unknown class has a name, or is hidden")
	}
	if known.FileSocket.String() != "socket" || known.FileKind(99).String() != "unknown" {
		t.Error("kinds of files have other names")
	}
	if known.FactImmutableUsers.String() != "immutable users" || known.Fact(99).String() != "unknown" {
		t.Error("facts have other names")
	}
}

// classOf returns the class of a path, and the pattern that decides it.
func classOf(machine known.Machine, name string, file known.File) string {
	homes := known.HomesOf("/users/eve", "/var/cache/build")
	got := known.NewClasses(homes, machine, known.ClassOptions{}).Of(name, file)
	return got.Class.String() + " " + got.Pattern
}

func TestClassOfGoesByTheLongestPattern(t *testing.T) {
	regular, dir := known.File{Kind: known.FileRegular}, known.File{Kind: known.FileDirectory}
	tests := []struct {
		name string
		path string
		file known.File
		want string // class, pattern
	}{
		{"a directory that a row covers", "/home/al/.cache", dir, "cache ~/.cache/"},
		{"below it", "/home/al/.cache/a/b", regular, "cache ~/.cache/"},
		{"a file of its name", "/home/al/.cache", regular, "unknown "},
		{"a longer name", "/home/al/.cached/a", regular, "unknown "},
		{"the home of root", "/root/.cache/a", regular, "cache ~/.cache/"},
		{"a given home", "/users/eve/.cache/a", regular, "cache ~/.cache/"},
		{"no home", "/users/.cache/a", regular, "unknown "},
		{"a home in a cache", "/var/cache/build/.ssh/id", regular, "identity ~/.ssh/"},
		{"any bytes", "/home/\xff/.cache/\n", regular, "cache ~/.cache/"},
		{"the longest pattern", "/home/al/.cache/rclone/vfs/a", regular, "state ~/.cache/rclone/vfs/"},
		{"beside it", "/home/al/.cache/rclone/a", regular, "cache ~/.cache/"},
		{"identity before the longest pattern", "/home/al/.config/Signal/GPUCache/a", regular, "identity ~/.config/Signal/"},
		{"identity", "/etc/ssh/ssh_host_rsa_key", regular, "identity /etc/ssh/ssh_host_*"},
		{"any depth", "/home/al/.config/a/b/c/GPUCache/x", regular, "cache ~/.config/**/GPUCache/"},
		{"any depth, also none", "/home/al/.config/GPUCache/x", regular, "cache ~/.config/**/GPUCache/"},
		{"no cache elsewhere", "/home/al/GPUCache/x", regular, "unknown "},
		{"root", "/", dir, "unknown "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := classOf(known.Machine{Facts: []known.Fact{known.FactNixOS}}, tt.path, tt.file); got != tt.want {
				t.Errorf("%s is %s, want %s", tt.path, got, tt.want)
			}
		})
	}
}

func TestClassOfGoesByFileAndMachine(t *testing.T) {
	regular, socket := known.File{Kind: known.FileRegular}, known.File{Kind: known.FileSocket}
	link := func(target string) known.File { return known.File{Kind: known.FileSymlink, Target: target} }
	with := func(facts ...known.Fact) known.Machine {
		return known.Machine{Facts: append([]known.Fact{known.FactNixOS}, facts...)}
	}
	nixos := with()
	resolvconf := known.Machine{Facts: nixos.Facts, Units: []string{"resolvconf.service"}}
	copies := known.Machine{Facts: nixos.Facts, Copied: []string{"sudoers", "../x", "*", ""}}
	tests := []struct {
		name    string
		path    string
		file    known.File
		machine known.Machine
		want    string // class, pattern
	}{
		{"a kind before identity", "/home/al/.gnupg/S.gpg-agent", socket, nixos, "runtime /**"},
		{"a kind before identity, in /etc", "/etc/ssh/ssh_host_rsa_key", link("/etc/static/ssh/ssh_host_rsa_key"), nixos, "managed /etc/**"},
		{"not NixOS", "/etc/hosts", link("/etc/static/hosts"), known.Machine{}, "unknown "},
		{"a link elsewhere", "/etc/app.conf", link("/etc/statical"), nixos, "unknown "},
		{"a target that was not read", "/etc/app.conf", link(""), nixos, "unknown "},
		{"a kind that is not known", "/etc/app.conf", known.File{}, nixos, "unknown "},
		{"copied", "/etc/sudoers", regular, copies, "managed /etc/**"},
		{"copied elsewhere", "/etc/sudoers.d", regular, copies, "unknown "},
		{"an escape of /etc", "/x", regular, copies, "unknown "},
		{"otherwise", "/etc/passwd", regular, nixos, "identity /etc/passwd"},
		{"not otherwise", "/etc/passwd", regular, with(known.FactImmutableUsers, known.FactUsersByScript), "regenerated /etc/passwd"},
		{"half of what is needed", "/etc/passwd", regular, with(known.FactImmutableUsers), "identity /etc/passwd"},
		{"a unit", "/etc/resolv.conf", regular, resolvconf, "regenerated /etc/resolv.conf"},
		{"no unit", "/etc/resolv.conf", regular, nixos, "unknown "},
		{"Home Manager as a module", "/home/al/.config/git/config", link("/nix/store/0-home-manager-files/.config/git/config"), with(known.FactHomeManagerModule), "managed ~/**"},
		{"Home Manager alone", "/home/al/.config/git/config", link("/nix/store/0-home-manager-files/.config/git/config"), with(known.FactHomeManagerAlone), "state ~/**"},
		{"Home Manager alone, in a cache", "/home/al/.cache/.keep", link("/nix/store/0-home-manager-files/.cache/.keep"), with(known.FactHomeManagerAlone), "cache ~/.cache/"},
		{"Home Manager, not known how", "/home/al/.config/git/config", link("/nix/store/0-home-manager-files/.config/git/config"), nixos, "unknown "},
		{"a link into the home", "/home/al/.steam/root", link("/home/al/.local/share/Steam"), nixos, "regenerated ~/.steam/*"},
		{"a link into another place", "/home/al/.steam/root", link("/games/Steam"), nixos, "unknown "},
		{"a file beside it", "/home/al/.steam/registry.vdf", regular, nixos, "state-noise ~/.steam/registry.vdf"},
		{"below a tagged directory", "/srv/build/a", known.File{Kind: known.FileRegular, Tagged: true}, nixos, "cache /**"},
		{"below a tagged directory, but named", "/home/al/.ssh/a", known.File{Kind: known.FileRegular, Tagged: true}, nixos, "identity ~/.ssh/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := classOf(tt.machine, tt.path, tt.file); got != tt.want {
				t.Errorf("%s is %s, want %s", tt.path, got, tt.want)
			}
		})
	}
}

func TestCacheNamesAreTheWeakestRows(t *testing.T) {
	classes := known.NewClasses(known.Homes{}, known.Machine{}, known.ClassOptions{CacheNames: true})
	for name, want := range map[string]known.Class{
		"/home/al/src/app/node_modules/a/b":   known.ClassCache,
		"/srv/__pycache__/a":                  known.ClassCache,
		"/home/al/.config/app/Crashpad/a":     known.ClassLog,
		"/home/al/.ssh/node_modules/a":        known.ClassIdentity,
		"/home/al/.config/app/Cookies/Cache":  known.ClassUnknown,
		"/home/al/.config/app/Cache/Cookies":  known.ClassIdentity,
		"/var/log/app/Cache/a":                known.ClassCache,
		"/home/al/.local/share/app/GPUCache2": known.ClassUnknown,
	} {
		if got := classes.Of(name, known.File{Kind: known.FileRegular}); got.Class != want {
			t.Errorf("%s is %v by %q", name, got.Class, got.Pattern)
		}
	}
}

// machines returns one machine for each set of facts, with all units that a row asks for.
func machines() []known.Machine {
	var all []known.Machine
	units := []string{
		"resolvconf.service", "mkswap-swapfile.service", "mkswap-var-swapfile.service",
		"libvirtd-config.service", "unbound.service", "ldconfig.service", "systemd-hwdb-update.service",
	}
	facts := []known.Fact{
		known.FactNixOS, known.FactOtherSystem, known.FactHomeManagerModule, known.FactHomeManagerAlone,
		known.FactImmutableUsers, known.FactUsersByScript, known.FactUsersBySysusers, known.FactEtcOverlay,
	}
	for set := range 1 << len(facts) {
		machine := known.Machine{Units: units}
		for i, fact := range facts {
			if set>>i&1 != 0 {
				machine.Facts = append(machine.Facts, fact)
			}
		}
		all = append(all, machine)
	}
	return all
}

// assertShown checks that a file is not hidden, and that a walk reaches it.
func assertShown(t *testing.T, classes *known.Classes, name string, kind known.FileKind) {
	t.Helper()
	if got := classes.Of(name, known.File{Kind: kind}); got.Class.Hidden() {
		t.Errorf("%s, %v is hidden: %v by %q", name, kind, got.Class, got.Pattern)
	}
	at := known.WalkStart
	names := strings.Split(name[1:], "/")
	for i, part := range names {
		as := known.FileDirectory
		if i == len(names)-1 {
			as = kind
		}
		step, in := classes.Step(at, []byte(part), as)
		if step.Prune {
			t.Errorf("/%s is pruned, above %s", path.Join(names[:i+1]...), name)
		}
		at = in
	}
}

// knownPath is a row of known-paths.tsv, with its homes written out.
type knownPath struct {
	path string
	kind known.FileKind
}

func knownPaths(t *testing.T) []knownPath {
	t.Helper()
	text, err := os.ReadFile("known-paths.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var paths []knownPath
	for line := range strings.SplitSeq(string(text), "\n") {
		fields := strings.Split(line, "\t")
		if len(fields) < 3 || strings.HasPrefix(line, "#") {
			continue
		}
		name, kind := fields[1], known.FileRegular
		if fields[0] == "home" {
			name = "/home/al/" + name
		}
		if fields[2] == "directory" {
			kind = known.FileDirectory
		}
		paths = append(paths, knownPath{name, kind})
	}
	return paths
}

// madeAgain is what few public configurations keep although a boot makes it again, by class.
var madeAgain = []string{
	"runtime /tmp", "regenerated /etc/passwd", "regenerated /etc/group", "regenerated /etc/shadow",
	"cache /home/al/.cargo/registry", "cache /home/al/.local/share/baloo",
}

func TestWhatPeopleKeepIsHiddenOnlyAsACache(t *testing.T) {
	var hidden []string
	classes := known.NewClasses(known.Homes{}, machines()[0], known.ClassOptions{CacheNames: true})
	for _, kept := range knownPaths(t) {
		if got := classes.Of(kept.path, known.File{Kind: kept.kind}); got.Class.Hidden() {
			hidden = append(hidden, got.Class.String()+" "+kept.path)
		}
	}
	for _, name := range hidden {
		_, cache := strings.CutPrefix(name, "cache /home/al/.cache")
		if !cache && !strings.HasPrefix(name, "cache /var/cache") && !strings.HasPrefix(name, "cache /root/.cache") && !slices.Contains(madeAgain, name) {
			t.Errorf("hidden: %s", name)
		}
	}
	if len(hidden) < 25 {
		t.Errorf("only %d caches are hidden: %q", len(hidden), hidden)
	}
	for _, machine := range machines() {
		all := known.NewClasses(known.Homes{}, machine, known.ClassOptions{CacheNames: true})
		for _, kept := range knownPaths(t) {
			if got := all.Of(kept.path, known.File{Kind: kept.kind}); got.Class.Hidden() && got.Class != known.ClassCache && !slices.Contains(madeAgain, got.Class.String()+" "+kept.path) {
				t.Errorf("%s is hidden as %v with the facts %v", kept.path, got.Class, machine.Facts)
			}
		}
	}
}

// TestWhatTheOldExcludesHidIsShown checks the paths of known-paths.tsv that the exclude list of
// the original hides: what public configurations keep, and no listing showed.
func TestWhatTheOldExcludesHidIsShown(t *testing.T) {
	var old []pattern.Pattern
	for text := range strings.FieldsSeq(`etc/passwd etc/NIXOS etc/group etc/machine-id etc/resolv.conf etc/ssh etc/shadow
		etc/subgid etc/subuid etc/sudoers var/lib/libvirt/{qemu.conf,nwfilter,dnsmasq} var/cache var/.updated
		var/lib/NetworkManager/timestamps var/lib/dhcpcd **/*logs **/*log tmp home/al/.cache home/al/.npm
		home/al/.cargo home/al/.mozilla/firefox/*/cache2/entries home/al/.steam home/al/.pki home/al/.pulse-cookie
		home/al/.local/state/wireplumber home/al/.local/share/vulkan/implicit_layer.d home/al/.config/BambuStudio`) {
		old = append(old, pattern.Pattern{Text: text})
	}
	excludes, err := pattern.Compile(old)
	if err != nil {
		t.Fatal(err)
	}
	classes := known.NewClasses(known.Homes{}, known.Machine{Facts: []known.Fact{known.FactNixOS}}, known.ClassOptions{})
	var shown []string
	hid := 0
	for _, kept := range knownPaths(t) {
		if !excluded(excludes, kept) {
			continue
		}
		hid++
		if got := classes.Of(kept.path, known.File{Kind: kept.kind}); !got.Class.Hidden() {
			shown = append(shown, got.Class.String()+" "+kept.path)
			assertShown(t, classes, kept.path, kept.kind)
		} else if got.Class != known.ClassCache && !slices.Contains(madeAgain, got.Class.String()+" "+kept.path) {
			t.Errorf("%s is hidden as %v", kept.path, got.Class)
		}
	}
	want := []string{
		"state-noise /home/al/.local/state/wireplumber", "unknown /home/al/.steam", "unknown /home/al/.cargo",
		"identity /home/al/.pki", "unknown /home/al/.npm", "state-noise /home/al/.cache/rofi3.druncache",
		"state-noise /home/al/.cache/rofi-entry-history.txt", "identity /home/al/.pki/nssdb", "identity /etc/machine-id",
		"log /var/log", "identity /etc/ssh/ssh_host_ed25519_key", "identity /etc/ssh/ssh_host_ed25519_key.pub",
		"identity /etc/ssh/ssh_host_rsa_key", "unknown /etc/ssh", "identity /etc/ssh/ssh_host_rsa_key.pub",
		"state-noise /var/cache/tuigreet", "state-noise /var/tmp", "log /var/log/journal", "identity /etc/shadow",
		"identity /etc/group", "identity /etc/passwd", "state-noise /var/lib/lastlog",
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("of %d paths that the old excludes hid (-want +got):\n%s", hid, diff)
	}
	t.Logf("%d were hidden, %d are shown now", hid, len(shown))
}

// excluded reports whether patterns exclude a path, or a directory above it.
func excluded(excludes *pattern.Set, kept knownPath) bool {
	at := pattern.Start
	names := strings.Split(kept.path[1:], "/")
	for i, name := range names {
		if excludes.Match(at, []byte(name), i < len(names)-1 || kept.kind == known.FileDirectory) {
			return true
		}
		at = excludes.Enter(at, []byte(name))
	}
	return false
}

func TestStepPrunesWhatIsHiddenWhole(t *testing.T) {
	classes := known.NewClasses(known.HomesOf("/var/lib/app/home"), known.Machine{}, known.ClassOptions{})
	tests := []struct {
		name, dir string
		want      bool
	}{
		{"a cache", "/home/al/.cache/mozilla", true},
		{"the cache of a language", "/home/al/.cargo/registry", true},
		{"a cache with rows below", "/home/al/.cache", false},
		{"on the way to them", "/home/al/.cache/rclone", false},
		{"a cache of the system", "/var/cache/nscd", true},
		{"temporary files", "/tmp", true},
		{"a cache where logins may be", "/home/al/.config/Code/GPUCache", false},
		{"an unknown directory", "/home/al/src", false},
		{"logs", "/var/log", false},
		{"the kernel's", "/proc", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, last := known.WalkStart, known.ClassStep{}
			for part := range strings.SplitSeq(tt.dir[1:], "/") {
				last, at = classes.Step(at, []byte(part), known.FileDirectory)
			}
			if last.Prune != tt.want {
				t.Errorf("%s: pruned %t, %v", tt.dir, last.Prune, classes.Finding(last))
			}
		})
	}
	nested := known.NewClasses(known.HomesOf("/tmp/home"), known.Machine{}, known.ClassOptions{})
	if step, _ := nested.Step(known.WalkStart, []byte("tmp"), known.FileDirectory); step.Prune {
		t.Error("/tmp is pruned though a home is in it")
	}
}
