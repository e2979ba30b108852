package adopt

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// leasePatience is the total time that a run waits for leases that are not released. When the file
// is opened, the kernel sends a signal to the process that has the lease (fcntl(2), F_SETLEASE).
// Samba then releases the lease within milliseconds. Otherwise the kernel breaks the lease after 45
// seconds (/proc/sys/fs/lease-break-time), for each file.
const leasePatience = 500 * time.Millisecond

// patience is the part of leasePatience that has been used. The zero value means that nothing has
// been used.
type patience struct{ used atomic.Int64 }

// open opens a regular file for reading. It waits a short time for a lease to be released. Time
// that the run has spent waiting in vain for other files is deducted.
func (c *content) open(ctx context.Context, d dir, name string) (int, error) {
	waited := time.Duration(0)
	for pause := time.Millisecond; ; pause *= 2 {
		fd, err := d.source(name, 0)
		if !errors.Is(err, unix.EAGAIN) {
			c.leases.used.Add(-int64(waited)) // the lease was released
			return fd, err
		}
		if c.leases.used.Add(int64(pause)) > int64(leasePatience) {
			c.leases.used.Add(-int64(pause))
			return -1, fmt.Errorf("another process has a lease on it and was asked to release it; try again: %w", err)
		}
		waited += pause
		select {
		case <-ctx.Done():
			return -1, ctx.Err()
		case <-time.After(pause):
		}
	}
}
