package nixfile

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Git is what git says of a file.
type Git uint8

// The states. The zero value means unknown: there is no git, it did not answer, or it refused the
// repository (safe.directory, git-config(1)).
const (
	GitUnknown Git = iota
	// GitNone: the file is in no repository.
	GitNone
	// GitClean: the file has no uncommitted changes.
	GitClean
	// GitModified: the file has uncommitted changes.
	GitModified
	// GitUntracked: the file is not tracked, or ignored. A flake does not see such a file.
	GitUntracked
)

var gitNames = [...]string{"unknown", "in no repository", "no uncommitted changes", "uncommitted changes", "not tracked"}

// String returns the state in a few words.
func (g Git) String() string { return gitNames[min(int(g), len(gitNames)-1)] }

// gitTime is the time limit of git.
const gitTime = 3 * time.Second

// Uncommitted asks git for the state of the file. It reads only. As root, git runs as the owner of
// the file, so programs that the configuration of the repository names do not run as root.
func (f *File) Uncommitted(ctx context.Context) Git {
	git, err := exec.LookPath("git")
	if err != nil {
		return GitUnknown
	}
	ctx, cancel := context.WithTimeout(ctx, gitTime)
	defer cancel()
	dir, name := filepath.Split(f.Path)
	cmd := exec.CommandContext(ctx, git,
		"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "status.submoduleSummary=false", "--no-optional-locks", "--literal-pathspecs",
		"status", "--porcelain=v1", "-z", "--ignored", "--untracked-files=all", "--ignore-submodules=all", "--no-renames", "--", name)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	cmd.Env = gitEnv(os.Environ())
	if err := f.asOwner(cmd); err != nil {
		return GitUnknown
	}
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok && ctx.Err() == nil && strings.Contains(string(exit.Stderr), "not a git repository") { //nolint:errorlint // Output does not wrap
			return GitNone
		}
		return GitUnknown
	}
	switch text := string(out); {
	case text == "":
		return GitClean
	case strings.HasPrefix(text, "??"), strings.HasPrefix(text, "!!"):
		return GitUntracked
	}
	return GitModified
}

// gitEnv returns an environment in which git finds the repository by the directory, asks nothing and
// answers in English. Without $SUDO_UID, git run by root reads only repositories of root (git-config(1), safe.directory).
func gitEnv(environ []string) (env []string) {
	for _, variable := range environ {
		if !strings.HasPrefix(variable, "GIT_") && !strings.HasPrefix(variable, "LC_") && !strings.HasPrefix(variable, "LANGUAGE=") && !strings.HasPrefix(variable, "SUDO_") {
			env = append(env, variable)
		}
	}
	return append(env, "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0")
}

// asOwner makes a command of root run as the owner of the file, without the environment and the
// terminal of root.
func (f *File) asOwner(cmd *exec.Cmd) error {
	st, ok := f.info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("%s has no owner", f.Path)
	}
	if os.Geteuid() == 0 && st.Uid != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: &syscall.Credential{Uid: st.Uid, Gid: st.Gid}}
		cmd.Env = gitEnv([]string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "XDG_CONFIG_HOME=/nonexistent"})
	}
	return nil
}
