package decisions

import (
	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/snippet"
	"github.com/DaRacci/list-ephemeral/triage"
)

// Excludes is the Nix code that hides what is ignored.
type Excludes struct {
	// Text is "" if there is nothing to write.
	Text string
	// Ignored is the number of ignored paths, without those below another one.
	Ignored int
	// NoPattern are ignored paths that are not in Text, because no pattern matches exactly them.
	NoPattern []string
	// Hides are paths that were decided otherwise later, but that a pattern for a directory above
	// them hides too.
	Hides []string
}

// ExcludesOf returns the exclude patterns for what is ignored. Each matches one path, and with it
// what is below.
func ExcludesOf(active *triage.Active) Excludes {
	ignored, hides := active.Ignored()
	e := Excludes{Ignored: len(ignored), Hides: hides}
	var patterns []string
	for _, path := range ignored {
		if text, ok := pattern.Exact(path); ok {
			patterns = append(patterns, text)
		} else {
			e.NoPattern = append(e.NoPattern, path)
		}
	}
	e.Text = snippet.Excludes(patterns)
	return e
}
