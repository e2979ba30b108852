package config

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"testing"
)

// machine is a test machine: a directory with homes and an etc, environment variables and a user
// database.
type machine struct {
	dir  string
	vars map[string]string
	uid  int
	// homes is the user database.
	homes map[string]string
}

// newMachine returns a machine with the users alice, bob and root. alice, with the ID 1000, runs
// the program.
func newMachine(t testing.TB) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{dir: dir, uid: 1000, vars: map[string]string{"HOME": dir + "/home/alice"}}
	m.homes = map[string]string{"alice": dir + "/home/alice", "bob": dir + "/home/bob", "root": dir + "/root"}
	return m
}

func (m *machine) env() Env {
	lookup := func(name string) (*user.User, error) {
		home, known := m.homes[name]
		if !known {
			return nil, user.UnknownUserError(name)
		}
		return &user.User{Username: name, HomeDir: home}, nil
	}
	return Env{
		Getenv:     func(name string) string { return m.vars[name] },
		EUID:       func() int { return m.uid },
		LookupUser: lookup,
		LookupID: func(uid string) (*user.User, error) {
			switch uid {
			case "0":
				return lookup("root")
			case "1000":
				return lookup("alice")
			}
			return nil, errors.New("user: unknown userid " + uid)
		},
		OpenAs: func(_ *user.User, file string) (*os.File, error) { return os.Open(file) },
		Etc:    m.dir + "/etc",
	}
}

// write writes a file of the machine and returns its path.
func (m *machine) write(t testing.TB, name, text string) string {
	t.Helper()
	file := filepath.Join(m.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// The paths of configurations on a machine.
const (
	aliceFile = "home/alice/.config/list-ephemeral/config.json"
	bobFile   = "home/bob/.config/list-ephemeral/config.json"
	rootFile  = "root/.config/list-ephemeral/config.json"
	etcFile   = "etc/list-ephemeral/config.json"
)

// ordinary is an Env without files, for a user with the home /home/alice.
func ordinary() Env {
	return Env{
		Getenv: func(name string) string { return map[string]string{"HOME": "/home/alice"}[name] },
		EUID:   func() int { return 1000 },
		Etc:    "/nonexistent",
	}
}

// loadText loads a configuration from a text, in a file with a short name.
func loadText(t testing.TB, text string) (*Config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.json", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(ordinary(), "config.json")
}

// mustLoad is like loadText, but fails the test on an error.
func mustLoad(t testing.TB, text string) *Config {
	t.Helper()
	c, err := loadText(t, text)
	if err != nil {
		t.Fatalf("Load(%s): %v", text, err)
	}
	return c
}
