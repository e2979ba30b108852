package pattern

import (
	"errors"
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// Pattern is an exclude pattern with its source.
type Pattern struct {
	// Text is the pattern itself.
	Text string
	// Source is where the pattern comes from, for messages: "--exclude" or "config.json:
	// excludes[3]".
	Source string
	// Cache is set if the pattern is for a location of caches.
	Cache bool
}

// Error reports that a pattern is invalid.
type Error struct {
	Pattern Pattern
	// Reason is why the pattern is invalid.
	Reason string
}

// Error returns the source, the pattern and the reason, on one line that is safe for a terminal.
func (e *Error) Error() string {
	message := fmt.Sprintf("exclude pattern '%s': %s", e.Pattern.Text, e.Reason)
	if e.Pattern.Source != "" {
		message = e.Pattern.Source + ": " + message
	}
	return printable.Name(message)
}

// State is the state of a Set in a directory: the patterns that may still match below it. A State
// is valid only for the Set that returned it.
type State uint32

const (
	// Start is the state of "/".
	Start State = 0
	// resting is the state in which only patterns that can match at any depth are alive. Set.paths
	// excludes no entry of a directory in this state; only Set.names can.
	resting State = 1
)

// Set is a list of compiled patterns. It is safe for concurrent use, and its methods make no
// visible changes.
type Set struct {
	patterns []Pattern
	names    names
	paths    paths
	// floating reports that some names lead out of the resting state, because there is a pattern
	// like **/a/b.
	floating bool
}

// Compile compiles patterns. If any are invalid, it returns no Set, and the error joins one
// *[Error] for each of them.
func Compile(patterns []Pattern) (*Set, error) {
	s := &Set{patterns: append([]Pattern(nil), patterns...)}
	s.names.init()
	var wrong []error
	for i, p := range s.patterns {
		rules, onlyDirs, err := rulesOf(p.Text)
		if err != nil {
			wrong = append(wrong, &Error{Pattern: p, Reason: err.Error()})
			continue
		}
		for _, rule := range rules {
			s.add(rule, newVerdict(i, onlyDirs))
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	s.floating = s.paths.start()
	return s, nil
}

// rulesOf returns the rules of a pattern.
func rulesOf(text string) (rules []rule, onlyDirs bool, err error) {
	glob, onlyDirs, err := parseLine(text)
	if err != nil {
		return nil, false, err
	}
	if r, ok := literalRule(glob); ok {
		if len(r) > 0 {
			rules = []rule{r}
		}
		return rules, onlyDirs, nil
	}
	tokens, err := parse(glob)
	if err != nil {
		return nil, false, err
	}
	rules, err = expand(tokens)
	return rules, onlyDirs, err
}

// add adds a rule with verdict v.
func (s *Set) add(r rule, v verdict) {
	if len(r) == 2 && r[0].kind == tree {
		s.names.add(&r[1], v)
	} else {
		s.paths.add(r, v)
	}
}

// Match reports whether a pattern excludes the entry called name of a directory with state at. It
// allocates nothing and takes no lock.
//
// A symlink is not a directory, whatever its target is.
func (s *Set) Match(at State, name []byte, isDir bool) bool {
	if at != resting && s.paths.state(at).excludes(name, isDir) {
		return true
	}
	return s.names.suspects(name) && s.names.excludes(name, isDir)
}

// Enter returns the state of the directory called name in a directory with state at. Excluded
// directories may be entered too: their entries are matched independently.
func (s *Set) Enter(at State, name []byte) State {
	if at == resting && !s.floating {
		return resting
	}
	return s.paths.enter(at, name)
}

// Find returns the first of the patterns, in the order given to [Compile], for
// which [Set.Match] would report true. It is slower than Match.
func (s *Set) Find(at State, name []byte, isDir bool) (Pattern, bool) {
	first := min(s.paths.state(at).first(name, isDir), s.names.first(name, isDir))
	if first == none {
		return Pattern{}, false
	}
	return s.patterns[first], true
}
