package pattern

import (
	"errors"
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// Pattern is an exclude pattern as somebody wrote it.
type Pattern struct {
	// Text is the pattern itself.
	Text string
	// Source says where it was written, for people: "--exclude",
	// "config.json: excludes[3]".
	Source string
}

// Error says why a pattern cannot be used.
type Error struct {
	Pattern Pattern
	// Reason is in plain words.
	Reason string
}

// Error names the pattern, its source and what is wrong, on one line that is
// safe for a terminal.
func (e *Error) Error() string {
	message := fmt.Sprintf("exclude pattern '%s': %s", e.Pattern.Text, e.Reason)
	if e.Pattern.Source != "" {
		message = e.Pattern.Source + ": " + message
	}
	return printable.Name(message)
}

// A State is what a Set knows of a directory: which patterns may still match
// below it. States belong to the Set that gave them.
type State uint32

const (
	// Start is the state of "/".
	Start State = 0
	// resting is the state in which only those patterns are alive that are so
	// everywhere. None of them excludes an entry of a directory in this state:
	// those that could are in Set.names.
	resting State = 1
)

// Set is a list of compiled patterns. Its methods may be called by any number
// of goroutines at once, and change nothing that a caller can see.
type Set struct {
	patterns []Pattern
	names    names
	paths    paths
	// floating says that one leaves the resting state by some names: there is a
	// pattern like **/a/b.
	floating bool
}

// Compile compiles patterns. If some are wrong there is no Set, and the error
// joins one *[Error] for each.
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

// rulesOf turns a pattern into what it stands for.
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

// add takes a rule on which v is the verdict.
func (s *Set) add(r rule, v verdict) {
	if len(r) == 2 && r[0].kind == tree {
		s.names.add(&r[1], v)
	} else {
		s.paths.add(r, v)
	}
}

// Match reports whether a pattern excludes the entry called name of a directory
// in state at. It allocates nothing and takes no lock.
//
// A symlink is not a directory, whatever it points to.
func (s *Set) Match(at State, name []byte, isDir bool) bool {
	if at != resting && s.paths.state(at).excludes(name, isDir) {
		return true
	}
	return s.names.suspects(name) && s.names.excludes(name, isDir)
}

// Enter returns the state of the directory called name in a directory in state
// at. What a pattern excludes may be entered as well: its contents are judged
// on their own.
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
