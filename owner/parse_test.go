package owner_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/owner"
)

func TestExecWords(t *testing.T) {
	for value, want := range map[string][]string{
		"":                      nil,
		"a b":                   {"a", "b"},
		"  a \t b ":             {"a", "b"},
		`"a b" c`:               {"a b", "c"},
		`"a \"q\" \\ \$ \x" b`:  {`a "q" \ $ \x`, "b"},
		`'a b'`:                 {"'a", "b'"},
		"a %f %U %i %c %k %d b": {"a", "b"},
		"a --x=%u":              {"a", "--x="},
		"100%% %z":              {"100%", "%z"},
		`a ""`:                  {"a", ""},
		`"open`:                 {"open"},
	} {
		if diff := cmp.Diff(want, owner.ExecWords(value)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", value, diff)
		}
	}
}

func TestProgramName(t *testing.T) {
	for line, want := range map[string]string{
		"/usr/bin/x":            "x",
		"env A=B /usr/bin/x -y": "x",
		"env -u A x":            "A",
		"flatpak run --branch=stable org.x.Y @@u @@": "org.x.Y",
		"flatpak run --command=y org.x.Y":            "y",
		"flatpak update":                             "",
		"snap run spotify":                           "spotify",
		"distrobox-enter -n box -- code --new":       "code",
		"/nix/store/h-x/bin/.x-wrapped":              "x",
		"/nix/store/h-x/bin/..x-wrapped-wrapped":     "x",
		"steam steam://rungameid/1":                  "",
		"python3 /usr/share/x/main.py":               "",
		"xdg-open page":                              "",
	} {
		words := strings.Fields(line)
		if got := owner.ProgramName(words[0], words[1:]); got != want {
			t.Errorf("%q is %q, want %q", line, got, want)
		}
	}
	for script, want := range map[string]string{"exec x -y": "x", "x": "x", "$X": "", "set -e; x": "", "": "", "if true; then x; fi": ""} {
		if got := owner.ProgramName("sh", []string{"-c", script}); got != want {
			t.Errorf("sh -c %q is %q, want %q", script, got, want)
		}
	}
}

func TestStorePackage(t *testing.T) {
	const hash = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-"
	for name, want := range map[string]string{
		hash + "bluez-5.66/libexec/bluetoothd": "bluez", hash + "gtk+3-3.24.1-dev/bin/x": "gtk+3", hash + "unit-script-x-start/bin/x-start": "",
		hash + "hello": "hello", "/usr/bin/x": "", "/nix/store/short-x/bin/x": "", hash + "python3-3.11.9-env/bin/python": "python3",
	} {
		if got := owner.StorePackage(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestStorageConfigurations(t *testing.T) {
	for text, want := range map[string]string{
		"[storage]\ngraphroot = \"/x\"": "/x", "[storage]\n  graphroot='/x y' # c": "/x y", "[storage.options]\ngraphroot=\"/x\"": "",
		"graphroot=\"/x\"": "", "[storage]\n#graphroot=\"/x\"": "", "[storage]\ngraphroot=\"/x": "", "[storage]\ngraphroot=x": "", "[storage]\ngraphroot=": "",
	} {
		if got := owner.TOMLValue(text, "storage", "graphroot"); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		`{"data-root":"/x/"}`: "/x", `{}`: "/d", ``: "/d", `{"data-root":1}`: "/d", `{"data-root":"x"}`: "/d",
	} {
		if got := owner.DockerRoot(text, "/d"); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestPoolsWithADirectory(t *testing.T) {
	for text, want := range map[string]string{
		"<pool><name>a</name><target><path>/srv/a/</path></target></pool>": "/srv/a", "<pool><target><path>/dev/vg</path></target></pool>": "",
		"<pool/>": "", "<pool><target><path>x</path></target></pool>": "", "<pool>": "", "<pool><target><path>/</path></target></pool>": "",
	} {
		if _, got, ok := owner.ParsePool(text); ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %v, want %q", text, got, ok, want)
		}
	}
}

func TestDesktopFilesThatAreNotApplications(t *testing.T) {
	for text, want := range map[string]string{
		"[Desktop Entry]\nType=Link\nName=x\nExec=y": "no", "[Other]\nType=Application\nName=x": "no", "": "no",
		"[Desktop Entry]\nType = Application\nName = x\\sz\nExec = y %f": "x z y", "[Desktop Entry]\r\nType=Application\r\nName=x\r\n": "x ",
		"[Desktop Entry]\nName=x\nName=z\nType=Application\nExec=y\n[Desktop Entry]\nName=w": "x y",
	} {
		name, program, ok := owner.ParseDesktop(text)
		got := name + " " + program
		if !ok {
			got = "no"
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestFlatpakLists(t *testing.T) {
	if got := owner.FlatpakList(".x;;a/b;!c;/d;../e; .f ;.."); !slices.Equal(got, []string{".x", "a/b", ".f"}) {
		t.Errorf("got %q", got)
	}
}

// FuzzParsers checks that no parser panics, and what each promises of its result.
func FuzzParsers(f *testing.F) {
	f.Add("root:x:0:0::/root:/bin/sh\nann:x:1000:1::/home/ann/:")
	f.Add("[Desktop Entry]\nType=Application\nExec=env A=B \"x y\" %f\nName=a\\sb")
	f.Add("[Desktop Entry] \r\n \tType =\tx\nType=y\nName[a]=b\n#Name=c\nName\t= d \r\n[Desktop Entry]\nIcon=e")
	f.Add("[Desktop Entry]\nName\r=a\nName=\r\nName \x00=b\nIcon==\nExec\nExec=a=b[c]")
	f.Add("[storage]\ngraphroot = \"/srv/x\"")
	f.Add(`{"data-root": "/srv/../x"}`)
	f.Add("<pool><target><path>/srv//x</path></target></pool>")
	f.Add("XDG_MUSIC_DIR=\"$HOME/a\\\"b\"\nXDG_VIDEOS_DIR=\"/x/../y\"")
	f.Add("a:b:ro")
	f.Add("type=bind,source=/a,ro")
	f.Add("Package: a\nStatus: install ok installed\n\nPackage: b")
	f.Add(`sh -c "exec env X=1 flatpak run org.x"`)
	f.Fuzz(func(t *testing.T, text string) {
		clean := func(what, name string) {
			if !path.IsAbs(name) || path.Clean(name) != name {
				t.Errorf("%s: %q is not clean", what, name)
			}
		}
		for _, u := range owner.ParsePasswd(text) {
			if u.Name == "" || strings.Contains(u.Name, ":") {
				t.Errorf("accepted %+v", u)
			}
			if u.Home != "" {
				clean("passwd", u.Home)
			}
		}
		for _, dir := range owner.ParseUserDirs(text, "/home/ann") {
			clean("user-dirs", dir)
		}
		if _, target, ok := owner.ParsePool(text); ok {
			clean("pool", target)
		}
		clean("daemon.json", owner.DockerRoot(text, "/d"))
		for _, word := range owner.FlatpakList(text) {
			if path.IsAbs(word) || strings.HasPrefix(word, "..") && (word == ".." || word[2] == '/') {
				t.Errorf("flatpak: %q", word)
			}
		}
		if words := owner.ExecWords(text); len(words) > 0 {
			if name := owner.ProgramName(words[0], words[1:]); strings.Contains(name, "/") {
				t.Errorf("program: %q", name)
			}
		}
		for _, source := range []func(string) (string, bool){owner.VolumeSource, owner.MountSource} {
			if name, ok := source(text); ok && (name == "" || !strings.Contains(text, name)) {
				t.Errorf("volume: %q", name)
			}
		}
		for _, name := range owner.DpkgStatus(text) {
			if name == "" || strings.Contains(name, "\n") || !strings.Contains(text, name) {
				t.Errorf("package: %q", name)
			}
		}
		file := owner.ParseKeyFile(text, "Desktop Entry")["Desktop Entry"]
		for key, got := range owner.DesktopValues(text) {
			if got != file[key] {
				t.Errorf("%q: %s is %q, want %q", text, key, got, file[key])
			}
		}
		owner.ParseDesktop(text)
		owner.StorePackage(text)
		owner.TOMLValue(text, "storage", "graphroot")
		name, link, flags := owner.CutDirectory(text)
		if strings.Contains(name+link, ":") {
			t.Errorf("cut %q into %q, %q, %q", text, name, link, flags)
		}
		plain := func(s string) (string, error) { return s, nil }
		if name, ok := owner.RelativeName(text, plain); ok && (path.IsAbs(name) || path.Join("/x", name) != "/x/"+name) {
			t.Errorf("directory: %q", name)
		}
		for group, keys := range owner.ParseKeyFile(text, "a", "Desktop Entry") {
			if group != "a" && group != "Desktop Entry" {
				t.Errorf("group %q", group)
			}
			for key := range keys {
				if strings.ContainsAny(key, "[=\n") {
					t.Errorf("key %q", key)
				}
			}
		}
	})
}
