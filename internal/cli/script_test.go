package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/DaRacci/list-ephemeral/trace"
)

func TestMain(m *testing.M) {
	trace.Helper() // the tracer executes this program again
	testscript.Main(withBuildDir{m}, map[string]func(){
		"list-ephemeral": func() { os.Exit(Main()) },
	})
}

// withBuildDir runs the tests with a directory for the built program.
type withBuildDir struct{ *testing.M }

// Run is what testscript.Main calls.
func (m withBuildDir) Run() int {
	dir, err := os.MkdirTemp("", "list-ephemeral-test-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // ordinary users also run the program
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	buildDir = dir
	return m.M.Run()
}

// TestScripts runs the scripts of testdata/script with the program's real main. The home of each
// script is $WORK/home, the only configuration is its own, and $WORK/tree is the tree to list.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
			for _, name := range []string{"SUDO_USER", "LIST_EPHEMERAL_CONFIG", "NO_COLOR"} {
				env.Setenv(name, "")
			}
			// Snippets warn about private directories above a path. Temporary ones are private.
			return errors.Join(os.Chmod(filepath.Dir(env.WorkDir), 0o755), os.MkdirAll(home, 0o755))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"hostile": makeHostileNames,
			"asuser":  runAsOrdinaryUser,
			"socket":  makeSocket,
		},
		RequireExplicitExec: true,
	})
}

// makeHostileNames creates a file for each of hostileNames in a directory.
func makeHostileNames(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range hostileNames {
		path := filepath.Join(ts.MkAbs(args[0]), name)
		ts.Check(os.WriteFile(path, []byte("x"), 0o644))
	}
}

// makeSocket creates a socket that no program listens on.
func makeSocket(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(syscall.Mknod(ts.MkAbs(args[0]), syscall.S_IFSOCK|0o600, 0))
}

// hostileNames are names that every command has to print correctly.
var hostileNames = []string{
	"new\nline", "esc\x1b]0;title\x07", "quote\"", "back\\slash", "${x}", "$${x}", "''${x}", "bad\xff\xfe",
	"tab\there", "cr\rhere", " lead and trail ", "-rf", "{a,b}", "[x]*?", "\u202egnp.exe", "é日本😀", "#c", "*",
}

// runAsOrdinaryUser runs a command without privileges. If the test runs as root, the command runs
// as the user nobody, who then owns all files of the script.
func runAsOrdinaryUser(ts *testscript.TestScript, neg bool, args []string) {
	path, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = []string{"HOME=" + ts.Getenv("HOME"), "PATH=" + ts.Getenv("PATH")}
	if os.Geteuid() == 0 {
		giveAway(ts, ts.Getenv("WORK"), path)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	err = cmd.Run()
	if (err != nil) != neg {
		ts.Fatalf("%q as an ordinary user: %v", args, err)
	}
}

const nobody = 65534

// giveAway changes the owner of everything in dir to the user nobody, and allows all users to reach
// dir and the program.
func giveAway(ts *testscript.TestScript, dir, program string) {
	ts.Check(filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, nobody, nobody)
	}))
	for _, path := range []string{dir, program} {
		for up := filepath.Dir(path); up != "/" && up != os.TempDir(); up = filepath.Dir(up) {
			info, err := os.Stat(up)
			ts.Check(err)
			ts.Check(os.Chmod(up, info.Mode().Perm()|0o055))
		}
	}
}
