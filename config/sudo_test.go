package config

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestSudoReadsWithTheUsersRights checks that under sudo the configuration is read with the rights
// of the calling user. The file may be a symlink to one that only root can read, and an error would
// quote its contents.
func TestSudoReadsWithTheUsersRights(t *testing.T) {
	probe.Need(t, probe.Root)
	dir := t.TempDir()
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	const nobody = 65534
	m := &machine{dir: dir, uid: 0, vars: map[string]string{"SUDO_USER": "alice"}}
	env := m.env()
	env.OpenAs = nil
	env.LookupUser = func(string) (*user.User, error) {
		return &user.User{Username: "nobody", Uid: "65534", Gid: "65534", HomeDir: dir + "/home/alice"}, nil
	}
	secret := m.write(t, "secret", `{"homeDir": ["hunter2"]}`)
	file := m.write(t, aliceFile, `{"programs": ["firefox"]}`)
	own := func(owner int) {
		if err := os.Lchown(file, owner, nobody); err != nil {
			t.Fatal(err)
		}
	}
	own(nobody)
	c, err := Load(env, "")
	if err != nil || len(c.Programs) != 1 {
		t.Fatalf("the user's own file: %v", err)
	}
	own(123)
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(env, ""); err == nil || !strings.Contains(err.Error(), "it belongs to user 123") {
		t.Errorf("a file of a third user: %v", err)
	}
	readable := m.write(t, "store/config.json", `{"programs": ["firefox", "vim"]}`)
	for target, want := range map[string]string{secret: "permission denied", dir: "it is not a regular file", readable: ""} {
		if err := errors.Join(os.Remove(file), os.Symlink(target, file), os.Chmod(readable, 0o644)); err != nil {
			t.Fatal(err)
		}
		own(nobody)
		_, err := Load(env, "")
		if got := errorText(err); want == "" && err != nil || !strings.Contains(got, want) || strings.Contains(got, "hunter2") {
			t.Errorf("a symlink to %s: %v, want %q", target, err, want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
