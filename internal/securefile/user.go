package securefile

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// User is a user whose permissions are used.
type User struct {
	UID, GID uint32
	Groups   []uint32
}

// do calls f with the file permissions of the user, or with those of the process if u is nil. These
// permissions belong to a thread (credentials(7)), so do starts a thread, which ends with f.
func (u *User) do(f func() error) error {
	if u == nil {
		return f()
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked, so the thread ends with the goroutine
		err := u.become()
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

// Chdir changes the working directory of the process, with the permissions of the user. It fails if
// the user may not enter dir by that path. All threads of a Go program share one working directory
// (clone(2), CLONE_FS).
func (u *User) Chdir(dir string) error {
	return u.do(func() error { return os.Chdir(dir) })
}

// become gives this thread the user's file permissions. If the fsuid of a thread is not 0, the
// kernel removes its capabilities that bypass file permissions.
func (u *User) become() error {
	var groups unsafe.Pointer
	if len(u.Groups) > 0 {
		groups = unsafe.Pointer(&u.Groups[0])
	}
	// Not unix.Setgroups, which changes all threads.
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(u.Groups)), uintptr(groups), 0); errno != 0 {
		return fmt.Errorf("set the groups of user %d: %w", u.UID, errno)
	}
	for _, id := range []struct {
		set    func(int) (int, error)
		number uint32
	}{{unix.SetfsgidRetGid, u.GID}, {unix.SetfsuidRetUid, u.UID}} {
		_, _ = id.set(int(id.number)) // returns the previous ID and no error
		if now, _ := id.set(-1); now != int(id.number) {
			return fmt.Errorf("set the fsuid and fsgid of user %d: %w", u.UID, unix.EPERM)
		}
	}
	return nil
}
