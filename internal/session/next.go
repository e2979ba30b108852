package session

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

// errNoGeneration is returned where there is no built system to compare with.
var errNoGeneration = errors.New("no built NixOS system at " + nextSystem + ", or none at " + currentSystem + " to compare it with")

// Next compares what the running machine keeps with what it keeps after the next boot.
func (s *Session) Next() (*report.Next, error) {
	booted, current, next := s.Generations()
	if next == nil || booted == nil && current == nil {
		if s.generations.unread != nil {
			return nil, s.generations.unread
		}
		return nil, WithRemedy(errNoGeneration, "status --next reads the generations of NixOS")
	}
	found := &report.Next{System: next.System, Changes: slices.Clone(s.changes()), NotCarriedOut: []report.NotCarriedOut{}}
	if found.Changes == nil {
		found.Changes = []report.NextChange{}
	}
	for i := range found.Changes {
		c := &found.Changes[i]
		c.DeclaredAt = s.DeclaredAt(c.Path)
	}
	slices.SortFunc(found.Changes, func(a, b report.NextChange) int { return strings.Compare(a.Path, b.Path) })
	for i := range next.Entries {
		if e := &next.Entries[i]; e.Verdict == generation.Inactive || e.Verdict == generation.StorageWiped {
			found.NotCarriedOut = append(found.NotCarriedOut, report.NewNotCarriedOut(e))
		}
	}
	for _, g := range []*generation.Generation{booted, current, next} {
		if g != nil {
			found.Unread = append(found.Unread, unreadIn(g)...)
		}
	}
	slices.Sort(found.Unread)
	found.Unread = slices.Compact(found.Unread)
	found.InitrdNotVisible = next.Initrd == generation.InitrdNotVisible
	return found, nil
}

// unreadIn returns the files of a system that could not be read, with the reason: what they declare is
// not known.
func unreadIn(g *generation.Generation) (texts []string) {
	for i := range g.Problems {
		if p := &g.Problems[i]; p.Kind == generation.Unreadable || p.Kind == generation.TooLarge {
			text := "read " + cmp.Or(p.Path, p.Source.File)
			var of *fs.PathError
			if errors.As(p.Err, &of) {
				text = "read " + of.Path + ": " + of.Err.Error()
			} else {
				text += ": " + cmp.Or(p.Detail, p.Kind.String())
			}
			texts = append(texts, text)
		}
	}
	return texts
}

// changes returns what the next boot keeps differently, without a system to compare with nothing.
// They are read once.
func (s *Session) changes() []report.NextChange {
	s.next.Do(func() {
		booted, current, next := s.Generations()
		if next == nil {
			return
		}
		seen := map[string]bool{}
		for _, now := range []*generation.Generation{current, booted} {
			if now == nil || now == next {
				continue
			}
			for _, change := range generation.Compare(now, next) {
				if !seen[change.Path] {
					seen[change.Path] = true
					s.next.changes = append(s.next.changes, s.nextChange(change))
				}
			}
		}
		if booted != nil || current != nil {
			s.next.changes = append(s.next.changes, s.newlyDeclared(next, seen)...)
		}
	})
	return s.next.changes
}

// ComingOf returns what the next boot changes about a path.
func (s *Session) ComingOf(path string) report.Coming {
	if d, ok := s.Declared(path); ok {
		return d.Coming()
	}
	if s.removed(path) != nil {
		return report.ComingRemoved
	}
	return report.ComingUnknown
}

// removed returns the change by which the next boot no longer keeps a path, or nil.
func (s *Session) removed(path string) *report.NextChange {
	var nearest *report.NextChange
	changes := s.changes()
	for i := range changes {
		c := &changes[i]
		if c.Kind == generation.NoLongerKept && paths.AtOrBelow(path, c.Path) && (nearest == nil || len(c.Path) > len(nearest.Path)) {
			nearest = c
		}
	}
	if nearest == nil {
		return nil
	}
	if _, kept := s.generations.next.Keeps(path); kept { // declared separately
		return nil
	}
	return nearest
}

// ComingOfPlace is ComingOf for a path that is kept as a whole. If the path itself does not change, but
// something in it is no longer kept, within is the first such path.
func (s *Session) ComingOfPlace(path string) (change report.Coming, within string) {
	if change = s.ComingOf(path); change != report.ComingUnknown {
		return change, ""
	}
	changes := s.changes()
	for i := range changes {
		if c := &changes[i]; c.Kind == generation.NoLongerKept && paths.AtOrBelow(c.Path, path) && (within == "" || c.Path < within) {
			change, within = report.ComingRemoved, c.Path
		}
	}
	return change, within
}

// NoLongerKept says of each path with data that the next boot no longer keeps where the data is, by
// path.
func (s *Session) NoLongerKept() (texts []string) {
	changes := s.changes()
	for i := range changes {
		if changes[i].Loses() {
			texts = append(texts, changes[i].LossText())
		}
	}
	slices.Sort(texts)
	return texts
}

// Comings counts the declared paths that have data, by what the next boot changes about them.
func (s *Session) Comings() (all report.Comings) {
	changes := s.changes()
	for i := range changes {
		if changes[i].Loses() {
			all.Add(report.ComingRemoved)
		}
	}
	for path, d := range s.declared {
		if s.hasData(path) {
			all.Add(d.Coming())
		}
	}
	return all
}

// ComingsOf returns a function that is ComingOf, or nil if the next boot changes nothing. It is for one
// goroutine, and quick for paths of one directory after the other.
func (s *Session) ComingsOf() func(path string) report.Coming {
	themselves := map[string]bool{} // the paths whose change differs from that of their directory
	for path := range s.declared {
		themselves[path] = true
	}
	changes := s.changes()
	for i := range changes {
		if changes[i].Kind == generation.NoLongerKept {
			themselves[changes[i].Path] = true
		}
	}
	if len(themselves) == 0 {
		return nil
	}
	last, above := "", report.ComingUnknown
	return func(path string) report.Coming {
		if themselves[path] {
			return s.ComingOf(path)
		}
		if dir := filepath.Dir(path); dir != last {
			last, above = dir, s.ComingOf(dir)
		}
		return above
	}
}

// nextChange describes a change, with what is on the disk.
func (s *Session) nextChange(change generation.Change) report.NextChange {
	c := report.NextChange{Kind: change.Kind, Path: change.Path, From: change.From, To: change.To}
	c.Source = report.SourceText(change.Next.Source)
	if change.Kind == generation.NoLongerKept {
		c.Source = report.SourceText(change.Now.Source)
	}
	c.HasData = s.hasData(change.Path)
	c.Unmounted = change.From != "" && !s.isMounted(change.Path) && !s.isLinkTo(change.Path, change.From)
	c.InStorage = change.To != "" && change.Next.Presence != generation.Absent
	return c
}

// newlyDeclared returns what the active system declares, as the next one does, but nothing mounts
// now, without the paths that were seen.
func (s *Session) newlyDeclared(next *generation.Generation, seen map[string]bool) (changes []report.NextChange) {
	for path, d := range s.declared {
		if seen[path] {
			continue
		}
		if entry, kept := next.Keeps(path); kept && entry.Path == path {
			changes = append(changes, report.NextChange{
				Kind: generation.KeptFromNext, Path: path, To: d.Storage, Source: d.Source, HasData: s.hasData(path), InStorage: d.InStorage,
			})
		}
	}
	return changes
}

// hasData reports whether a path exists, and is not an empty directory. What is on a mount that may
// not answer is not read.
func (s *Session) hasData(path string) bool {
	if !s.Mounts.At(path).Answers() {
		return true
	}
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() {
		return err == nil
	}
	dir, err := os.Open(path)
	if err != nil {
		return true // it cannot be shown to be empty
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(1)
	return len(names) > 0
}
