package owner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/owner"
)

func TestProgramsAreJoinedByTheirNames(t *testing.T) {
	table := read(t, machine)
	for name, want := range map[string]string{
		"editor": "editor", "EditorWindow": "editor", "org.example.Editor": "editor", ".editor": "editor", "paint": "paint", "org.example.paint": "paint",
		"htop": "htop", "viewer": "viewer", "Code": "vscode", ".mozilla": "firefox", "obs": "obs-studio", "obs-studio": "obs-studio",
		"Anki2": "anki", "nvim": "neovim", "steam_icon_1": "game",
	} {
		got, ok := table.ProgramNamed(name)
		if !ok || got.Name != want {
			t.Errorf("%s is %+v, want %s", name, got, want)
		}
	}
	for _, name := range []string{"hidden", "other", "env", "applications", "unheard-of"} {
		if got, ok := table.ProgramNamed(name); ok {
			t.Errorf("%s is %+v", name, got)
		}
	}
	if p, _ := table.ProgramNamed("editor"); p.Title != "Editor" || !p.Installed || p.Source != owner.SourceDesktop {
		t.Errorf("%+v", p)
	}
}

func TestNoProgramIsThereTwice(t *testing.T) {
	seen := map[string]string{}
	programs := read(t, machine).Programs()
	for _, p := range programs {
		for _, name := range append([]string{p.Name}, p.Names...) {
			if other, twice := seen[name]; twice && other != p.Name {
				t.Errorf("%s is a name of %s and of %s", name, other, p.Name)
			}
			seen[name] = p.Name
		}
	}
	if !slices.IsSortedFunc(programs, func(a, b owner.Program) int { return strings.Compare(a.Name, b.Name) }) || len(programs) < 150 {
		t.Errorf("%d programs, or not sorted", len(programs))
	}
}

// homeOfPrograms are directories of 40 programs in a home, and the names by which people know them.
var homeOfPrograms = map[string]string{
	".mozilla/firefox": "firefox", ".thunderbird": "thunderbird", ".config/chromium": "chromium", ".config/google-chrome": "google-chrome",
	".config/BraveSoftware/Brave-Browser": "brave", ".config/vivaldi": "vivaldi", ".librewolf": "librewolf", ".config/Code": "vscode",
	".config/VSCodium": "vscodium", ".local/share/nvim": "neovim", ".config/zed": "zed-editor", ".config/JetBrains": "jetbrains",
	".local/share/Steam": "steam", ".local/share/lutris": "lutris", ".config/heroic": "heroic", ".local/share/PrismLauncher": "prismlauncher",
	".config/discord": "discord", ".config/vesktop": "vesktop", ".config/Element": "element-desktop", ".config/Signal": "signal-desktop",
	".config/Slack": "slack", ".local/share/TelegramDesktop": "telegram-desktop", ".config/spotify": "spotify", ".config/obsidian": "obsidian",
	".config/libreoffice": "libreoffice", ".config/blender": "blender", ".local/share/krita": "krita", ".config/inkscape": "inkscape",
	".config/obs-studio": "obs-studio", ".config/mpv": "mpv", ".local/share/zathura": "zathura", ".local/share/qutebrowser": "qutebrowser",
	".config/keepassxc": "keepassxc", ".config/1Password": "1password", ".local/share/fish": "fish", ".local/share/zoxide": "zoxide",
	".local/share/atuin": "atuin", ".gnupg": "gpg", ".config/rclone": "rclone", ".config/syncthing": "syncthing",
}

// TestProgramsOfAHomeWithoutConfiguration has nothing installed: the directories and what is known
// are enough.
func TestProgramsOfAHomeWithoutConfiguration(t *testing.T) {
	table := read(t, nil)
	named := map[string]string{}
	var wrong []string
	for dir, want := range homeOfPrograms {
		o := table.Of("/home/ann/" + dir + "/data")
		want, ok := table.ProgramNamed(want)
		if !ok || o.Program != want.Name {
			wrong = append(wrong, fmt.Sprintf("%s is %q, want %q", dir, o.Program, want.Name))
			continue
		}
		named[o.Program] += " " + dir
	}
	t.Logf("%d of %d: %v", len(homeOfPrograms)-len(wrong), len(homeOfPrograms), wrong)
	if len(named) < 35 {
		t.Errorf("%d programs are named, want 35 or more: %v", len(named), wrong)
	}
}

// TestProgramsWithDesktopFiles has the usual desktop files of programs whose names differ.
func TestProgramsWithDesktopFiles(t *testing.T) {
	files := map[string]string{}
	desktop := func(id, name, exec, more string) {
		files["/usr/share/applications/"+id+".desktop"] = "[Desktop Entry]\nType=Application\nName=" + name + "\nExec=" + exec + "\n" + more
		files["/usr/bin/"+strings.Fields(exec)[0]] = ""
	}
	desktop("code", "Visual Studio Code", "code %F", "StartupWMClass=Code\nIcon=vscode\n")
	desktop("firefox", "Firefox", "firefox --name firefox %U", "StartupWMClass=firefox\nIcon=firefox\n")
	desktop("com.obsproject.Studio", "OBS Studio", "obs", "Icon=com.obsproject.Studio\nStartupWMClass=obs\n")
	desktop("libreoffice-writer", "Writer", "libreoffice --writer %U", "Icon=libreoffice-writer\n")
	desktop("libreoffice-calc", "Calc", "libreoffice --calc %U", "Icon=libreoffice-calc\n")
	desktop("kcm_a", "Fonts", "kcmshell6 kcm_fonts", "Icon=preferences-desktop-font\n")
	desktop("kcm_b", "Mouse", "kcmshell6 kcm_mouse", "Icon=input-mouse\n")
	table := read(t, files)
	got := map[string]string{}
	for _, name := range []string{"Code", "vscode", "code", "firefox", ".mozilla", "obs", "obs-studio", "com.obsproject.Studio", "libreoffice", "libreoffice-calc", "kcm_a", "kcm_b"} {
		p, _ := table.ProgramNamed(name)
		got[name] = p.Name
	}
	want := map[string]string{
		"Code": "code", "vscode": "code", "code": "code", "firefox": "firefox", ".mozilla": "firefox", "obs": "obs", "obs-studio": "obs",
		"com.obsproject.Studio": "obs", "libreoffice": "libreoffice", "libreoffice-calc": "libreoffice", "kcm_a": "kcm_a", "kcm_b": "kcm_b",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPostgresqlOwnsItsClusters has the units and accounts of Debian, of NixOS, and an account only.
func TestPostgresqlOwnsItsClusters(t *testing.T) {
	const passwd = "postgres:x:107:113::/var/lib/postgresql:/bin/sh\n"
	const template = "/usr/lib/systemd/system/postgresql@.service"
	cluster := "[Service]\nExecStart=/usr/bin/pg_ctlcluster %i start\nUser=postgres\n"
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"Debian":                 {map[string]string{"/etc/passwd": passwd, template: cluster, "/usr/lib/systemd/system/postgresql.service": "[Service]\nExecStart=/bin/true\n"}, "unit postgresql.service state"},
		"with the template only": {map[string]string{"/etc/passwd": passwd, template: cluster}, "unit postgresql@.service state"},
		"NixOS": {map[string]string{"/etc/passwd": passwd, "/etc/systemd/system/postgresql.service": "[Service]\nExecStart=/nix/store/0123456789abcdfghijklmnpqrsvwxyz-postgresql-16.4/bin/postgres\n" +
			"User=postgres\nStateDirectory=postgresql postgresql/16\nStateDirectoryMode=0750\n"}, "unit postgresql.service state"},
	} {
		t.Run(name, func(t *testing.T) {
			o := read(t, tt.files).Of("/var/lib/postgresql/16/main/base/1")
			if got := fmt.Sprintf("%v %s %v", o.Type, o.Name, o.Kind); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestNamesOfCommandsAndIDs(t *testing.T) {
	files := map[string]string{}
	for id, exec := range map[string]string{"gimp": "gimp-2.10", "com.spotify.Client": "flatpak run com.spotify.Client", "org.telegram.desktop": "wine x", "one-2": "one-2b"} {
		files["/usr/share/applications/"+id+".desktop"] = "[Desktop Entry]\nType=Application\nName=x\nExec=" + exec + "\n"
	}
	table := read(t, files)
	for name, want := range map[string]string{
		"gimp": "gimp", "gimp-2.10": "gimp", "com.spotify.Client": "spotify", "spotify": "spotify", "telegram": "telegram", "one-2b": "one-2b", "client": "", "desktop": "",
	} {
		if p, _ := table.ProgramNamed(name); p.Name != want {
			t.Errorf("%s is %q, want %q", name, p.Name, want)
		}
	}
}
