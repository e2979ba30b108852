package known

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDataFilesAreValid(t *testing.T) {
	paths, err := parsePaths(knownPathsText)
	if err != nil || len(paths.home) != 524 || len(paths.host) != 189 {
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
		{"no repository", paths, "home\ta\tfile\t0\t", `known-paths.tsv:1: expected 1 to 230 repositories, got "0"`},
		{"too many repositories", paths, "home\ta\tfile\t231\t", `known-paths.tsv:1: expected 1 to 230 repositories, got "231"`},
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
	tests := []struct {
		name, path string
		// What Lookup says: own and with other names; and what Keeper says.
		own, lookup, keeper int
	}{
		{"configured home", "/users/eve/.ssh", 126, 126, 126},
		{"home in /home", "/home/bob/.ssh", 126, 126, 126},
		{"home of root", "/root/.ssh", 126, 126, 126},
		{"nested home", "/home/al/nested/.ssh", 126, 126, 126},
		{"not a home", "/users/bob/.ssh", 0, 0, 0},
		{"no home", "/.ssh", 0, 0, 0},
		{"the directory counts more than the file", "/home/bob/.ssh/id_ed25519", 2, 2, 126},
		{"the directory counts more than the other file", "/home/bob/.ssh/known_hosts", 13, 13, 126},
		{"names of one thing add up", "/home/bob/.mozilla/firefox/x", 0, 0, 48 + 18 + 13 + 5},
		{"the same at the new name", "/home/bob/.config/mozilla/firefox", 5, 48 + 18 + 13 + 5, 48 + 18 + 13 + 5},
		{"file with another name", "/home/bob/.bash_history", 24, 26, 26},
		{"below a file", "/home/bob/.bash_history/x", 0, 0, 0},
		{"file of the system", "/etc/machine-id", 184, 184, 184},
		{"unknown file", "/etc/hostname", 0, 0, 0},
		{"below a directory", "/var/lib/tailscale/state", 0, 0, 63},
		{"below a container", "/var/lib/systemd/timers/x", 0, 0, 29},
		{"far below a container", "/var/lib/systemd/coredump/x/y", 0, 0, 81},
		{"nothing known", "/var/lib/unheard-of/x", 0, 0, 0},
		{"container kept as a whole", "/home/bob/.cache", 34, 34, 34},
		{"unknown in a container that some keep", "/home/bob/.cache/unheard-of/x", 0, 0, 0},
		{"unknown in the other container", "/etc/NetworkManager/conf.d/x", 0, 0, 0},
		{"cache of root", "/root/.cache/nix", 19, 19, 19},
		{"dynamic user", "/var/lib/private/ollama/models", 0, 0, 8},
		{"dynamic user by its link", "/var/lib/ollama", 8, 8, 8},
		{"without a dynamic user in the data", "/var/lib/private/tailscale", 63, 63, 63},
		{"homes", "/home", 2, 2, 2},
		{"root", "/", 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lookup, found := Lookup(homes, tt.path)
			if lookup.Own != tt.own || lookup.Repositories != tt.lookup || found != (tt.lookup > 0) {
				t.Errorf("Lookup(%s) = %+v, %v, want %d and %d", tt.path, lookup, found, tt.own, tt.lookup)
			}
			keeper, found := Keeper(homes, tt.path)
			if keeper.Repositories != tt.keeper || found != (tt.keeper > 0) {
				t.Errorf("Keeper(%s) = %+v, %v, want %d", tt.path, keeper, found, tt.keeper)
			}
		})
	}
	want := Entry{Repositories: 126, Own: 126, Dir: true, Mode: "0700", ModeRepositories: 42, CacheRepositories: 2}
	if got, _ := Lookup(homes, "/root/.ssh"); got != want {
		t.Errorf("got %+v, want %+v", got, want)
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
		"/etc/NetworkManager", "/etc/ssh", "/etc/systemd", "/var/lib/systemd", "/var/spool",
		"/home/al/.config/systemd", "/home/al/.local/share/icons", "/root/.config", "/home/al", "/home/al/.config", "/home/al/.local", "/home/al/.local/share", "/home/al/.local/state",
		"/home/al/.cache", "/home/al/.var", "/home/al/.var/app", "/data", "/data/users", "/data/users/eve", "/data/users/eve/.config",
	} {
		if !homes.Container(dir) {
			t.Errorf("%s is not a container", dir)
		}
	}
	for _, dir := range []string{
		"/data/users/bob", "/data/users/eve/.ssh", "/home/al/.config/Code", "/home/al/.local/share/Steam", "/home/al/.var/app/org.x", "/var/log",
		"/var/lib/bluetooth", "/.config", "/home/al/x/.config", "/boot",
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
		"/etc 4", "/etc/NetworkManager 14", "/etc/ssh 46", "/home 2", "/root 8", "/srv 8", "/tmp 15", "/var 6", "/var/cache 11",
		"/var/db 2", "/var/lib 13", "/var/lib/private 10", "/var/lib/systemd 64", "/var/tmp 9",
		"~/.cache 34", "~/.config 21", "~/.local 8", "~/.local/share 12", "~/.local/state 14", "~/.var 4", "~/.var/app 13",
	}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(kept))); diff != "" {
		t.Errorf("containers that people keep (-want +got):\n%s", diff)
	}
}

func TestReplacedFilesInHomesAndTheSystem(t *testing.T) {
	homes := HomesOf("/data/alice")
	for name, want := range map[string]bool{
		"/data/alice/.ssh/known_hosts": true, "/root/.bash_history": true, "/data/alice/.config/kwinrc": true, "/home/bob/.config/monitors.xml": true,
		"/var/lib/logrotate.status": true, "/data/alice/.ssh": false, "/etc/machine-id": false, "/data/alice/x/.bash_history": false,
	} {
		if got := homes.Replaced(name); got != want {
			t.Errorf("Replaced(%s) = %t", name, got)
		}
	}
}
