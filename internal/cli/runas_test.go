package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/runas"
	"github.com/DaRacci/list-ephemeral/internal/securefile"
)

// traceAs runs trace --user nobody in a directory, and returns the output. The environment and
// descriptor 7 contain a secret.
func traceAs(t *testing.T, dir string, args ...string) (stdout, stderr string) {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("root's"), 0o600); err != nil {
		t.Fatal(err)
	}
	shell := `exec 7<"$1"; shift; exec list-ephemeral trace --list --user nobody "$@"`
	cmd := exec.Command("sh", append([]string{"-c", shell, "sh", secret}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SECRET_TOKEN=x", "LANG=C.UTF-8", "HOME="+t.TempDir(), "XDG_CONFIG_HOME=", "SUDO_USER=", "SUDO_UID=")
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
			t.Fatal(err)
		}
	}
	return out.String(), errs.String()
}

func TestTraceUserGetsTheEnvironmentOfALogin(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	const script = "env; ls /proc/self/fd; cat <&7"
	out, errs := traceAs(t, "/", "--", "sh", "-c", script)
	for _, want := range []string{"HOME=", "USER=nobody\n", "LOGNAME=nobody\n", "SHELL=/", "PATH=/", "LANG=C.UTF-8\n", "\n0\n1\n2\n3\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s%s", want, out, errs)
		}
	}
	for _, leak := range []string{"SECRET_TOKEN", "root's", "\n7\n", "SUDO_"} {
		if strings.Contains(out, leak) {
			t.Errorf("the command got %q:\n%s", leak, out)
		}
	}
	out, _ = traceAs(t, "/", "--keep-env", "--", "sh", "-c", script)
	if !strings.Contains(out, "SECRET_TOKEN=x\n") || strings.Contains(out, "root's") {
		t.Errorf("with --keep-env:\n%s", out)
	}
}

// TestTraceUserStartsInADirectoryThatTheUserMayEnter also checks a public directory in a directory
// that only root may enter.
func TestTraceUserStartsInADirectoryThatTheUserMayEnter(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	public := t.TempDir()
	closed := filepath.Join(public, "closed")
	inner := filepath.Join(closed, "inner")
	for _, err := range []error{
		os.Chmod(filepath.Dir(public), 0o755), os.Chmod(public, 0o755),
		os.Mkdir(closed, 0o700), os.Mkdir(inner, 0o755), os.WriteFile(filepath.Join(public, "text"), []byte("open"), 0o644),
		os.WriteFile(filepath.Join(inner, "text"), []byte("root's"), 0o644), os.WriteFile(filepath.Join(inner, "program"), []byte("#!/bin/sh\necho ran\n"), 0o755),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, backend := range []string{"notify", "ptrace"} {
		for dir, start := range map[string]string{public: public, inner: "/", closed: "/"} {
			out, errs := traceAs(t, dir, "--backend", backend, "--", "sh", "-c", "pwd -P; cat text; cat /proc/self/cwd/text; ls .")
			if line, _, _ := strings.Cut(out, "\n"); line != start {
				t.Errorf("%s: in %s: started in %q\n%s", backend, dir, line, errs)
			}
			warned := strings.Contains(errs, "warning: nobody cannot enter "+dir+"; the command starts in /\n")
			if warned != (dir != public) || strings.Contains(out, "root's") || strings.Contains(out, "open") != (dir == public) {
				t.Errorf("%s: in %s:\n%s%s", backend, dir, out, errs)
			}
		}
	}
	out, errs := traceAs(t, inner, "--", "./program")
	if strings.Contains(out, "ran") || !strings.Contains(errs, "error: run ./program: ") {
		t.Errorf("a program there:\n%s%s", out, errs)
	}
	if out, errs := traceAs(t, public, "--", "./closed/inner/program"); strings.Contains(out, "ran") {
		t.Errorf("a program below:\n%s%s", out, errs)
	}
}

// TestTraceUserWritesTheTraceWithTheUsersPrivileges checks that root does not write through a
// symlink in the user's directory.
func TestTraceUserWritesTheTraceWithTheUsersPrivileges(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	home := t.TempDir()
	secret, link := filepath.Join(t.TempDir(), "secret"), filepath.Join(home, "t.jsonl")
	for _, err := range []error{
		os.Chmod(filepath.Dir(home), 0o755), os.Chown(home, nobody, nobody),
		os.WriteFile(secret, []byte("root's"), 0o600), os.Symlink(secret, link),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	_, errs := traceAs(t, home, "-o", "t.jsonl", "--", "touch", "ran")
	text, err := os.ReadFile(secret)
	if err != nil || string(text) != "root's" || !strings.Contains(errs, "permission denied") {
		t.Errorf("the target contains %q, %v:\n%s", text, err, errs)
	}
	if _, err := os.Stat(filepath.Join(home, "ran")); err == nil {
		t.Error("the command ran although the trace could not be written")
	}
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	_, errs = traceAs(t, home, "-o", "t.jsonl", "--", "true")
	info, err := os.Lstat(link)
	if err != nil || info.Size() == 0 || !(&runas.User{Rights: securefile.User{UID: nobody}}).Owns(info) {
		t.Errorf("%v, %v:\n%s", info, err, errs)
	}
}

// TestRootDoesNotWriteTraceThroughAnotherUsersSymlink does not use --user.
func TestRootDoesNotWriteTraceThroughAnotherUsersSymlink(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	dir := t.TempDir()
	secret, link := filepath.Join(dir, "secret"), filepath.Join(dir, "t.jsonl")
	for _, err := range []error{os.WriteFile(secret, []byte("root's"), 0o600), os.Symlink(secret, link), os.Lchown(link, nobody, nobody)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("list-ephemeral", "trace", "--list", "-o", link, "--", "true")
	cmd.Env = append(os.Environ(), "SUDO_USER=", "SUDO_UID=")
	out, _ := cmd.CombinedOutput()
	text, err := os.ReadFile(secret)
	if err != nil || string(text) != "root's" || !strings.Contains(string(out), "symlink of another user") {
		t.Errorf("the target contains %q, %v:\n%s", text, err, out)
	}
}
