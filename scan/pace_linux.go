package scan

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// A walk starts with a few more workers than processors. On a warm cache, these keep the processors
// busy. All sixteen workers would take the same time, but would delay the first line of a listing,
// because the goroutine that prints it has to wait for a processor (measured by bench/firstbyte).
// If the processors are idle because the workers wait for a disk, pace admits more workers, up to
// all of them within about 12 ms.
const (
	extraWorkers = 2
	paceInterval = 4 * time.Millisecond
	// busyShare is the processor usage, in percent, below which the processors count as idle.
	busyShare = 75
)

// firstWorkers is how many workers may be busy at the start.
func firstWorkers() int { return runtime.NumCPU() + extraWorkers }

// pace admits more workers while processors are idle, until all are admitted or done is closed.
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

// processorTime returns the processor time that this process has used (getrusage(2)).
func processorTime() time.Duration {
	var usage unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &usage) // fails only for bad arguments
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
