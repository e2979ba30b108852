package session

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

// errNoGeneration is returned where there is no built system to compare with.
var errNoGeneration = errors.New("no built NixOS system at " + nextSystem + " and " + currentSystem)

// Next compares what the running machine keeps with what it keeps after the next boot.
func (s *Session) Next() (*report.Next, error) {
	booted, current, next := s.Generations()
	if next == nil || booted == nil && current == nil {
		return nil, WithRemedy(errNoGeneration, "status --next reads the generations of NixOS")
	}
	found := &report.Next{System: next.System, Changes: []report.NextChange{}, NotCarriedOut: []report.NotCarriedOut{}}
	seen := map[string]bool{}
	for _, now := range []*generation.Generation{current, booted} {
		if now == nil {
			continue
		}
		for _, change := range generation.Compare(now, next) {
			if seen[change.Path] {
				continue
			}
			seen[change.Path] = true
			found.Changes = append(found.Changes, s.nextChange(change))
		}
	}
	s.addDeclared(found, next, seen)
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
	found.InitrdNotVisible = next.Initrd == generation.InitrdNotVisible
	return found, nil
}

// nextChange describes a change, with what is on the disk.
func (s *Session) nextChange(change generation.Change) report.NextChange {
	c := report.NextChange{Kind: change.Kind, Path: change.Path, From: change.From, To: change.To}
	c.Source = report.SourceText(change.Next.Source)
	if change.Kind == generation.NoLongerKept {
		c.Source = report.SourceText(change.Now.Source)
	}
	c.HasData = hasData(change.Path)
	c.InStorage = change.To != "" && change.Next.Presence == generation.Present
	return c
}

// addDeclared adds what the active system declares, as the next one does, but nothing mounts now.
func (s *Session) addDeclared(found *report.Next, next *generation.Generation, seen map[string]bool) {
	for path, d := range s.declared {
		if seen[path] {
			continue
		}
		if entry, kept := next.Keeps(path); kept && entry.Path == path {
			found.Changes = append(found.Changes, report.NextChange{
				Kind: generation.KeptFromNext, Path: path, To: d.Storage, Source: d.Source, HasData: hasData(path), InStorage: d.InStorage,
			})
		}
	}
}

// hasData reports whether a path exists, and is not an empty directory.
func hasData(path string) bool {
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
