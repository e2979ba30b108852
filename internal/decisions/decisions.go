package decisions

import (
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/triage"
)

// ErrNoHome is that neither $XDG_STATE_HOME nor a home is known.
var ErrNoHome = errors.New("find the decisions: neither $XDG_STATE_HOME nor a home directory is known")

// File returns the file of the user who runs the program. It is below $XDG_STATE_HOME, which is used
// only if it is absolute (XDG Base Directory Specification 0.8), or ~/.local/state. That of root is
// in storage, if there is storage that the next reboot keeps. Under sudo it is root's too, because
// the user's file would then belong to root.
func File(s *session.Session) (*triage.File, error) {
	home, state := s.Config.Home, os.Getenv("XDG_STATE_HOME")
	if os.Geteuid() == 0 {
		if storage, err := s.StorageToFill(""); err == nil {
			return triage.InStorage(storage), nil
		}
		if os.Getenv("SUDO_USER") != "" {
			home = rootHome()
			// sudo -E passes that of the user.
			if !paths.AtOrBelow(filepath.Clean(state), home) {
				state = ""
			}
		}
	}
	switch {
	case filepath.IsAbs(state):
		return triage.InState(state), nil
	case home == "":
		return nil, ErrNoHome
	}
	return triage.InState(filepath.Join(home, ".local", "state")), nil
}

// rootHome returns the home of root, also where $HOME is that of another user.
func rootHome() string {
	if account, err := user.LookupId("0"); err == nil && filepath.IsAbs(account.HomeDir) {
		return filepath.Clean(account.HomeDir)
	}
	return "/root"
}

// Decisions are the decisions of a user.
type Decisions struct {
	File *triage.File
	triage.Loaded
	// Active are those in effect when they were loaded.
	Active triage.Active
}

// Load reads the decisions from the file of a session, and finds out which are in effect: a walk
// measures what was put off, if anything was. Errors are those of [File] and [triage.File.Load], and
// the cause of ctx. If the file is known, it is in the result even if there is an error.
func Load(ctx context.Context, s *session.Session, now time.Time) (Decisions, error) {
	var d Decisions
	var err error
	if d.File, err = File(s); err != nil {
		return d, err
	}
	if d.Loaded, err = d.File.Load(ctx); err != nil {
		return d, err
	}
	measured, err := measure(ctx, s, &d.Set, now)
	if err != nil {
		return d, err
	}
	d.Active = d.Set.Active(now, func(path string) int64 {
		if bytes, found := measured[path]; found {
			return bytes
		}
		return -1
	})
	return d, nil
}

// measure returns the sizes of paths that were put off: the sum of the candidates in each.
func measure(ctx context.Context, s *session.Session, set *triage.Set, now time.Time) (map[string]int64, error) {
	measured := map[string]int64{}
	rules := s.ScanRules
	rules.Only = nil
	for _, d := range set.Sorted() {
		if d.Verdict == triage.NotNow && !d.Due(now, -1) {
			measured[d.Path] = 0
			rules.Only = append(rules.Only, d.Path)
		}
	}
	if len(measured) == 0 {
		return nil, nil
	}
	_, err := scan.List(ctx, scan.Options{Policy: scan.NewPolicy(rules), Info: true}, func(e *scan.Entry) error {
		path, size := string(e.Path), e.Info().Size
		add := func(at string) {
			if bytes, found := measured[at]; found {
				measured[at] = sizes.Add(bytes, size)
			}
		}
		add(path)
		for dir := range paths.Ancestors(path) {
			add(dir)
		}
		return nil
	})
	return measured, err // what cannot be read has no size
}

// Wiped reports whether the next reboot wipes the directory of a file.
func Wiped(s *session.Session, file *triage.File) bool {
	if file.Stored() {
		return false
	}
	dir := truepath.Resolve(file.Dir())
	if s.FateOf(dir).Fate != boot.Wiped {
		return false
	}
	class := s.Judge(dir, scan.KindDir).Class
	return class == scan.ClassCandidate || class == scan.ClassIncluded || class == scan.ClassExcluded || class == scan.ClassHidden
}
