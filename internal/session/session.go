package session

import (
	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// Session is what a command works with: configuration, flags and the machine, put together.
type Session struct {
	options Options
	Config  *config.Config
	Mounts  *mounts.Table
	// stops is the [truepath.Resolver]'s Stop for what the configuration names.
	stops  func(path string) bool
	Policy *scan.Policy
	// ScanRules are those that the policy was made of.
	ScanRules scan.Rules
	// patterns are the exclude patterns of configuration and flags.
	patterns []pattern.Pattern
	// storage are the storage paths.
	storage []string
	Style   snippet.Options
	Owners  *Owners
	// unclear says which of several storage paths snippets name, where nothing shows
	// which one is meant; "" otherwise.
	unclear string
	// parent is the directory of the path that was described last, with those above it;
	// dirs are directories that were described.
	parent struct {
		dir    string
		access *snippet.Access
		above  []*snippet.Access
	}
	dirs map[string]*snippet.Access
	// Swaps are the swap files in use; nil if they have not been read.
	swaps []string
	// known are the homes, for what is known of paths by their place.
	known known.Homes
	// Renamed reports whether a trace has seen a file being renamed onto a path; nil
	// without a trace.
	Renamed func(path string) bool
	Only    []string // the PATHs, resolved
	// Unresolved are the errors of PATHs that could not be resolved.
	Unresolved []error
}

// Options are what the command line says for all commands.
type Options struct {
	Config                    string // the configuration file; "" finds it
	Roots, Excludes, Includes []string
	NoCache                   bool     // exclude known caches
	Paths                     []string // the PATHs, as they were given
}

// New reads the configuration and the mount table, and compiles the policy. It may wait
// without end: the configuration may be a pipe (--config <(…)), and paths may be on file
// systems that do not answer. With an error, the session has what was read until then.
func New(o Options) (*Session, error) {
	s := &Session{options: o, Owners: NewOwners()}
	var err error
	if s.Config, err = config.Load(config.Env{}, o.Config); err != nil {
		return s, err
	}
	s.Style.Home = s.Config.Home
	if err := s.setAttrs(); err != nil {
		return s, err
	}
	if s.Mounts, err = mounts.Read(); err != nil {
		return s, err
	}
	s.stops = s.stopsAt()
	s.resolveOnly()
	s.storage = storageOf(s.Config, s.Mounts)
	s.known = known.HomesOf(s.Homes()...)
	if s.ScanRules, err = s.rules(); err != nil {
		return s, err
	}
	s.Policy = scan.NewPolicy(s.ScanRules)
	return s, nil
}

// resolveOnly resolves the PATHs.
func (s *Session) resolveOnly() {
	for _, arg := range s.options.Paths {
		path, err := TruePath(arg, true)
		if err != nil {
			s.Unresolved = append(s.Unresolved, statError(arg, err))
			continue
		}
		s.Only = append(s.Only, path)
	}
}
