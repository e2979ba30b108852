package unittrace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// stateDir has the locks and the sockets.
	stateDir = "/run/list-ephemeral/unit"
	// unitsDir has the drop-ins: systemd.unit(5), those that a reboot removes.
	unitsDir = "/run/systemd/system"
	// dropInName sorts after the usual names, so it is read last.
	dropInName = "zz-list-ephemeral-trace.conf"
)

func dropInOf(name string) string { return filepath.Join(unitsDir, name+".d", dropInName) }

// lock locks a service for this process. Nil without an error means that another process has it.
func lock(name string) (*os.File, error) {
	if err := os.MkdirAll(stateDir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(stateDir, name+".lock"), os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return file, nil
	}
	file.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = nil
	}
	return nil, err
}

// unlock removes the lock.
func unlock(file *os.File) {
	_ = os.Remove(file.Name())
	file.Close()
}

// Clean removes the drop-ins of runs that were killed, and starts these services again without the
// trace if they run. It returns their names.
func Clean(ctx context.Context) (cleaned []string, err error) {
	files, err := filepath.Glob(filepath.Join(unitsDir, "*.d", dropInName))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(filepath.Dir(file)), ".d")
		held, lockErr := lock(name)
		if held == nil {
			err = errors.Join(err, lockErr)
			continue // it is being traced
		}
		err = errors.Join(err, removeDropIn(ctx, name))
		if _, restartErr := systemctl(ctx, "try-restart", "--", name); restartErr != nil {
			err = errors.Join(err, restartErr)
		}
		_ = os.Remove(socketOf(name))
		unlock(held)
		cleaned = append(cleaned, name)
	}
	return cleaned, err
}

// writeDropIn writes the drop-in and makes systemd read it.
func writeDropIn(ctx context.Context, plan *Plan) error {
	file := dropInOf(plan.Name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, []byte(plan.DropIn), 0o644); err != nil {
		return err
	}
	_, err := systemctl(ctx, "daemon-reload")
	return err
}

// removeDropIn removes the drop-in, and its directory if it is empty, and makes systemd read that.
func removeDropIn(ctx context.Context, name string) error {
	file := dropInOf(name)
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the drop-in: %w", err)
	}
	_ = os.Remove(filepath.Dir(file)) // it may have other files
	_, err := systemctl(ctx, "daemon-reload")
	return err
}
