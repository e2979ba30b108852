package nspawn

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// programs are those that this package runs, with the packages of Debian.
var programs = map[string]string{
	"dpkg-query": "dpkg", "nsenter": "util-linux", "systemd-nspawn": "systemd-container", "unshare": "util-linux",
}

// Try makes a tree, boots it, and powers it off, and returns the first error. It takes about
// two seconds.
func Try(ctx context.Context) error {
	for name, of := range programs {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("%w: install %s", err, of)
		}
	}
	dir, err := os.MkdirTemp("", "nspawn-probe")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	root := filepath.Join(dir, "root")
	if err := Tree(ctx, root); err != nil {
		return err
	}
	m, err := Start(ctx, Options{Root: root})
	if err != nil {
		return err
	}
	return m.PowerOff()
}
