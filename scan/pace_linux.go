package scan

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// A walk starts with a few workers more than processors, which keep those busy
// where nothing has to be read from a disk. All sixteen would do the same work in
// the same time there, but the first line of a listing would come later, because
// who prints it has to wait for its turn on a processor (bench/firstbyte tells).
// Where the processors turn out to be idle, because the workers wait for a disk,
// more are let in, up to all within some 12 ms.
const (
	extraWorkers = 2
	paceInterval = 4 * time.Millisecond
	// busyShare is the share of the processors' time, in percent, below which
	// they count as idle.
	busyShare = 75
)

// firstWorkers is how many workers may be busy at the start.
func firstWorkers() int { return runtime.NumCPU() + extraWorkers }

// pace lets more workers in while processors are idle, until all are in or done
// is closed.
func (w *walk) pace(done <-chan struct{}) {
	tick := time.NewTicker(paceInterval)
	defer tick.Stop()
	used, at := processorTime(), time.Now()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		usedNow, now := processorTime(), time.Now()
		possible := now.Sub(at) * time.Duration(runtime.NumCPU())
		if (usedNow-used)*100 < possible*busyShare && !w.queue.raise() {
			return
		}
		used, at = usedNow, now
	}
}

// processorTime is what this process has used so far, getrusage(2).
func processorTime() time.Duration {
	var usage unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &usage) // fails only for bad arguments
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
