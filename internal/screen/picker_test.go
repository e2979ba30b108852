package screen_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// used is a program with the names that are right for it, and the places of its data. Names that begin with "~/" are in the home; a name
// that ends in a slash is a directory.
type used struct {
	names  string // with "|" in between
	places string // with spaces in between
}

// fortyPrograms are programs as they are used on a desktop, with directories as their documentation
// names them: XDG directories, dot directories, vendors, single files, Flatpak and services.
var fortyPrograms = []used{
	{"firefox", "~/.mozilla/firefox/ ~/.cache/mozilla/firefox/"},
	{"thunderbird", "~/.thunderbird/ ~/.cache/thunderbird/"},
	{"chromium", "~/.config/chromium/ ~/.cache/chromium/"},
	{"google-chrome", "~/.config/google-chrome/ ~/.cache/google-chrome/"},
	{"brave", "~/.config/BraveSoftware/Brave-Browser/ ~/.cache/BraveSoftware/Brave-Browser/"},
	{"code|vscode", "~/.config/Code/User/ ~/.vscode/extensions/"},
	{"nvim|neovim", "~/.config/nvim/ ~/.local/share/nvim/ ~/.local/state/nvim/ ~/.cache/nvim/"},
	{"steam", "~/.local/share/Steam/ ~/.steam/"},
	{"discord", "~/.config/discord/"},
	{"vesktop", "~/.config/vesktop/"},
	{"signal-desktop|signal", "~/.config/Signal/"},
	{"telegram-desktop", "~/.local/share/TelegramDesktop/"},
	{"obsidian", "~/.config/obsidian/"},
	{"obs|obs-studio", "~/.config/obs-studio/"},
	{"mpv", "~/.config/mpv/ ~/.local/state/mpv/ ~/.cache/mpv/"},
	{"zathura", "~/.local/share/zathura/ ~/.config/zathura/"},
	{"keepassxc", "~/.config/keepassxc/ ~/.cache/keepassxc/"},
	{"fish", "~/.local/share/fish/ ~/.config/fish/"},
	{"zoxide", "~/.local/share/zoxide/"},
	{"atuin", "~/.local/share/atuin/ ~/.config/atuin/"},
	{"gpg|gnupg", "~/.gnupg/"},
	{"rclone", "~/.config/rclone/ ~/.cache/rclone/"},
	{"syncthing", "~/.local/state/syncthing/ ~/.config/syncthing/"},
	{"libreoffice", "~/.config/libreoffice/"},
	{"blender", "~/.config/blender/"},
	{"krita", "~/.local/share/krita/ ~/.cache/krita/"},
	{"inkscape", "~/.config/inkscape/ ~/.cache/inkscape/"},
	{"gimp", "~/.config/GIMP/ ~/.cache/gimp/"},
	{"htop", "~/.config/htop/"},
	{"gh", "~/.config/gh/ ~/.local/state/gh/"},
	{"ssh|openssh", "~/.ssh/"},
	{"cargo|rust", "~/.cargo/"},
	{"npm", "~/.npm/"},
	{"docker", "~/.docker/ /var/lib/docker/"},
	{"spotify|com.spotify.Client", "~/.var/app/com.spotify.Client/config/ ~/.var/app/com.spotify.Client/cache/"},
	{"dino|im.dino.Dino", "~/.var/app/im.dino.Dino/data/"},
	{"bluetooth|bluez", "/var/lib/bluetooth/"},
	{"networkmanager", "/etc/NetworkManager/system-connections/ /var/lib/NetworkManager/"},
	{"postgresql", "/var/lib/postgresql/"},
	{"tailscale", "/var/lib/tailscale/ /var/cache/tailscale/"},
}

// installed has the desktop files, commands and units of some of them.
var installed = map[string]string{
	"etc/passwd":                                                            "root:x:0:0::/root:/bin/sh\npostgres:x:107:113::/var/lib/postgresql:/bin/sh\nann:x:1000:100::/home/ann:/bin/sh\n",
	"usr/share/applications/firefox.desktop":                                "Name=Firefox\nExec=firefox %U\nIcon=firefox\n",
	"usr/share/applications/code.desktop":                                   "Name=Visual Studio Code\nExec=/usr/share/code/code %F\nIcon=vscode\nStartupWMClass=Code\n",
	"usr/share/applications/nvim.desktop":                                   "Name=Neovim\nExec=nvim %F\nIcon=nvim\n",
	"usr/share/applications/com.obsproject.Studio.desktop":                  "Name=OBS Studio\nExec=obs\nIcon=com.obsproject.Studio\nStartupWMClass=obs\n",
	"usr/share/applications/org.telegram.desktop.desktop":                   "Name=Telegram\nExec=telegram-desktop -- %u\nIcon=telegram\nStartupWMClass=TelegramDesktop\n",
	"usr/share/applications/signal-desktop.desktop":                         "Name=Signal\nExec=signal-desktop %U\nIcon=signal-desktop\nStartupWMClass=Signal\n",
	"usr/share/applications/gimp.desktop":                                   "Name=GIMP\nExec=gimp-2.10 %U\nIcon=gimp\n",
	"usr/share/applications/libreoffice-writer.desktop":                     "Name=Writer\nExec=libreoffice --writer %U\nIcon=libreoffice-writer\n",
	"usr/share/applications/htop.desktop":                                   "Name=Htop\nExec=htop\nIcon=htop\n",
	"usr/share/applications/brave-browser.desktop":                          "Name=Brave\nExec=brave %U\nIcon=brave-browser\nStartupWMClass=brave-browser\n",
	"var/lib/flatpak/exports/share/applications/com.spotify.Client.desktop": "Name=Spotify\nExec=flatpak run com.spotify.Client\nX-Flatpak=com.spotify.Client\nIcon=com.spotify.Client\n",
	"var/lib/flatpak/exports/share/applications/im.dino.Dino.desktop":       "Name=Dino\nExec=flatpak run --command=dino im.dino.Dino\nX-Flatpak=im.dino.Dino\nIcon=im.dino.Dino\n",
	"usr/bin/nvim": "", "usr/bin/mpv": "", "usr/bin/fish": "", "usr/bin/gpg": "", "usr/bin/ssh": "", "usr/bin/docker": "", "usr/bin/cargo": "", "usr/bin/npm": "",
	"usr/bin/steam": "", "usr/bin/zathura": "", "usr/bin/gh": "", "usr/bin/rclone": "", "usr/bin/obs": "", "usr/bin/krita": "", "usr/bin/inkscape": "",
	"etc/systemd/system/bluetooth.service":          "[Service]\nExecStart=/usr/libexec/bluetooth/bluetoothd\nStateDirectory=bluetooth\n",
	"usr/lib/systemd/system/NetworkManager.service": "[Service]\nExecStart=/usr/sbin/NetworkManager --no-daemon\n",
	"usr/lib/systemd/system/postgresql.service":     "[Service]\nExecStart=/bin/true\n",
	"usr/lib/systemd/system/postgresql@.service":    "[Service]\nExecStart=/usr/bin/pg_ctlcluster %i start\nUser=postgres\n",
	"usr/lib/systemd/system/tailscaled.service":     "[Service]\nExecStart=/usr/sbin/tailscaled\nStateDirectory=tailscale\nCacheDirectory=tailscale\n",
	"etc/NetworkManager/system-connections/home":    "",
}

// systemOf makes the files of a system, and returns its directory.
func systemOf(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		if strings.HasSuffix(name, ".desktop") {
			text = "[Desktop Entry]\nType=Application\n" + text
		}
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// pickerOf returns what the picker lists: programs with the numbers of their candidates.
func pickerOf(t *testing.T, system string, candidates []string) map[string]int {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(config, []byte(`{ "homeDir": "/home/ann" }`), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := session.New(session.Options{Config: config, System: system})
	if err != nil {
		t.Fatal(err)
	}
	m := screen.New(s)
	var store index.Store
	for _, name := range candidates {
		store.AddPath([]byte(name), scan.KindFile)
	}
	listing, err := store.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	programs, sums, err := listing.FindPrograms(t.Context(), index.Programs{Splits: m.Splits, Of: m.ProgramOf}, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for i, name := range programs {
		if _, twice := found[name]; twice {
			t.Errorf("%s is listed twice", name)
		}
		found[name] = sums.Files[i]
	}
	return found
}

// filesOf returns some files below each place of the programs, other files of a home and of the
// system, and the number of files of each program.
func filesOf(programs []used) (files []string, want map[string]int) {
	random := rand.New(rand.NewPCG(40, 16))
	want = map[string]int{}
	for _, p := range programs {
		for _, place := range strings.Fields(p.places) {
			place = strings.Replace(place, "~", "/home/ann", 1)
			for i := range 1 + random.IntN(20) {
				files = append(files, fmt.Sprintf("%s%sfile%d", place, []string{"", "a/", "a/b/", "Default/x y/"}[random.IntN(4)], i))
			}
		}
	}
	slices.Sort(files)
	files = slices.Compact(files)
	for _, p := range programs {
		for _, place := range strings.Fields(p.places) {
			place = strings.Replace(place, "~", "/home/ann", 1)
			for _, name := range files {
				if strings.HasPrefix(name, place) {
					want[p.names]++
				}
			}
		}
	}
	for i := range 30 {
		files = append(files, fmt.Sprintf("/home/ann/Documents/firefox/%d.odt", i), fmt.Sprintf("/home/ann/src/steam/%d.c", i), fmt.Sprintf("/home/ann/.config/app%d/x", i),
			fmt.Sprintf("/home/ann/.local/share/icons/hicolor/%d.png", i), fmt.Sprintf("/var/lib/unheard-of-%d/x", i), fmt.Sprintf("/etc/file%d.conf", i))
	}
	return files, want
}

// take removes the first of the names that the picker lists, and returns it with its number.
func take(found map[string]int, names []string) (name string, count int) {
	for _, name := range names {
		if count, ok := found[name]; ok {
			delete(found, name)
			return name, count
		}
	}
	return "", 0
}

// TestPickerNamesProgramsOfAHome has no programs in the configuration: the picker finds them.
func TestPickerNamesProgramsOfAHome(t *testing.T) {
	t.Parallel()
	files, want := filesOf(fortyPrograms)
	for name, system := range map[string]map[string]string{"with what is installed": installed, "with accounts only": {"etc/passwd": installed["etc/passwd"]}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := systemOf(t, system)
			for _, name := range files {
				if err := os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			found := pickerOf(t, root, files)
			right := 0
			var wrong []string
			for names, count := range want {
				name, got := take(found, strings.Split(names, "|"))
				if got == count {
					right++
				} else {
					wrong = append(wrong, fmt.Sprintf("%s: %d, want %d", cmp.Or(name, names), got, count))
				}
			}
			var more []string
			for name, count := range found {
				more = append(more, fmt.Sprintf("%s: %d", name, count))
			}
			slices.Sort(wrong)
			slices.Sort(more)
			t.Logf("%d of %d; not right: %q; also listed: %q", right, len(want), wrong, more)
			if right < 35 {
				t.Errorf("%d programs have the right number of files, want 35 or more", right)
			}
		})
	}
}
