package triage

import "github.com/DaRacci/list-ephemeral/internal/paths"

// Ignored returns the paths that are ignored, sorted bytewise, without those below another one.
// hides returns paths that were decided later otherwise, but are below one of them: an exclude
// pattern for the ignored directory hides them too.
func (a *Active) Ignored() (ignored, hides []string) {
	top := map[string]bool{}
	for _, path := range a.With(Ignore) {
		if d, _ := a.Of(path); d.Verdict == Ignore && !anyAbove(top, path) { // the parents of a path are sorted before it
			top[path] = true
			ignored = append(ignored, path)
		}
	}
	for _, v := range []Verdict{Keep, NotNow} {
		for _, path := range a.With(v) {
			if d, _ := a.Of(path); d.Verdict != Ignore && anyAbove(top, path) {
				hides = append(hides, path)
			}
		}
	}
	return ignored, hides
}

// anyAbove reports whether one of the directories above a path is in a set.
func anyAbove(set map[string]bool, path string) bool {
	for dir := range paths.Ancestors(path) {
		if set[dir] {
			return true
		}
	}
	return false
}
