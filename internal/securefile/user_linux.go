package securefile

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// User is whose rights are used.
type User struct {
	UID, GID uint32
	Groups   []uint32
}

// do calls f with the rights of the user on files; nil is the process itself. Those
// rights belong to a thread (credentials(7)): do starts one, which ends with f.
func (u *User) do(f func() error) error {
	if u == nil {
		return f()
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked, so the thread ends with the goroutine
		err := u.become()
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

// Chdir changes the working directory of the process, with the rights of the user: it leads only
// where the user may go by that path. All threads of Go share one working directory (clone(2),
// CLONE_FS).
func (u *User) Chdir(dir string) error {
	return u.do(func() error { return os.Chdir(dir) })
}

// become gives this thread the user's rights on files. The kernel takes the
// capabilities that pass over permissions away from a thread whose fsuid is not 0.
func (u *User) become() error {
	var groups unsafe.Pointer
	if len(u.Groups) > 0 {
		groups = unsafe.Pointer(&u.Groups[0])
	}
	// Not unix.Setgroups, which changes all threads.
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(u.Groups)), uintptr(groups), 0); errno != 0 {
		return fmt.Errorf("take the groups of user %d: %w", u.UID, errno)
	}
	for _, id := range []struct {
		set    func(int) (int, error)
		number uint32
	}{{unix.SetfsgidRetGid, u.GID}, {unix.SetfsuidRetUid, u.UID}} {
		_, _ = id.set(int(id.number)) // it returns the previous one, and no error
		if now, _ := id.set(-1); now != int(id.number) {
			return fmt.Errorf("take the rights of user %d: %w", u.UID, unix.EPERM)
		}
	}
	return nil
}
