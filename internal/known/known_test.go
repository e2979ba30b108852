package known

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDataFilesAreValid(t *testing.T) {
	paths, err := parsePaths(knownPathsText)
	if err != nil || len(paths.home) != 212 || len(paths.host) != 78 {
		t.Errorf("known-paths.tsv: %d paths in homes and %d others, %v", len(paths.home), len(paths.host), err)
	}
	if table, err := parsePlaces("containers.txt", containersText); err != nil || len(table.home) < 8 || len(table.host) < 15 {
		t.Errorf("containers.txt: %v, %v", table, err)
	}
	if table, err := parsePlaces("replaced.txt", replacedText); err != nil || len(table.home) < 20 || len(table.host) < 5 {
		t.Errorf("replaced.txt: %v, %v", table, err)
	}
	if names, err := parseCaches(cachesText); err != nil || len(names) < 40 {
		t.Errorf("caches.txt: %d names, %v", len(names), err)
	}
	if table, err := parseAliases(aliasesText); err != nil || len(table) < 30 {
		t.Errorf("aliases.tsv: %d packages, %v", len(table), err)
	}
}

func TestParseErrorsNameTheLine(t *testing.T) {
	paths := func(text string) error { _, err := parsePaths(text); return err }
	containers := func(text string) error { _, err := parsePlaces("containers.txt", text); return err }
	caches := func(text string) error { _, err := parseCaches(text); return err }
	aliases := func(text string) error { _, err := parseAliases(text); return err }
	tests := []struct {
		name  string
		parse func(string) error
		text  string
		want  string
	}{
		{"too few fields", paths, "# x\nhome\ta\tfile\t2", "known-paths.tsv:2: expected 5 fields, got 4"},
		{"scope", paths, "user\ta\tfile\t2\t", `known-paths.tsv:1: expected the scope home or system, got "user"`},
		{"absolute in a home", paths, "home\t/a\tfile\t2\t", `known-paths.tsv:1: expected a clean path, absolute for system and relative for home, got "/a"`},
		{"out of the home", paths, "home\t../a\tfile\t2\t", `known-paths.tsv:1: expected a clean path, absolute for system and relative for home, got "../a"`},
		{"relative", paths, "system\ta\tfile\t2\t", `known-paths.tsv:1: expected a clean path, absolute for system and relative for home, got "a"`},
		{"not clean", paths, "system\t/a/\tfile\t2\t", `known-paths.tsv:1: expected a clean path, absolute for system and relative for home, got "/a/"`},
		{"twice", paths, "home\ta\tfile\t2\t\nhome\ta\tfile\t3\t", "known-paths.tsv:2: duplicate path a"},
		{"kind", paths, "home\ta\tlink\t2\t", `known-paths.tsv:1: expected the kind file or directory, got "link"`},
		{"no repository", paths, "home\ta\tfile\t0\t", `known-paths.tsv:1: expected 1 to 31 repositories, got "0"`},
		{"too many repositories", paths, "home\ta\tfile\t32\t", `known-paths.tsv:1: expected 1 to 31 repositories, got "32"`},
		{"mode", paths, "home\ta\tfile\t2\t0888", `known-paths.tsv:1: expected a mode of four octal digits, got "0888"`},
		{"short mode", paths, "home\ta\tfile\t2\t700", `known-paths.tsv:1: expected a mode of four octal digits, got "700"`},
		{"relative container", containers, "etc", `containers.txt:1: expected a clean path that begins with / or ~, got "etc"`},
		{"another's home", containers, "~bob", `containers.txt:1: expected a clean path that begins with / or ~, got "~bob"`},
		{"path as a cache", caches, "a\nb/c", `caches.txt:2: expected the name of a directory, got "b/c"`},
		{"no alias", aliases, "vscode", `aliases.tsv:1: expected a package and the names of its directories, got "vscode"`},
		{"empty alias", aliases, "vscode\t", `aliases.tsv:1: expected the name of a directory, got ""`},
		{"same package", aliases, "vscode\tCode\n_VSCode-bin\tx", "aliases.tsv:2: duplicate package vscode"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.parse(tt.text); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestLookupAndKeeper(t *testing.T) {
	homes := HomesOf("/users/eve", "/home/al/nested")
	ssh := Entry{Repositories: 20, Dir: true, Mode: "0700"}
	tests := []struct {
		path           string
		lookup, keeper Entry
	}{
		{"/users/eve/.ssh", ssh, ssh},
		{"/home/bob/.ssh", ssh, ssh},
		{"/root/.ssh", ssh, ssh},
		{"/home/al/nested/.ssh", ssh, ssh},
		{"/users/bob/.ssh", Entry{}, Entry{}},
		{"/.ssh", Entry{}, Entry{}},
		{"/home/bob/.ssh/id_ed25519", Entry{}, ssh},
		{"/home/bob/.ssh/known_hosts", Entry{Repositories: 2}, Entry{Repositories: 2}},
		{"/home/bob/.bash_history", Entry{Repositories: 8}, Entry{Repositories: 8}},
		{"/home/bob/.bash_history/x", Entry{}, Entry{}},
		{"/etc/machine-id", Entry{Repositories: 23}, Entry{Repositories: 23}},
		{"/etc/hostname", Entry{}, Entry{}},
		{"/var/lib/tailscale/state", Entry{}, Entry{Repositories: 13, Dir: true, Mode: "0700"}},
		{"/var/lib/systemd/timers/x", Entry{}, Entry{Repositories: 10, Dir: true}},
		{"/var/lib/systemd/coredump/x/y", Entry{}, Entry{Repositories: 14, Dir: true}},
		{"/var/lib/unheard-of/x", Entry{}, Entry{}},
		{"/home/bob/.cache", Entry{Repositories: 5, Dir: true}, Entry{Repositories: 5, Dir: true}},
		{"/home/bob/.cache/unheard-of/x", Entry{}, Entry{}},
		{"/root/.cache/nix", Entry{Repositories: 12, Dir: true}, Entry{Repositories: 12, Dir: true}},
		{"/home", Entry{Repositories: 3, Dir: true}, Entry{Repositories: 3, Dir: true}},
		{"/", Entry{}, Entry{}},
	}
	for _, tt := range tests {
		lookup, found := Lookup(homes, tt.path)
		if lookup != tt.lookup || found != (tt.lookup != Entry{}) {
			t.Errorf("Lookup(%s) = %+v, %v, want %+v", tt.path, lookup, found, tt.lookup)
		}
		keeper, found := Keeper(homes, tt.path)
		if keeper != tt.keeper || found != (tt.keeper != Entry{}) {
			t.Errorf("Keeper(%s) = %+v, %v, want %+v", tt.path, keeper, found, tt.keeper)
		}
	}
}

func TestHomesWithin(t *testing.T) {
	homes := HomesOf("", "/users/eve", "/home", "/users/eve/deep")
	for path, want := range map[string]string{
		"/users/eve": ".", "/users/eve/x/y": "x/y", "/users/eve/deep": ".", "/users/eve/deep/x": "x", "/users/eve/deeper": "deeper",
		"/users/every": "", "/users": "", "/root": ".", "/root/x": "x", "/rootless": "", "/home": ".", "/home/al": ".", "/home/al/x": "x", "/": "",
		"/home/\xff/x": "x",
	} {
		if got, ok := homes.Within(path); got != want || ok != (want != "") {
			t.Errorf("Within(%q) = %q, %v, want %q", path, got, ok, want)
		}
	}
	if got, ok := HomesOf("/").Within("/x/y"); got != "x/y" || !ok {
		t.Errorf("with the home /: Within(/x/y) = %q, %v", got, ok)
	}
}

func TestContainers(t *testing.T) {
	homes := HomesOf("/data/users/eve")
	for _, dir := range []string{
		"/", "/home", "/var", "/var/lib", "/var/lib/private", "/var/cache", "/etc", "/srv", "/opt", "/usr", "/root",
		"/root/.config", "/home/al", "/home/al/.config", "/home/al/.local", "/home/al/.local/share", "/home/al/.local/state",
		"/home/al/.cache", "/home/al/.var", "/home/al/.var/app", "/data", "/data/users", "/data/users/eve", "/data/users/eve/.config",
	} {
		if !homes.Container(dir) {
			t.Errorf("%s is not a container", dir)
		}
	}
	for _, dir := range []string{
		"/data/users/bob", "/data/users/eve/.ssh", "/home/al/.config/Code", "/home/al/.local/share/Steam", "/home/al/.var/app/org.x", "/var/log",
		"/var/lib/bluetooth", "/etc/ssh", "/.config", "/home/al/x/.config", "/boot",
	} {
		if homes.Container(dir) {
			t.Errorf("%s is a container", dir)
		}
	}
	if !(Homes{}).Container("/home/al/.config") || (Homes{}).Container("/data") {
		t.Error("the zero value does not have exactly the homes in /home and /root")
	}
}

// TestFewKnownPathsAreContainers compares containers.txt with known-paths.tsv. Few paths are in
// both, and the test lists all of them.
func TestFewKnownPathsAreContainers(t *testing.T) {
	var kept []string
	for path, entry := range knownPaths().home {
		if containers().home[path] {
			kept = append(kept, fmt.Sprint("~/", path, " ", entry.Repositories))
		}
	}
	for path, entry := range knownPaths().host {
		if containers().host[path] || path == "/root" {
			kept = append(kept, fmt.Sprint(path, " ", entry.Repositories))
		}
	}
	want := []string{
		"/home 3", "/root 2", "/srv 2", "/var 2", "/var/cache 4", "/var/lib 3", "/var/lib/private 4", "/var/tmp 2",
		"~/.cache 5", "~/.local 3", "~/.var/app 4",
	}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(kept))); diff != "" {
		t.Errorf("containers that people keep (-want +got):\n%s", diff)
	}
}

func TestReplacedFilesInHomesAndTheSystem(t *testing.T) {
	homes := HomesOf("/data/alice")
	for name, want := range map[string]bool{
		"/data/alice/.ssh/known_hosts": true, "/root/.bash_history": true, "/home/bob/.config/monitors.xml": true,
		"/var/lib/logrotate.status": true, "/data/alice/.ssh": false, "/etc/machine-id": false, "/data/alice/x/.bash_history": false,
	} {
		if got := homes.Replaced(name); got != want {
			t.Errorf("Replaced(%s) = %t", name, got)
		}
	}
}
