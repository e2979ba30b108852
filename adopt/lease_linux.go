package adopt

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// leasePatience is how long a run waits in all for leases that are not given up. A process
// that has a lease on a file (fcntl(2), F_SETLEASE) is sent a signal when we open it, and Samba
// then gives the lease up within milliseconds. The kernel would take it away after 45 seconds
// (/proc/sys/fs/lease-break-time), file by file.
const leasePatience = 500 * time.Millisecond

// patience is how much of leasePatience has been used. The zero value is all of it.
type patience struct{ used atomic.Int64 }

// open opens a regular file to read it. It waits a little for a lease to be given up, and
// less the longer the run has waited for others in vain.
func (c *content) open(ctx context.Context, d dir, name string) (int, error) {
	waited := time.Duration(0)
	for pause := time.Millisecond; ; pause *= 2 {
		fd, err := d.source(name, 0)
		if !errors.Is(err, unix.EAGAIN) {
			c.leases.used.Add(-int64(waited)) // it was not in vain
			return fd, err
		}
		if c.leases.used.Add(int64(pause)) > int64(leasePatience) {
			c.leases.used.Add(-int64(pause))
			return -1, fmt.Errorf("another process has a lease on it and was asked to give it up, so try again: %w", err)
		}
		waited += pause
		select {
		case <-ctx.Done():
			return -1, ctx.Err()
		case <-time.After(pause):
		}
	}
}
