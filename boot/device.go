package boot

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

const (
	// sysBlock has a symlink for each block device, sysfs(5).
	sysBlock = "/sys/dev/block"
	// mostBelow is how deep devices are followed into those that they are made of.
	mostBelow = 8
)

// Device asks once for all mounts of a device, of which there may be thousands.
func (m *thisMachine) Device(mount *mounts.Mount) (Device, error) {
	key := mount.Device + " " + mount.Source
	found, ok := m.devices[key]
	if !ok {
		found.Device, found.err = m.device(mount)
		m.devices[key] = found
	}
	return found.Device, found.err
}

// deviceAnswer is what was found of a device.
type deviceAnswer struct {
	Device
	err error
}

// device reads sysfs. The device of btrfs, which has numbers of its own, is found by the name
// that it was mounted from: of several, that is one.
func (m *thisMachine) device(mount *mounts.Mount) (Device, error) {
	major, minor, ok := mount.DeviceNumbers()
	if ok && major == 0 {
		major, minor, ok = m.sourceNumbers(mount.Source)
	}
	if !ok || !answers(m.table, sysBlock) {
		return Device{}, nil
	}
	dir, err := filepath.EvalSymlinks(fmt.Sprintf("%s/%d:%d", sysBlock, major, minor))
	if missing(err) {
		return Device{}, nil // no sysfs, or that of another network namespace
	}
	if err != nil {
		return Device{}, err
	}
	return readDevice(dir, mostBelow)
}

// sourceNumbers returns the numbers of the block device at a path below /dev.
func (m *thisMachine) sourceNumbers(source string) (major, minor uint32, ok bool) {
	if source != filepath.Clean(source) || !paths.Below(source, "/dev") {
		return 0, 0, false
	}
	path := m.resolver.Whole(source) // /dev/mapper has symlinks
	if !answers(m.table, path) {
		return 0, 0, false
	}
	fd, st, err := openPath(path)
	if err != nil {
		return 0, 0, false
	}
	unix.Close(fd)
	return st.Rdev_major, st.Rdev_minor, st.Mode&unix.S_IFMT == unix.S_IFBLK
}

// readDevice reads the directory of a block device in sysfs, and those of the devices that it
// is made of.
func readDevice(dir string, deep int) (Device, error) {
	device := Device{Name: filepath.Base(dir)}
	whole := dir
	if _, err := os.Lstat(filepath.Join(dir, "partition")); err == nil {
		whole = filepath.Dir(dir)
	}
	file, err := os.ReadFile(filepath.Join(whole, "loop/backing_file"))
	if err != nil && !missing(err) {
		return device, err
	}
	device.LoopFile = strings.TrimSuffix(string(file), "\n")
	below, err := os.ReadDir(filepath.Join(whole, "slaves"))
	if err != nil && !missing(err) {
		return device, err
	}
	if deep == 0 {
		return device, nil
	}
	var problems []error
	for _, entry := range below {
		dir, err := filepath.EvalSymlinks(filepath.Join(whole, "slaves", entry.Name()))
		if err != nil {
			problems = append(problems, err)
			continue
		}
		one, err := readDevice(dir, deep-1)
		device.Below, problems = append(device.Below, one), append(problems, err)
	}
	return device, errors.Join(problems...)
}
