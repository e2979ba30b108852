package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

var fixtureOnce = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(buildDir, "machine")
	cmd := exec.Command("go", "build", "-o", binary, "../../bench/machine")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
})

// startFixture creates the machine of package fixture in namespaces of its own. The program runs on it
// once for each line that is sent. It needs root: the files belong to two users.
func startFixture(t *testing.T, columns, rows int, args ...string) *ptySession {
	t.Helper()
	probe.Need(t, probe.Root)
	program := buildStatic(t)
	machine, err := fixtureOnce()
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/fixture/run.sh")
	if err != nil {
		t.Fatal(err)
	}
	command := append([]string{"unshare"}, probe.Unshare(t)...)
	command = append(command, "--uts", script, t.TempDir(), machine, program, "/nix/store/program/list-ephemeral", "--config", "/nix/store/program/config.json")
	s := start(t, columns, rows, "stty -echo; "+strings.Join(append(command, args...), " "))
	s.waitFor("machine ready")
	return s
}
