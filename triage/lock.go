package triage

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// ErrBusy is that another run has held the lock for too long.
var ErrBusy = errors.New("another run uses it")

const (
	// lockWait is how long a run waits for others. Each needs milliseconds.
	lockWait = 10 * time.Second
	// lockPause is the pause between two attempts: flock(2) cannot be ended by a context.
	lockPause = 5 * time.Millisecond
)

// openLocked opens the file and locks it; flags are those of open(2), how that of flock(2). Another
// run may have replaced the file before it was locked: then the new one is opened.
func openLocked(ctx context.Context, dir, flags, how int) (fd int, st unix.Stat_t, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lockWait, ErrBusy)
	defer cancel()
	for {
		fd, err = open(dir, fileName, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK)
		if errors.Is(err, unix.ELOOP) {
			err = ErrLink
		}
		if err != nil {
			return -1, st, err
		}
		current := false
		if err = checkFile(fd, &st); err == nil {
			if err = lock(ctx, fd, how); err == nil {
				current, err = isCurrent(dir, fd, &st)
			}
		}
		if err == nil && current {
			return fd, st, nil
		}
		unix.Close(fd)
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return -1, st, err
		}
	}
}

// checkFile refuses a file that is not this user's.
func checkFile(fd int, st *unix.Stat_t) error {
	if err := retried(func() error { return unix.Fstat(fd, st) }); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return ErrKind
	}
	return check(st)
}

// lock waits for a lock.
func lock(ctx context.Context, fd, how int) error {
	for {
		err := retried(func() error { return unix.Flock(fd, how|unix.LOCK_NB) })
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lockPause):
		}
	}
}

// isCurrent reports whether the name still refers to an open file, and updates its metadata.
func isCurrent(dir, fd int, st *unix.Stat_t) (bool, error) {
	var named unix.Stat_t
	if err := retried(func() error { return unix.Fstat(fd, st) }); err != nil {
		return false, err
	}
	err := retried(func() error { return unix.Fstatat(dir, fileName, &named, unix.AT_SYMLINK_NOFOLLOW) })
	if errors.Is(err, unix.ENOENT) {
		return false, nil
	}
	return named.Dev == st.Dev && named.Ino == st.Ino, err
}
