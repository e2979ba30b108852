package past

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// States contains the earlier states of the machine that are searched.
type States struct {
	// Trees are the states of each tree that they correspond to, the newest first. The tree of the
	// newest state comes first.
	Trees [][]history.State
	// All are all states that were found, the newest first.
	All []history.State
	// Problems are the sources that could not be read.
	Problems []*history.ReasonError

	found *history.Found
}

// Options say which earlier states are searched. The zero value is the newest one.
type Options struct {
	// From is a directory, the name of a state, or a time; "" is the newest state.
	From string
	// Time parses From as a time. A state counts if it is not younger.
	Time func(text string) (time.Time, error)
	// States is how many states of each tree are used; 0 is one.
	States int
}

// Find finds earlier states of the machine. The caller closes the result.
func Find(ctx context.Context, s *session.Session, o Options) (*States, error) {
	options, err := searched(s, o.From)
	if err != nil {
		return nil, err
	}
	found, err := history.Find(ctx, options)
	if err != nil {
		return nil, err
	}
	p := &States{Problems: found.Problems, found: found}
	for _, state := range found.States {
		if state.Age != history.AgeCurrent && state.Root != "" {
			p.All = append(p.All, state)
		}
	}
	if err := p.choose(o, len(options.From) > 0); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Close closes the file systems of the states.
func (p *States) Close() { p.found.Close() }

// searched returns where states are searched: everywhere, or only in a directory that is named.
func searched(s *session.Session, from string) (history.Options, error) {
	if isDirectoryName(from) {
		dir, err := session.TruePath(from, true)
		if err != nil {
			return history.Options{}, session.Misuse(fmt.Errorf("--from: %w", session.StatError(from, err)))
		}
		if info, err := os.Stat(dir); err == nil && !info.IsDir() {
			return history.Options{}, session.Misuse(fmt.Errorf("--from: %s is not a directory", from))
		}
		return history.Options{From: []string{dir}}, nil
	}
	at, err := boot.ReadTime()
	if err != nil {
		return history.Options{}, err
	}
	options := history.Options{Mounts: s.Mounts, Clock: at, Boot: history.ThisMachine().Boot, Storage: s.StorageDirs()}
	for _, o := range s.Config.OldRoots {
		options.OldRoots = append(options.OldRoots, history.OldRoots{Dir: o.Dir.Text, Names: o.Names, Root: o.Root})
	}
	for _, tree := range s.Fates().All() {
		if tree.Upper != "" && !session.IsContainerLayer(tree) {
			options.Uppers = append(options.Uppers, history.Upper{Path: tree.Upper, Point: tree.Point})
		}
	}
	return options, nil
}

// isDirectoryName reports whether a value of --from is meant as a directory. The name of a state can
// contain a slash too, but does not begin with one or with a dot.
func isDirectoryName(from string) bool {
	return filepath.IsAbs(from) || strings.HasPrefix(from, ".")
}

// choose sets the states that are used.
func (p *States) choose(o Options, named bool) error {
	states, err := p.atOrBefore(o, named)
	if err != nil {
		return err
	}
	if !named && o.From == "" {
		states = wholeFirst(states)
	}
	most := max(o.States, 1)
	for _, state := range states {
		at := slices.IndexFunc(p.Trees, func(of []history.State) bool { return of[0].Root == state.Root })
		switch {
		case at < 0:
			p.Trees = append(p.Trees, []history.State{state})
		case len(p.Trees[at]) < most:
			p.Trees[at] = append(p.Trees[at], state)
		}
	}
	return nil
}

// atOrBefore returns the states from the one that is asked for on.
func (p *States) atOrBefore(o Options, named bool) ([]history.State, error) {
	if named || o.From == "" {
		return p.All, nil
	}
	isNamed := func(s history.State) bool { return s.Name == o.From || path.Base(s.Name) == o.From }
	if at := slices.IndexFunc(p.All, isNamed); at >= 0 {
		var same []history.State // a state and the older ones of its kind and tree
		for _, s := range p.All[at:] {
			if s.Kind == p.All[at].Kind && s.Root == p.All[at].Root {
				same = append(same, s)
			}
		}
		return same, nil
	}
	at, err := o.Time(o.From)
	if err != nil {
		remedy := "lost --list-states lists the states"
		if info, err := os.Stat(o.From); err == nil && info.IsDir() {
			remedy = "the directory is --from ./" + o.From
		}
		return nil, session.WithRemedy(session.Misuse(fmt.Errorf("--from: expected a directory, a time or the name of a state, got %q", o.From)), remedy)
	}
	var before []history.State
	for _, s := range p.All {
		if !s.Time.IsZero() && !s.Time.After(at) {
			before = append(before, s)
		}
	}
	return before, nil
}

// wholeFirst leaves out the graves if there are old roots or old upper directories: those contain
// everything, and a grave only small files, although its time is later.
func wholeFirst(states []history.State) []history.State {
	whole := func(s history.State) bool { return s.Kind == history.KindOldRoot || s.Kind == history.KindUpper }
	if !slices.ContainsFunc(states, whole) {
		return states
	}
	return slices.DeleteFunc(slices.Clone(states), func(s history.State) bool { return s.Kind == history.KindGraveyard })
}

// Remedy returns the remedy for sources that could not be read, or "".
func Remedy(problems []*history.ReasonError) string {
	for _, p := range problems {
		switch p.Reason {
		case history.NeedsRoot:
			return "root can read it: run the command with sudo"
		case history.NeedsKernel:
			return "it requires Linux 5.12 or later; mount the state and name its directory with --from"
		default:
		}
	}
	return ""
}

// ErrNoState reports that there is no earlier state.
func (p *States) ErrNoState(from string) error {
	text := "no earlier state of this machine was found"
	if from != "" && len(p.All) > 0 {
		text = "no earlier state is as old as " + from
	}
	remedy := Remedy(p.Problems)
	if remedy == "" {
		remedy = "name a directory with --from; the receipt command can keep small files for the next time (--graveyard)"
	}
	return session.WithRemedy(errors.New(text), remedy)
}
