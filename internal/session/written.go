package session

import (
	"cmp"
	"os"
	"sync"

	"github.com/DaRacci/list-ephemeral/watch"
)

// DefaultRecord is the file of watch --record that is read for who wrote a path. Another one is in
// $LIST_EPHEMERAL_RECORD. Its records end with the boot, as those of what they are about.
const DefaultRecord = "/run/list-ephemeral/writes"

// recordVariable names another file.
const recordVariable = "LIST_EPHEMERAL_RECORD"

// writtenBy are the last records of all paths, read once.
type writtenBy struct {
	once sync.Once
	last map[string]watch.Record
}

// Written returns the last recorded write of a path. It returns false if no write is recorded, or if the
// record cannot be read: usually there is no such file, and only root can read it. It is safe for
// concurrent use.
func (s *Session) Written(path string) (watch.Record, bool) {
	s.written.once.Do(func() {
		s.written.last = map[string]watch.Record{}
		// What could be read before an error counts.
		_, _ = watch.ReadRing(cmp.Or(os.Getenv(recordVariable), DefaultRecord), func(r *watch.Record) {
			if !r.Overflow {
				s.written.last[r.Path] = *r
			}
		})
	})
	r, ok := s.written.last[path]
	return r, ok
}
