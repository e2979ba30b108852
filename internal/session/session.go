package session

import (
	"context"
	"sync"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// Session combines the configuration, the flags and the state of the machine for a command.
type Session struct {
	options Options
	Config  *config.Config
	Mounts  *mounts.Table
	// fates says what a boot does to each mounted tree; with a sample once sampled is done.
	fates   *boot.Trees
	sampled sync.Once
	// stops is the Stop of a [truepath.Resolver] for the paths of the configuration.
	stops  func(path string) bool
	Policy *scan.Policy
	// ScanRules are the rules that Policy was made from.
	ScanRules scan.Rules
	// generations are the built NixOS systems, and declared what they and the configuration declare
	// but the running machine does not keep, by path.
	generations generations
	declared    map[string]report.Declaration
	// next is what the next boot keeps differently, read once.
	next struct {
		sync.Once
		changes []report.NextChange
	}
	stated bool // the roots are those of the flags or the configuration
	// patterns are the exclude patterns of configuration and flags.
	patterns []pattern.Pattern
	// storage are the storage paths.
	storage []string
	Style   snippet.Options
	Owners  *Owners
	// nix are the Nix files of the configuration, read once.
	nix struct {
		sync.Once
		nixFiles
	}
	// ownerTable is what OwnerTable has read, once.
	ownersRead sync.Once
	ownerTable *owner.Table
	written    writtenBy // by Written
	// styled is set by SetStyle: only then items get comments and modes from units. noComments leaves
	// out the comments.
	styled, noComments bool
	// unclear is a note for the snippet if several storage paths are possible; "" otherwise.
	unclear string
	// parent caches the directory of the last described path, and the directories above it.
	// dirs caches directories that were described.
	parent struct {
		dir    string
		access *snippet.Access
		above  []*snippet.Access
	}
	dirs map[string]*snippet.Access
	// swaps are the swap files in use and the usual names; nil until they are read.
	swaps []string
	// known are the homes, for lookups in the lists of known paths.
	known known.Homes
	// Renamed reports whether a file was renamed onto a path during the trace; nil without a
	// trace.
	Renamed func(path string) bool
	Only    []string // the PATHs, resolved
	// Unresolved has the errors of the PATHs that could not be resolved.
	Unresolved []error
}

// Options has the flags and arguments that all commands have in common.
type Options struct {
	Config                    string // the configuration file; "" for the default one
	Roots, Excludes, Includes []string
	NoCache                   bool     // exclude known caches
	All                       bool     // hide nothing, and apply only the exclude patterns of the command line
	Paths                     []string // the PATHs as given
	MayLackRoots              bool     // roots of the command line need not exist
	System                    string   // the directory below which built systems are read; "" is "/"
}

// New reads the configuration and the mount table, and compiles the policy. It may block
// forever, because the configuration may be a pipe (--config <(…)) and paths may be on file
// systems that do not respond. If it fails, the session contains what was read before the error.
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
	stated, err := s.statedRoots()
	if err != nil {
		return s, err
	}
	s.stated = len(stated) > 0
	// Judge fails only if its context is done, and this one never is.
	s.fates, _ = boot.Judge(context.Background(), s.Mounts, boot.Options{Stated: stated, Storage: s.usualStorage()})
	s.generations = s.readGenerations()
	s.storage = s.storagePaths()
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
			s.Unresolved = append(s.Unresolved, StatError(arg, err))
			continue
		}
		s.Only = append(s.Only, path)
	}
}
