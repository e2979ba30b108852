package history_test

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// asUser calls a function in a thread without capabilities. The goroutine must end after it, and
// the thread ends with it.
func asUser(f func() string) string {
	runtime.LockOSThread()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Sprint("capset: ", err)
	}
	return f()
}

// asOther is asUser with another user ID.
func asOther(uid uintptr, f func() string) string {
	runtime.LockOSThread()
	// The function of package unix would change all threads.
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uid, uid, uid); errno != 0 {
		return fmt.Sprint("setresuid: ", errno)
	}
	return f()
}
