package unittrace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// systemctl runs systemctl(1). The error has the first line of its standard error.
func systemctl(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "systemctl", args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "SYSTEMD_PAGER=", "SYSTEMD_COLORS=0")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
		if first := lines[0]; first != "" {
			err = errors.New(first)
		}
		return "", fmt.Errorf("systemctl %s: %w", strings.Join(args, " "), err)
	}
	return out.String(), nil
}

// facts are the properties of a unit as systemctl show prints them.
type facts map[string]string

var shown = []string{
	"Id", "LoadState", "ActiveState", "SubState", "FragmentPath", "DropInPaths", "Type", "User", "KillMode", "KillSignal",
	"RootDirectory", "RootImage", "ProtectHome", "PrivateTmp", "RestrictAddressFamilies", "CapabilityBoundingSet",
	"WatchdogUSec", "DynamicUser", "NoExecPaths",
}

// show reads the facts about a unit.
func show(ctx context.Context, name string) (facts, error) {
	text, err := systemctl(ctx, "show", "--property="+strings.Join(shown, ","), "--", name)
	if err != nil {
		return nil, err
	}
	return parseFacts(text), nil
}

// parseFacts reads lines of the form KEY=VALUE.
func parseFacts(text string) facts {
	f := facts{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			f[key] = value
		}
	}
	return f
}

// running reports whether the service was started and not stopped.
func (f facts) running() bool {
	switch f["ActiveState"] {
	case "active", "activating", "reloading":
		return true
	}
	return false
}

// ended reports whether no process of the service is left.
func (f facts) ended() bool { return !f.running() || f["SubState"] == "exited" }
