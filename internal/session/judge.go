package session

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Explanation returns what there is to say of a path.
func (s *Session) Explanation(path string) report.Explanation {
	kind, info, err := scan.Stat(path)
	e := report.Explanation{Name: path, Verdict: s.Judge(path, kind), Mount: s.mountText(path), Kind: kind, Size: info.Size, Err: err}
	if kind == scan.KindBlock || kind == scan.KindChar {
		var st unix.Stat_t
		if unix.Lstat(path, &st) == nil {
			e.Device = fmt.Sprintf("%d, %d", unix.Major(st.Rdev), unix.Minor(st.Rdev))
		}
	}
	return e
}

// Judge gives the verdict on what is on the disk: that of the policy, except for
// symlinks that contain no data of their own.
func (s *Session) Judge(path string, kind scan.Kind) scan.Verdict {
	v := s.Policy.Judge(path, kind == scan.KindDir)
	if v.Class == scan.ClassCandidate && kind == scan.KindSymlink {
		if target, err := os.Readlink(path); err == nil && s.leadsAway(path, target) {
			return scan.Verdict{Class: scan.ClassLinked, By: path, Target: target}
		}
	}
	return v
}

// leadsAway reports whether a symlink ends in the store or in storage.
func (s *Session) leadsAway(path, target string) bool {
	if s.Policy.Hides(filepath.Dir(path), target) {
		return true
	}
	end, err := filepath.EvalSymlinks(path)
	return err == nil && s.Policy.Hides("/", end)
}

func (s *Session) mountText(path string) string {
	m := s.Mounts.At(path)
	return fmt.Sprintf("%s %s at %s", m.FSType, m.Source, m.Point)
}

// mountedFrom returns the path in storage that a path is a mount of, or "".
func (s *Session) mountedFrom(path string) string {
	for _, storage := range s.storage {
		if in, ok := s.Mounts.Stored(path, storage); ok {
			return in
		}
	}
	return ""
}
