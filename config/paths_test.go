package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadUsesTheHomeOfTheRightUser(t *testing.T) {
	alice, bob, root, etc := aliceFile, bobFile, rootFile, etcFile
	tests := []struct {
		name  string
		uid   int
		vars  map[string]string // DIR is the machine's directory
		files []string
		home  string
		want  string
	}{
		{"an ordinary user", 1000, nil, []string{alice, bob, root, etc}, "home/alice", alice},
		{"root", 0, map[string]string{"HOME": "DIR/root"}, []string{alice, root, etc}, "root", root},
		{"sudo", 0, map[string]string{"HOME": "DIR/root", "SUDO_USER": "bob"}, []string{alice, bob, root, etc}, "home/bob", bob},
		{"sudo of a user without a file", 0, map[string]string{"HOME": "DIR/root", "SUDO_USER": "bob"}, []string{root, etc}, "home/bob", etc},
		{"sudo that keeps $HOME", 0, map[string]string{"SUDO_USER": "bob"}, []string{alice, bob}, "home/bob", bob},
		{"sudo of root", 0, map[string]string{"HOME": "DIR/root", "SUDO_USER": "root"}, []string{root, etc}, "root", root},
		{"sudo to an ordinary user", 1000, map[string]string{"SUDO_USER": "bob"}, []string{alice, bob}, "home/alice", alice},
		{
			"sudo with root's $XDG_CONFIG_HOME", 0,
			map[string]string{"HOME": "DIR/root", "SUDO_USER": "bob", "XDG_CONFIG_HOME": "DIR/root/.config"},
			[]string{bob, root},
			"home/bob", bob,
		},
		{
			"sudo with the user's $XDG_CONFIG_HOME", 0,
			map[string]string{"HOME": "DIR/root", "SUDO_USER": "bob", "XDG_CONFIG_HOME": "DIR/home/bob/cfg"},
			[]string{bob, root, "home/bob/cfg/list-ephemeral/config.json"},
			"home/bob", "home/bob/cfg/list-ephemeral/config.json",
		},
		{
			"sudo with a $XDG_CONFIG_HOME that only looks like the user's", 0,
			map[string]string{"SUDO_USER": "bob", "XDG_CONFIG_HOME": "DIR/home/bob/../bobby"},
			[]string{bob, "home/bobby/list-ephemeral/config.json"},
			"home/bob", bob,
		},
		{"a relative $XDG_CONFIG_HOME", 1000, map[string]string{"XDG_CONFIG_HOME": "cfg"}, []string{alice}, "home/alice", alice},
		{"$HOME with slashes", 1000, map[string]string{"HOME": "DIR//home/./alice/"}, []string{alice}, "home/alice", alice},
		{"no $HOME", 1000, map[string]string{"HOME": ""}, []string{alice}, "home/alice", alice},
		{"a relative $HOME", 0, map[string]string{"HOME": "home/alice"}, []string{alice, root}, "root", root},
		{"$HOME of another user", 1000, map[string]string{"HOME": "DIR/home/bob"}, []string{alice, bob}, "home/bob", bob},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			m.uid = tt.uid
			for name, value := range tt.vars {
				m.vars[name] = strings.Replace(value, "DIR", m.dir, 1)
			}
			for _, name := range tt.files {
				m.write(t, name, "{}")
			}
			c, err := Load(m.env(), "")
			if err != nil {
				t.Fatal(err)
			}
			got := []string{c.Home, c.Source}
			if diff := cmp.Diff([]string{filepath.Join(m.dir, tt.home), filepath.Join(m.dir, tt.want)}, got); diff != "" {
				t.Errorf("home and source differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHomeIsWithoutSymlinks(t *testing.T) {
	m := newMachine(t)
	m.write(t, "var/home/alice/x", "")
	if err := os.Symlink("var/home", filepath.Join(m.dir, "users")); err != nil {
		t.Fatal(err)
	}
	m.vars["HOME"] = filepath.Join(m.dir, "users/alice")
	c, err := Load(m.env(), "")
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(m.dir, "var/home/alice")
	if c.Home != want {
		t.Errorf("home is %s, want %s", c.Home, want)
	}
}

func TestLoadOfAUserWithoutAHome(t *testing.T) {
	const noHome = "find the home directory: $HOME is not an absolute path: unknown userid 7"
	const noBob = `find the home directory of "carol\e" ($SUDO_USER): unknown user carol\e`
	tests := []struct {
		name     string
		uid      int
		sudoUser string
		etc      string // the text of the file in /etc
		explicit string // the text of the file given by --config
		want     string // the home
		err      string
	}{
		{"fails", 7, "", "", "", "", noHome},
		{"fails without homeDir in the file", 7, "", "{}", "", "", noHome},
		{"uses homeDir of the file in /etc", 7, "", `{"homeDir": "/srv/app"}`, "", "/srv/app", ""},
		{"fails under sudo", 0, "carol\x1b", "", "", "", noBob},
		{"fails under sudo despite a file in /etc", 0, "carol\x1b", `{"homeDir": "/srv/app"}`, "", "", noBob},
		{"uses homeDir of the --config file under sudo", 0, "carol\x1b", "", `{"homeDir": "/srv/app"}`, "/srv/app", ""},
		{"fails under sudo without homeDir in the --config file", 0, "carol\x1b", "", "{}", "", noBob},
		{"fails if the home in the user database is not absolute", 0, "dave", "", "", "", `find the home directory of "dave" ($SUDO_USER): the user database has no absolute path`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			m.uid, m.vars = tt.uid, map[string]string{"SUDO_USER": tt.sudoUser}
			m.homes["dave"] = "home/dave"
			if tt.etc != "" {
				m.write(t, etcFile, tt.etc)
			}
			explicit := ""
			if tt.explicit != "" {
				explicit = m.write(t, "explicit.json", tt.explicit)
			}
			c, err := Load(m.env(), explicit)
			if tt.err != "" {
				if c != nil || err == nil || err.Error() != tt.err {
					t.Fatalf("Load = %v, %v\nwant the error %s", c, err, tt.err)
				}
				return
			}
			if err != nil || c.Home != tt.want {
				t.Fatalf("Load = %v, %v, want the home %s", c, err, tt.want)
			}
		})
	}
}

func TestHomeDirOfTheFileWinsOverSudo(t *testing.T) {
	m := newMachine(t)
	m.uid, m.vars["SUDO_USER"] = 0, "bob"
	m.write(t, bobFile, `{"extraIncludes": ["x"], "homeDir": "/data/bob/"}`)
	c, err := Load(m.env(), "")
	if err != nil || c.Home != "/data/bob" || c.ExtraIncludes[0].Text != "/data/bob/x" {
		t.Errorf("Load = %+v, %v, want the home /data/bob and the include /data/bob/x", c, err)
	}
}

func TestZeroEnvIsTheRunningMachine(t *testing.T) {
	home := t.TempDir()
	for name, value := range map[string]string{"HOME": home, "SUDO_USER": "", "XDG_CONFIG_HOME": "", "LIST_EPHEMERAL_CONFIG": ""} {
		t.Setenv(name, value)
	}
	m := &machine{dir: home}
	file := m.write(t, ".config/list-ephemeral/config.json", "{}")
	if c, err := Load(Env{}, ""); err != nil || c.Source != file || c.Home != home {
		t.Errorf("Load = %+v, %v, want %s", c, err, file)
	}
	t.Setenv("HOME", "")
	file = m.write(t, "empty.json", "{}")
	if c, err := Load(Env{}, file); err != nil || !filepath.IsAbs(c.Home) || c.Home == home {
		t.Errorf("without $HOME: Load = %+v, %v, want the home of the user database", c, err)
	}
	if _, err := Load(Env{EUID: func() int { return 0 }, Getenv: func(name string) string {
		return map[string]string{"SUDO_USER": "no-such-user-here"}[name]
	}}, ""); err == nil || !strings.Contains(err.Error(), "unknown user no-such-user-here") {
		t.Errorf("unknown $SUDO_USER: %v", err)
	}
}

func TestPathsAreCleaned(t *testing.T) {
	const home = "/home/alice"
	tests := []struct{ in, path, include string }{ // "" is an error
		{"/var/lib/x", "/var/lib/x", "/var/lib/x"},
		{"/var/lib/x/", "/var/lib/x", "/var/lib/x"},
		{"//var///lib/./x/../y//", "/var/lib/y", "/var/lib/y"},
		{"/../..", "/", "/"},
		{"/", "/", "/"},
		{"/ lead and trail ", "/ lead and trail ", "/ lead and trail "},
		{"/new\nline\\", "/new\nline\\", "/new\nline\\"},
		{"~", home, home},
		{"~/", home, home},
		{"~//.ssh/", home + "/.ssh", home + "/.ssh"},
		{"~/../bob", "/home/bob", "/home/bob"},
		{"~bob/x", "", home + "/~bob/x"},
		{"/~/x", "/~/x", "/~/x"},
		{".config/x/", "", home + "/.config/x"},
		{"./x", "", home + "/x"},
		{"../bob/x", "", "/home/bob/x"},
		{".", "", home},
		{"", "", ""},
	}
	c := &Config{Home: home}
	check := func(in, got, want string, err error) {
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: got %q, %v, want %q", in, got, err, want)
		}
	}
	for _, tt := range tests {
		got, err := c.path(tt.in)
		check(tt.in, got, tt.path, err)
		got, err = c.include(tt.in)
		check(tt.in, got, tt.include, err)
		got, err = absolute(tt.in)
		if strings.HasPrefix(tt.in, "/") {
			check(tt.in, got, tt.path, err)
		} else {
			check(tt.in, got, "", err)
		}
	}
}
