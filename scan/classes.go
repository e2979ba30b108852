package scan

import (
	"path"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// hiding says what of an entry its class hides.
type hiding uint8

const (
	hidesNot   hiding = iota
	hidesEntry        // the entry, but perhaps not all that is in it
	hidesAll          // and all that is in it
)

// HiddenMode says what a walk does about what is hidden by its class ([Rules].Hide).
type HiddenMode uint8

// The modes.
const (
	HiddenSkipped HiddenMode = iota // not read, where all of a directory is hidden
	HiddenCounted                   // counted in Stats
	HiddenShown                     // reported by [List], as [Entry].Hidden says
)

// Hidden is how many paths of each class are hidden.
type Hidden [known.ClassStateNoise + 1]int

func (h *Hidden) add(more *Hidden) {
	for class, n := range more {
		h[class] += n
	}
}

// Total returns how many paths are hidden.
func (h *Hidden) Total() (all int) {
	for _, n := range h {
		all += n
	}
	return all
}

// fileKinds are the kinds as classes know them.
var fileKinds = [...]known.FileKind{
	KindUnknown: known.FileUnknown, KindFile: known.FileRegular, KindDir: known.FileDirectory, KindSymlink: known.FileSymlink,
	KindSocket: known.FileSocket, KindPipe: known.FilePipe, KindBlock: known.FileOther, KindChar: known.FileOther,
	KindWhiteout: known.FileUnknown,
}

// enterClass sets the class state of an entry's contents, and says whether the entry's class hides
// it.
func (p *Policy) enterClass(at place, in *place, name []byte, kind Kind) hiding {
	if !p.hide {
		return hidesNot
	}
	step, state := p.known.Step(at.class, name, fileKinds[kind])
	in.class = state
	if in.mark != nil && in.mark.root && p.stated {
		in.class = p.known.Uncover(state)
	}
	return p.hiding(step)
}

func (p *Policy) hiding(step known.ClassStep) hiding {
	switch {
	case !step.Class.Hidden():
		return hidesNot
	case step.Prune && !p.shown:
		return hidesAll
	}
	return hidesEntry
}

// hidesIn reports whether the class of an entry hides it.
func (p *Policy) hidesIn(at known.WalkState, name []byte, kind Kind) bool {
	step, _ := p.known.Step(at, name, fileKinds[kind])
	return step.Class.Hidden()
}

// finding returns why an entry is hidden.
func (p *Policy) finding(at place, name []byte, kind Kind) known.Finding {
	step, _ := p.known.Step(at.class, name, fileKinds[kind])
	return p.known.Finding(step)
}

// showingHidden returns the policy for a walk that also reports or counts hidden entries.
func (p *Policy) showingHidden() *Policy {
	with := *p
	with.shown = true
	return &with
}

// Hides reports whether a symlink in dir is not a candidate: its target is in storage, or its
// target is in the Nix store and a boot makes the symlink again ([Rules].Classes), or its class is
// hidden. The target may be absolute or relative to dir.
func (p *Policy) Hides(dir, name, target string) bool {
	at := p.start()
	for part := range components(dir) {
		_, at = p.step(at, []byte(part), KindDir)
	}
	class, _ := p.linkClass(at, dir, name, target)
	return class != ClassCandidate
}

// linkClass returns what a symlink in a directory whose contents have that place is by its target:
// ClassLinked, ClassHidden with its class of data, or ClassCandidate.
func (p *Policy) linkClass(at place, dir, name, target string) (Class, known.Class) {
	if !strings.HasPrefix(target, "/") {
		target = path.Join(dir, target)
	}
	target = path.Clean(target)
	inStore := paths.AtOrBelow(target, "/nix")
	for _, storage := range p.storage {
		if paths.AtOrBelow(target, storage) {
			return ClassLinked, known.ClassUnknown
		}
	}
	var class known.Class
	switch {
	case p.classes == nil:
		if inStore {
			class = known.ClassManaged
		}
	case p.hide:
		class = p.linkWorth(at, name, target)
	default: // where excludes are configured, they alone say which other symlinks are listed
		class = p.classes().Of(path.Join(dir, name), known.File{Kind: known.FileSymlink, Target: target}).Class
	}
	switch {
	case class == known.ClassManaged, class.Hidden() && inStore:
		return ClassLinked, class
	case class.Hidden() && p.hide:
		return ClassHidden, class
	}
	return ClassCandidate, class
}

// linkWorth returns the class of data of a symlink.
func (p *Policy) linkWorth(at place, name, target string) known.Class {
	step, _ := p.known.Step(at.class, []byte(name), known.FileSymlink)
	if step.NeedsTarget {
		step = p.known.Link(at.class, []byte(name), target)
	}
	return step.Class
}
