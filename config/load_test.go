package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestLoadUsesTheFirstExistingFile(t *testing.T) {
	all := []string{"explicit.json", "named.json", "xdg/list-ephemeral/config.json", aliceFile, etcFile}
	tests := []struct {
		name               string
		files              []string
		explicit, env, xdg string
		want               string
	}{
		{"--config", all, "explicit.json", "named.json", "xdg", "explicit.json"},
		{"then $LIST_EPHEMERAL_CONFIG", all, "", "named.json", "xdg", "named.json"},
		{"then $XDG_CONFIG_HOME", all, "", "", "xdg", "xdg/list-ephemeral/config.json"},
		{"not ~/.config if $XDG_CONFIG_HOME is set", []string{aliceFile, etcFile}, "", "", "xdg", etcFile},
		{"~/.config if it is not set", all, "", "", "", aliceFile},
		{"then /etc", []string{etcFile, bobFile, rootFile}, "", "", "", etcFile},
		{"otherwise no file", []string{bobFile, rootFile}, "", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			for _, name := range tt.files {
				m.write(t, name, `{"programs": ["`+name+`"]}`)
			}
			at := func(name string) string {
				if name == "" {
					return ""
				}
				return filepath.Join(m.dir, name)
			}
			m.vars["LIST_EPHEMERAL_CONFIG"], m.vars["XDG_CONFIG_HOME"] = at(tt.env), at(tt.xdg)
			c, err := Load(m.env(), at(tt.explicit))
			if err != nil {
				t.Fatal(err)
			}
			if c.Source != at(tt.want) {
				t.Errorf("Source = %s, want %s", c.Source, at(tt.want))
			}
			if got := strings.Join(c.Programs, " "); got != tt.want {
				t.Errorf("got the contents of %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLoadStopsAtAnInvalidFile(t *testing.T) {
	m := newMachine(t)
	m.write(t, aliceFile, `{"excludes": 1}`)
	m.write(t, etcFile, `{}`)
	c, err := Load(m.env(), "")
	want := filepath.Join(m.dir, aliceFile) + ":1:14: excludes: expected a list of strings, got a number"
	if c != nil || err == nil || err.Error() != want {
		t.Errorf("Load = %v, %v, want the error %s", c, err, want)
	}
}

// messes create something other than a readable file at the path of a configuration.
var messes = []struct {
	name string
	make func(t *testing.T, file string)
	want string
	is   error
}{
	{"a directory", func(t *testing.T, file string) { must(t, os.MkdirAll(file, 0o755)) }, "is a directory", syscall.EISDIR},
	{"a dangling symlink", func(t *testing.T, file string) {
		must(t, os.Symlink("/nix/store/gone", file))
	}, `the symlink FILE points to /nix/store/gone, which does not exist`, fs.ErrNotExist},
	{"in a directory that is a dangling symlink", func(t *testing.T, file string) {
		must(t, os.Remove(filepath.Dir(file)))
		must(t, os.Symlink("/nix/store/gone", filepath.Dir(file)))
	}, `the symlink DIR points to /nix/store/gone, which does not exist`, fs.ErrNotExist},
	{"a symlink to itself", func(t *testing.T, file string) {
		must(t, os.Symlink(filepath.Base(file), file))
	}, "too many levels of symbolic links", syscall.ELOOP},
	{"an infinite file", func(t *testing.T, file string) { must(t, os.Symlink("/dev/zero", file)) }, "larger than 4 MiB", nil},
}

func TestLoadReportsUnreadableFiles(t *testing.T) {
	for _, tt := range messes {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			m.write(t, etcFile, `{}`)
			file := filepath.Join(m.dir, aliceFile)
			must(t, os.MkdirAll(filepath.Dir(file), 0o755))
			tt.make(t, file)
			reason := strings.NewReplacer("FILE", file, "DIR", filepath.Dir(file)).Replace(tt.want)
			for _, explicit := range []string{"", file} {
				c, err := Load(m.env(), explicit)
				if want := "read config " + file + ": " + reason; c != nil || err == nil || err.Error() != want {
					t.Errorf("explicit %q: Load = %v, %v\nwant the error %s", explicit, c, err, want)
				}
				if tt.is != nil && !errors.Is(err, tt.is) {
					t.Errorf("explicit %q: the error is not %v", explicit, tt.is)
				}
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestLoadFailsOnAMissingExplicitFile(t *testing.T) {
	m := newMachine(t)
	missing := filepath.Join(m.dir, "missing.json")
	_, err := Load(m.env(), missing)
	if want := "read config " + missing + ": no such file or directory"; err == nil || err.Error() != want {
		t.Errorf("--config: %v, want %s", err, want)
	}
	m.vars["LIST_EPHEMERAL_CONFIG"] = missing
	_, err = Load(m.env(), "")
	want := "read config " + missing + ": no such file or directory (set by $LIST_EPHEMERAL_CONFIG)"
	if err == nil || err.Error() != want || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("$LIST_EPHEMERAL_CONFIG: %v, want %s", err, want)
	}
}

func TestLoadIgnoresAHomeThatIsNotADirectory(t *testing.T) {
	m := newMachine(t)
	m.vars["HOME"] = "/dev/null"
	c, err := Load(m.env(), "")
	if err != nil || c.Source != "" || c.Home != "/dev/null" {
		t.Errorf("Load = %+v, %v, want no source and the home /dev/null", c, err)
	}
}

func TestLoadReadsAPipe(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	_, err = w.WriteString(`{"homeDir": "/home/carol"}`)
	must(t, err)
	must(t, w.Close())
	c, err := Load(ordinary(), "/proc/self/fd/"+strconv.Itoa(int(r.Fd())))
	if err != nil || c.Home != "/home/carol" {
		t.Errorf("Load = %+v, %v, want the home from the pipe", c, err)
	}
}

func TestLoadFailsWithoutPermission(t *testing.T) {
	const wantAccess = "permission denied"
	for _, locked := range []string{aliceFile, filepath.Dir(aliceFile)} {
		m := newMachine(t)
		file := m.write(t, aliceFile, `{}`)
		m.write(t, etcFile, `{}`)
		letOthersIn(t, m.dir)
		must(t, os.Chmod(filepath.Join(m.dir, locked), 0))
		var c *Config
		var err error
		asNobody(t, func() { c, err = Load(m.env(), "") })
		must(t, os.Chmod(filepath.Join(m.dir, locked), 0o700))
		if want := "read config " + file + ": " + wantAccess; c != nil || err == nil || err.Error() != want || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s locked: Load = %v, %v, want the error %s", locked, c, err, want)
		}
	}
}

// letOthersIn makes the directories above a test's directory searchable for other users.
func letOthersIn(t *testing.T, dir string) {
	t.Helper()
	for ; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		must(t, os.Chmod(dir, 0o755))
	}
}

// asNobody runs f without root's permission to read everything. It uses a thread with the file
// system user nobody, which clears CAP_DAC_OVERRIDE (capabilities(7)) and ends with its goroutine.
// For an ordinary user it only runs f.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := syscall.Setfsuid(nobody)
		if err == nil {
			f()
		}
		done <- err
	}()
	must(t, <-done)
}
