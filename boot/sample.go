package boot

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

const (
	// sampleSize is how many files of a mount a sample takes.
	sampleSize = 32
	// perDirectory is how many of them are of one directory, whose files often are of one
	// moment.
	perDirectory = 2
)

// Sample collects the ages of some regular files of each mount, while a walk passes them. It
// may be used by any number of goroutines.
type Sample struct{ files map[int]*Files }

// NewSample returns an empty sample for the mounts of a table that a path lookup reaches.
func NewSample(table *mounts.Table) *Sample {
	s := &Sample{files: map[int]*Files{}}
	for _, mount := range visible(table) {
		s.files[mount.ID] = new(Files)
	}
	return s
}

// Of returns the files of the mount with this number, [mounts.Mount.ID], or nil if there is no
// such mount.
func (s *Sample) Of(mount int) *Files { return s.files[mount] }

// Files collects the ages of files of one mount. A nil *Files collects none.
type Files struct {
	full  atomic.Bool
	mu    sync.Mutex
	times []time.Time
	dirs  []string // that of each file
}

// Wants reports whether more files are wanted. It is cheap: a walk asks before it reads the
// times of a file.
func (f *Files) Wants() bool { return f != nil && !f.full.Load() }

// Add offers a regular file in a directory, with its birth, which is zero where the file
// system does not record it, and its ctime. It reports whether the file was taken.
func (f *Files) Add(dir string, birth, ctime time.Time) bool {
	if !f.Wants() {
		return false
	}
	if birth.IsZero() || birth.Before(clockSet) {
		birth = ctime
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := 0
	for _, other := range f.dirs {
		if other == dir {
			taken++
		}
	}
	if taken >= perDirectory || len(f.times) >= sampleSize {
		return false
	}
	f.times, f.dirs = append(f.times, birth), append(f.dirs, dir)
	if len(f.times) == sampleSize {
		f.full.Store(true)
		f.dirs = nil
	}
	return true
}

// count returns how many files there are, and how many of them are older than the boot.
func (f *Files) count(boot Time) (old, seen int) {
	if f == nil {
		return 0, 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, at := range f.times {
		if boot.Older(at) {
			old++
		}
	}
	return old, len(f.times)
}
