package scan

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Stater reads the metadata of entries of open directories, with the system calls of a walk. It is
// for one goroutine.
type Stater struct {
	kernel
	stx unix.Statx_t
}

// NewStater returns a Stater for paths below the roots of a policy. If all of them are on local file
// systems, its calls do not give up the processor, as those of a walk.
func NewStater(p *Policy) *Stater { return &Stater{kernel: kernel{blocking: !p.local()}} }

// Stat returns the kind and the metadata of an entry, without following a symlink. name ends in a
// NUL. Info.Size is the length, of sparse files too. The error is the number of the system call.
func (s *Stater) Stat(dir int, name []byte) (Kind, Info, error) {
	if errno := s.stat(int32(dir), &name[0], &s.stx); errno != 0 {
		return KindUnknown, Info{}, errno
	}
	return kindOf(s.stx.Mode), Info{
		Size: int64(min(s.stx.Size, sizes.Max)), ModTime: time.Unix(s.stx.Mtime.Sec, int64(s.stx.Mtime.Nsec)),
		UID: s.stx.Uid, GID: s.stx.Gid, Mode: fileMode(uint32(s.stx.Mode)),
	}, nil
}
