package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/vt"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
)

var update = flag.Bool("update", false, "update the golden files")

// hostilePaths have names that a terminal must not receive raw, and one that is too long.
var hostilePaths = []string{
	"/home/me/evil\x1b[2J\nname\xff", "/home/me/\u202egpj.exe", "/home/me/日本語/とても長い名前のファイル.txt",
	"/srv/" + strings.Repeat("deep/", 40) + "file",
}

// realPaths are those of a small machine.
var realPaths = []string{
	"/etc/.updated", "/etc/NetworkManager/system-connections/Home.nmconnection", "/etc/hosts", "/etc/machine-id",
	"/home/me/.bash_history", "/home/me/.cache/mozilla/firefox/abc/cache2/entries/0A", "/home/me/.config/Code/User/settings.json",
	"/home/me/.config/Code/Local State", "/home/me/.config/gh/hosts.yml", "/home/me/.gnupg/private-keys-v1.d/0A.key",
	"/home/me/.gnupg/pubring.kbx", "/home/me/.local/share/PrismLauncher/instances/one/saves/world.dat",
	"/home/me/.local/share/keyrings/login.keyring", "/home/me/.mozilla/firefox/abc/cookies.sqlite", "/home/me/.mozilla/firefox/abc/places.sqlite",
	"/home/me/.mozilla/firefox/profiles.ini", "/home/me/.ssh/config", "/home/me/.ssh/id_ed25519", "/home/me/Projects/site/main.go",
	"/var/lib/NetworkManager/timestamps", "/var/lib/bluetooth/AA/info", "/var/lib/libvirt/images/win11.qcow2", "/var/lib/postgresql/16/base",
	"/var/log/journal/0A/system.journal",
}

// realFacts is what is known of their places.
func realFacts(path string) Place {
	program := func(name string, kept int) Place {
		return Place{Owner: index.Owner{Type: "program", Name: name}, Kept: kept}
	}
	p := map[string]Place{
		"/home/me/.ssh": program("ssh", 126), "/home/me/.gnupg": program("gpg", 64), "/home/me/.mozilla": program("firefox", 84),
		"/home/me/.config/Code": program("vscode", 31), "/home/me/.config/gh": program("gh", 23),
		"/home/me/.local/share/PrismLauncher": program("prismlauncher", 40), "/home/me/.local/share/keyrings": program("gnome-keyring", 58),
		"/etc/NetworkManager": program("NetworkManager.service", 90), "/var/lib/NetworkManager": program("NetworkManager.service", 30),
		"/var/lib/bluetooth": program("bluetooth.service", 100), "/var/lib/libvirt": program("libvirtd.service", 50),
		"/var/lib/postgresql": program("postgresql.service", 20), "/home/me/.bash_history": program("bash", 12),
	}[path]
	if strings.HasPrefix(path, "/home/me/") {
		p.Home = "/home/me"
	}
	p.Secret = slices.Contains([]string{"/home/me/.ssh", "/home/me/.gnupg", "/home/me/.local/share/keyrings", "/etc/NetworkManager", "/etc/machine-id", "/var/lib/bluetooth"}, path)
	switch path {
	case "/etc/.updated":
		p.Unlikely = "rewritten at boot"
	case "/home/me/.cache/mozilla":
		p.Unlikely = "caches"
	case "/var/log/journal":
		p.Unlikely = "logs"
	}
	return p
}

// realSplits reports whether a directory is a container.
func realSplits(dir string) bool {
	return slices.Contains([]string{
		"/", "/etc", "/home", "/home/me", "/home/me/.cache", "/home/me/.config", "/home/me/.local", "/home/me/.local/share", "/srv", "/var", "/var/lib", "/var/log",
	}, dir)
}

// realMachine is a machine with these paths.
func realMachine() fakeMachine {
	return fakeMachine{
		place: realFacts, splits: realSplits,
		known: func(path string) string { return "state of " + path },
		owner: func(_, _ uint32) string { return "me users" },
	}
}

// realScreen opens the screen with these paths, after a scan.
func realScreen(t testing.TB, opts Options, more ...string) *driver {
	t.Helper()
	if opts.Machine == nil {
		opts.Machine = realMachine()
	}
	opts.Home, opts.Host, opts.FileSystem, opts.Loss = "/home/me", "me@forge", "/ on btrfs", "will be lost"
	opts.Configurations, opts.Dialects, opts.Programs = 230, []string{"plain", "impermanence"}, []string{"firefox", "vscode", "nothing-cli"}
	d := newScreen(t, opts)
	d.add(realPaths...)
	d.add(more...)
	d.end(nil)
	return d
}

// Whole screens, as a terminal emulator shows them: each view in four sizes, and what covers it. Other
// tests check single parts of the screen, so the golden files change only if the appearance does.
func TestScreensMatchTheGoldenFiles(t *testing.T) {
	type screen struct {
		name          string
		width, height int
		keys          []string
		opts          Options
	}
	screens := []screen{
		{"search", 80, 24, []string{"/", "text:config", "space"}, Options{}},
		{"programs-dialog", 80, 24, []string{"ctrl+p"}, Options{}},
		{"ascii", 80, 24, []string{"space", "p"}, Options{ASCII: true}},
		{"help", 40, 10, []string{"?"}, Options{}},
	}
	sizes := []struct{ width, height int }{{40, 10}, {80, 24}, {120, 35}, {200, 60}}
	for _, size := range sizes {
		screens = append(screens,
			screen{"places", size.width, size.height, []string{"space", "down", "down", "space"}, Options{}},
			screen{"view-programs", size.width, size.height, []string{"right", "down", "space"}, Options{View: setting.ViewPrograms}},
			screen{"tree", size.width, size.height, []string{"down", "right", "down", "space"}, Options{View: setting.ViewTree}},
			screen{"files", size.width, size.height, []string{"down", "space"}, Options{View: setting.ViewFiles}},
		)
	}
	for _, tt := range screens {
		name := fmt.Sprintf("%s-%dx%d", tt.name, tt.width, tt.height)
		t.Run(name, func(t *testing.T) {
			d := realScreen(t, tt.opts, hostilePaths...)
			d.send(tea.WindowSizeMsg{Width: tt.width, Height: tt.height})
			d.keys(tt.keys...)
			d.fire(sideDue{})
			golden(t, name, emulated(d.app.View().Content, tt.width, tt.height))
		})
	}
}

// golden compares a screen with its golden file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, file, got, string(want))
}

// emulated returns the text that a terminal of that size shows for a frame.
func emulated(content string, width, height int) string {
	e := vt.NewEmulator(width, height)
	defer e.Close()
	_, _ = e.WriteString(strings.ReplaceAll(content, "\n", "\r\n")) // to memory
	return trimmed(e.String())
}

// trimmed removes trailing spaces from lines.
func trimmed(screen string) string {
	lines := strings.Split(strings.ReplaceAll(screen, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
