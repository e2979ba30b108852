// Package nixtest lets tests evaluate Nix with the real nix-instantiate.
package nixtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// Instantiate runs nix-instantiate without a store, a configuration or a network, and returns its
// stdout. The error contains its stderr. The test fails if the program is missing.
func Instantiate(t testing.TB, args ...string) ([]byte, error) {
	t.Helper()
	tool := probe.Tool(t, "nix-instantiate")
	tmp := t.TempDir()
	var out, errs bytes.Buffer
	cmd := exec.Command(tool, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "NIX_") && !strings.HasPrefix(variable, "HOME=") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "NIX_REMOTE=dummy://", "HOME="+tmp, "NIX_CONF_DIR="+tmp)
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run %s: %w\n%s", tool, err, errs.String())
	}
	return out.Bytes(), nil
}
