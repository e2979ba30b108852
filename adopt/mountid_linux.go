package adopt

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// mountID returns the number of the mount that a descriptor is open on: by statx(2), and
// before Linux 5.8 from proc_pid_fdinfo(5).
func mountID(fd int) (uint64, error) {
	var st unix.Statx_t
	err := retried(func() error { return unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &st) })
	if err == nil && st.Mask&unix.STATX_MNT_ID != 0 {
		return st.Mnt_id, nil
	}
	return mountIDOfInfo(fd)
}

func mountIDOfInfo(fd int) (id uint64, err error) {
	text, err := os.ReadFile("/proc/self/fdinfo/" + itoa(fd))
	if err != nil {
		return 0, err
	}
	_, after, _ := bytes.Cut(text, []byte("\nmnt_id:"))
	if _, err := fmt.Sscan(string(after), &id); err != nil {
		return 0, fmt.Errorf("read mnt_id in /proc/self/fdinfo: %w", err)
	}
	return id, nil
}
