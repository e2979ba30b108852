package tui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/scan"
)

// wish is what somebody types to find a file, written down before the ranking was
// tuned.
type wish struct{ query, path string }

// wishes are files that people look for on their machines.
var wishes = []wish{
	{"ffprof", "/home/alice/.mozilla/firefox/profiles.ini"},
	{"sshcfg", "/home/alice/.ssh/config"},
	{"sshconf", "/home/alice/.ssh/config"},
	{"known", "/home/alice/.ssh/known_hosts"},
	{"idrsa", "/home/alice/.ssh/id_rsa"},
	{"ed25519pub", "/home/alice/.ssh/id_ed25519.pub"},
	{"codeuset", "/home/alice/.config/Code/User/settings.json"},
	{"codekeyb", "/home/alice/.config/Code/User/keybindings.json"},
	{"nviminit", "/home/alice/.config/nvim/init.lua"},
	{"zshhist", "/home/alice/.zsh_history"},
	{"bashhist", "/home/alice/.bash_history"},
	{"fishhist", "/home/alice/.local/share/fish/fish_history"},
	{"kittyconf", "/home/alice/.config/kitty/kitty.conf"},
	{"machineid", "/etc/machine-id"},
	{"bashrc", "/home/alice/.bashrc"},
	{"awscred", "/home/alice/.aws/credentials"},
	{"kubeconf", "/home/alice/.kube/config"},
	{"hostkey", "/etc/ssh/ssh_host_ed25519_key"},
	{"tailstate", "/var/lib/tailscale/tailscaled.state"},
	{"bluetooth", "/var/lib/bluetooth/00:11:22:33:44:55/settings"},
	{"keyring", "/home/alice/.local/share/keyrings/login.keyring"},
	{"gitcfg", "/home/alice/.gitconfig"},
	{"gitconfig", "/home/alice/.gitconfig"},
	{"dockercfg", "/home/alice/.docker/config.json"},
	{"settings.json", "/home/alice/.config/Code/User/settings.json"},
	{"nmconn", "/etc/NetworkManager/system-connections/home.nmconnection"},
	{"ffcookies", "/home/alice/.mozilla/firefox/x3k9d1ab.default/cookies.sqlite"},
	{"ffplaces", "/home/alice/.mozilla/firefox/x3k9d1ab.default/places.sqlite"},
	{"logins", "/home/alice/.mozilla/firefox/x3k9d1ab.default/logins.json"},
	{"trustdb", "/home/alice/.gnupg/trustdb.gpg"},
	{"pubring", "/home/alice/.gnupg/pubring.kbx"},
	{"gh/hosts", "/home/alice/.config/gh/hosts.yml"},
	{"agekeys", "/home/alice/.config/sops/age/keys.txt"},
	{"thunderprof", "/home/alice/.thunderbird/profiles.ini"},
	{"signaldb", "/home/alice/.config/Signal/sql/db.sqlite"},
	{"spotifyprefs", "/home/alice/.config/spotify/prefs"},
	{"obsidian", "/home/alice/.config/obsidian/obsidian.json"},
	{"lutrisdb", "/home/alice/.local/share/lutris/pga.db"},
	{"zoxide", "/home/alice/.local/share/zoxide/db.zo"},
	{"dconf", "/home/alice/.config/dconf/user"},
	{"pgver", "/var/lib/postgresql/16/PG_VERSION"},
	{"acme", "/var/lib/acme/.lego/accounts/acme-v02.json"},
	{"fprint", "/var/lib/fprint/alice/elan/0/7"},
	{"nixosuid", "/var/lib/nixos/uid-map"},
	{"timers", "/var/lib/systemd/timers/stamp-fstrim.timer"},
	{"randomseed", "/var/lib/systemd/random-seed"},
}

// haystack returns paths as a machine has them, the noise of development and of
// browsers above all, with the wished-for files among them.
func haystack(n int) []string {
	r := rand.New(rand.NewPCG(11, 11))
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	words := strings.Fields(`core util config index main test types client server hooks parser lexer state user profile settings
		cache build module init login key host data sync net http auth token store schema query router view model helper
		common base error string buffer stream event timer queue image icon theme color font render shader texture audio`)
	word := func() string { return pick(words...) }
	hex := func(k int) string { return fmt.Sprintf("%0*x", k, r.Uint64()>>(64-4*min(k, 16))) }
	home := func() string { return "/home/" + pick("alice", "alice", "bob") }
	makers := []func() string{
		func() string {
			return home() + "/" + pick("src", "code", "work") + "/" + word() + "/node_modules/" + pick("", "@types/") + word() + "-" + word() +
				pick("/lib/", "/dist/", "/src/", "/") + word() + pick(".js", ".d.ts", ".json", ".md")
		},
		func() string { return home() + "/src/" + word() + "/.git/objects/" + hex(2) + "/" + hex(16) + hex(16) },
		func() string {
			return home() + "/src/" + word() + "/target/" + pick("debug", "release") + "/deps/" + pick("lib", "") + word() + "-" + hex(16) + pick(".rlib", ".d", ".rmeta")
		},
		func() string {
			return home() + "/.mozilla/firefox/x3k9d1ab.default/cache2/entries/" + strings.ToUpper(hex(16))
		},
		func() string {
			return home() + "/.mozilla/firefox/x3k9d1ab.default/storage/default/https+++" + word() + "." + pick("com", "org", "net") + "/" + pick("idb", "ls", "cache") + "/" + hex(8) + word() + ".sqlite"
		},
		func() string {
			return home() + "/.config/" + pick("Code", "chromium", "Signal", "obsidian", "discord") + "/" + pick("Cache/Cache_Data", "GPUCache", "Code Cache/js", "Service Worker/CacheStorage") + "/" + hex(16) + "_0"
		},
		func() string {
			return home() + "/.cache/" + word() + "/" + word() + "/" + hex(12) + pick("", ".png", ".bin")
		},
		func() string {
			return home() + "/.local/share/Steam/steamapps/common/" + strings.ToUpper(word()[:1]) + word() + "/" + word() + "/" + word() + pick(".pak", ".dds", ".wav", ".lua", ".cfg")
		},
		func() string {
			return home() + "/go/pkg/mod/github.com/" + word() + "/" + word() + "@v1." + fmt.Sprint(r.IntN(20)) + ".0/" + word() + "_" + word() + pick(".go", "_test.go")
		},
		func() string {
			return home() + "/.cargo/registry/src/index.crates.io-" + hex(16) + "/" + word() + "-0." + fmt.Sprint(r.IntN(9)) + ".1/src/" + word() + ".rs"
		},
		func() string {
			return home() + "/.local/lib/python3.12/site-packages/" + word() + "/" + word() + pick(".py", ".pyi", ".so")
		},
		func() string {
			return home() + "/Pictures/" + fmt.Sprint(2010+r.IntN(16)) + "/IMG_" + fmt.Sprint(r.IntN(90000)) + ".jpg"
		},
		func() string {
			return home() + "/Documents/" + word() + "/" + word() + " " + word() + pick(".odt", ".pdf", ".md")
		},
		func() string {
			return "/usr/share/" + pick("doc", "locale", "icons", "man/man3") + "/" + word() + "/" + word() + pick(".gz", ".mo", ".svg", ".html")
		},
		func() string {
			return "/usr/lib/" + word() + "/" + word() + "-" + word() + pick(".so", ".a", ".py", ".h")
		},
		func() string {
			return "/var/lib/docker/overlay2/" + hex(16) + hex(16) + "/diff/usr/" + pick("lib", "share", "bin") + "/" + word() + pick("", ".so", ".conf")
		},
		func() string { return "/var/log/" + word() + "/" + word() + pick(".log", ".log.1.gz") },
		func() string { return "/etc/" + word() + pick(".d/", "/") + word() + pick(".conf", ".cfg", "") },
		func() string {
			return home() + "/.config/" + word() + "/" + word() + pick(".json", ".toml", ".conf", ".ini")
		},
	}
	paths := make([]string, 0, n+len(wishes))
	for range n {
		paths = append(paths, makers[r.IntN(len(makers))]())
	}
	for _, w := range wishes {
		paths = append(paths, w.path)
	}
	r.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	return paths
}

// The files that people look for have to come first. A wish is worth one over its
// rank (the mean of which is the MRR), so 0.75 means that most are on top.
func TestWishesComeFirst(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	var s Store
	for _, p := range haystack(n) {
		s.AddPath([]byte(p), scan.KindFile)
	}
	l := listOf(t, &s)
	var sum float64
	top := 0
	for _, w := range wishes {
		rank := rankOf(t, l, w)
		if rank > 0 {
			sum += 1 / float64(rank)
		}
		if rank > 0 && rank <= 10 {
			top++
		}
		if rank != 1 {
			t.Logf("%-14s %5d  %s", w.query, rank, w.path)
		}
	}
	mrr := sum / float64(len(wishes))
	t.Logf("MRR %.3f, %d of %d among the first ten", mrr, top, len(wishes))
	if mrr < 0.75 || len(wishes) < 40 {
		t.Errorf("MRR %.3f for %d wishes, want 0.75 for 40", mrr, len(wishes))
	}
}

// rankOf returns the place of a wish among the results, or 0. A directory that holds
// it nearly alone is as good.
func rankOf(t testing.TB, l *listing, w wish) int {
	t.Helper()
	found, err := find(t.Context(), request{listing: l, query: w.query})
	if err != nil {
		t.Fatal(err)
	}
	for i, node := range found.rows {
		if string(l.appendNode(nil, node)) == w.path {
			return i + 1
		}
	}
	return 0
}
