package session

import (
	"context"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/scan"
)

// mostSampled is how many directories a sample reads at most.
const mostSampled = 1024

// Fates returns what a boot does to each mounted tree. If only the age of files can show
// that, a short walk reads the ages of some.
func (s *Session) Fates() *boot.Trees {
	s.sampled.Do(func() {
		var unknown []boot.Tree
		for _, root := range s.fates.Roots() {
			if root.Fate == boot.Unknown {
				unknown = append(unknown, root)
			}
		}
		if len(unknown) > 0 {
			s.fates = s.fates.WithSample(s.sample(unknown))
		}
	})
	return s.fates
}

// sample takes the ages of some candidates on each of the roots.
func (s *Session) sample(roots []boot.Tree) *boot.Sample {
	ctx, enough := context.WithCancel(context.Background())
	defer enough()
	rules := s.ScanRules
	rules.Only, rules.Roots = nil, nil
	ages := ages{boot.NewSample(s.Mounts), map[int]bool{}}
	for _, root := range roots {
		rules.Roots, ages.of[root.Mount.ID] = append(rules.Roots, root.Point), true
	}
	var read atomic.Int32
	// The context ends the walk, and what cannot be read is no evidence.
	_, _ = scan.Walk(ctx, scan.Options{Policy: scan.NewPolicy(rules), Ages: ages}, func(*scan.Dir) {
		if read.Add(1) >= mostSampled || !ages.wantsAny() {
			enough()
		}
	})
	return ages.sample
}

// ages are the samples of mounts.
type ages struct {
	sample *boot.Sample
	of     map[int]bool
}

// Wants implements scan.Ages.
func (a ages) Wants(mount int) bool { return a.of[mount] && a.sample.Of(mount).Wants() }

// Add implements scan.Ages.
func (a ages) Add(mount int, dir string, birth, change time.Time) {
	a.sample.Of(mount).Add(dir, birth, change)
}

func (a ages) wantsAny() bool {
	for mount := range a.of {
		if a.Wants(mount) {
			return true
		}
	}
	return false
}

// Doubtful returns the roots of which nothing shows that a boot wipes them.
func (s *Session) Doubtful() (doubtful []boot.Tree) {
	for _, tree := range s.Fates().Roots() {
		if tree.Fate != boot.Wiped {
			doubtful = append(doubtful, tree)
		}
	}
	return doubtful
}

// doubts reports whether nothing shows that a boot wipes a root.
func (s *Session) doubts(root string) bool { return s.FateOf(root).Fate != boot.Wiped }

// FateOf returns what a boot does to the tree that a path is on.
func (s *Session) FateOf(path string) boot.Tree { return s.Fates().At(path) }

// DoubtfulPaths returns a function that reports whether a path is on a doubtful root. It must be
// used by one goroutine only, and is fast if the paths of a directory come one after the other.
func (s *Session) DoubtfulPaths() func(path string) bool {
	switch doubtful := len(s.Doubtful()); doubtful {
	case 0:
		return func(string) bool { return false }
	case len(s.Fates().Roots()):
		return func(string) bool { return true }
	}
	last, answer := "", false
	return func(path string) bool {
		if dir := filepath.Dir(path); dir != last {
			last, answer = dir, s.FateOf(dir).Fate != boot.Wiped
		}
		return answer
	}
}
