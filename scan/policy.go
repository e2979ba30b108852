package scan

import (
	"path"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

// Class is the verdict on a path: what happens to it at the next reboot, and
// what decides that.
type Class uint8

// The classes. Only candidates, and what was included by hand, are listed.
const (
	ClassUnknown   Class = iota
	ClassCandidate       // will be lost
	ClassIncluded        // always listed, because the configuration says so
	ClassRoot            // the top of a tree that will be lost
	ClassPersisted       // kept by the user's configuration
	ClassMounted         // a mount point: what it shows lives elsewhere
	ClassStorage         // where persistent data lives
	ClassSystem          // created again at every boot, or managed by Nix: never entered
	ClassExcluded        // matched by an exclude pattern
	ClassOutside         // on no tree that a reboot wipes
	ClassLinked          // a symlink into the store or into storage
)

var classNames = [...]string{
	"unknown", "candidate", "included", "root", "persisted", "mounted",
	"storage", "system", "excluded", "outside", "linked",
}

// String returns the class in lower case.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return classNames[ClassUnknown]
}

// Listed reports whether a path of this class is a candidate.
func (c Class) Listed() bool { return c == ClassCandidate || c == ClassIncluded }

// refused reports whether a path of this class is no candidate though it lies
// where candidates do.
func (c Class) refused() bool {
	switch c {
	case ClassPersisted, ClassMounted, ClassStorage, ClassSystem, ClassExcluded:
		return true
	case ClassUnknown, ClassCandidate, ClassIncluded, ClassRoot, ClassOutside, ClassLinked:
	}
	return false
}

// SystemDirs are never entered: the Nix store, and what the kernel and the boot
// fill anew (file-hierarchy(7)).
func SystemDirs() []string { return []string{"/nix", "/proc", "/sys", "/dev", "/run"} }

// Persisted is a path that the configuration keeps.
type Persisted struct {
	// Path is absolute and clean.
	Path string
	// Source says where it is declared: "config.json:3:17: persistedDirs[3]".
	Source string
	// Key is the short form of Source, without the file: "persistedDirs[3]".
	Key string
}

// Rules is what a policy is made of. All paths are absolute and clean.
type Rules struct {
	// Mounts is the mount table; nil means that nothing is mounted anywhere.
	Mounts *mounts.Table
	// Roots are the trees that a reboot wipes; none means "/". A root is always
	// entered, also where it is a mount point or matches a pattern.
	Roots []string
	// Storage lists where persistent data lives: never entered.
	Storage []string
	// Persisted lists what the configuration keeps.
	Persisted []Persisted
	// Include lists what is a candidate whatever else is said of it.
	Include []string
	// Exclude holds the exclude patterns; nil excludes nothing.
	Exclude *pattern.Set
	// Only limits the work to what lies at or below these; none means no limit.
	Only []string
}

// Policy gives the verdict on every path, to the walk and to whoever asks for
// one path. It never changes and may be used by any number of goroutines.
type Policy struct {
	marks   *ruleNode
	exclude *pattern.Set
	roots   []string
	hidden  []string // what symlinks into are no candidates
	// shows is Options.Excluded.
	shows func(pattern.Pattern) bool
}

// NewPolicy compiles rules.
func NewPolicy(rules Rules) *Policy {
	p := &Policy{marks: new(ruleNode), exclude: rules.Exclude}
	if p.exclude == nil {
		p.exclude, _ = pattern.Compile(nil) // no pattern, no error
	}
	roots := rules.Roots
	if len(roots) == 0 {
		roots = []string{"/"}
	}
	// What is said later overrides what was said before.
	if rules.Mounts != nil {
		for _, mount := range rules.Mounts.Points() {
			p.set(mount.Point, ruleNode{class: ClassMounted, mount: mount})
		}
	}
	for _, dir := range SystemDirs() {
		p.set(dir, ruleNode{class: ClassSystem})
	}
	for _, dir := range rules.Storage {
		p.set(dir, ruleNode{class: ClassStorage})
	}
	for _, root := range roots {
		m := p.marks.at(root)
		m.root, m.class = true, ClassUnknown
	}
	for _, kept := range rules.Persisted {
		p.set(kept.Path, ruleNode{class: ClassPersisted, source: kept.Source, key: kept.Key})
	}
	for _, path := range rules.Include {
		p.marks.at(path).keep = true
	}
	for _, path := range rules.Only {
		p.marks.at(path).only = true
	}
	p.marks.only = p.marks.only || len(rules.Only) == 0
	p.marks.seal()
	p.roots = roots
	p.hidden = append([]string{"/nix"}, rules.Storage...)
	return p
}

// Roots returns the trees that the reboot wipes.
func (p *Policy) Roots() []string { return p.roots }

// set makes a path a boundary.
func (p *Policy) set(path string, to ruleNode) {
	m := p.marks.at(path)
	m.class, m.source, m.key, m.mount = to.class, to.source, to.key, to.mount
}

// region says what kind of ground a directory stands on.
type region uint8

const (
	regionOutside  region = iota // no root above, or past a boundary
	regionInside                 // what is here will be lost
	regionExcluded               // below an excluded directory
	regionShown                  // the same, where Options.Excluded asks for it
)

// place is all that decides about the entries of a directory, apart from their
// names.
type place struct {
	mark    *ruleNode
	exclude pattern.State
	region  region
	limited bool // the work is limited to paths that do not hold this directory
	tagged  bool // it has a CACHEDIR.TAG, or lies below one that has, where Options.Tags asks
}

// plain reports whether only exclude patterns matter to the entries.
func (at place) plain() bool {
	return at.mark == nil && at.region == regionInside && !at.limited
}

// scanned reports whether the directory's entries are to be read. Where they are
// not, the directory may still have marked entries that a walk has to reach.
func (at place) scanned() bool {
	return (at.region == regionInside || at.region == regionShown) && !at.limited
}

// mayContainCandidates reports whether anything in the directory can be a candidate.
func (at place) mayContainCandidates() bool { return at.scanned() || at.mark != nil && at.mark.below }

// included reports whether the path itself, whose contents have this place, is
// always a candidate.
func (at place) included() bool { return at.mark != nil && at.mark.keep && !at.limited }

// start is the place of the directory "/".
func (p *Policy) start() place {
	at := place{mark: p.marks, exclude: pattern.Start, limited: !p.marks.only}
	if p.marks.root && p.marks.class == ClassUnknown {
		at.region = regionInside
	}
	return at
}

// step gives the verdict on an entry of the directory at, and the place of that
// entry's own contents. This one function is the policy: the walk and Judge
// differ only in where their names come from. Whether the entry is included by
// hand is asked of the place by included.
func (p *Policy) step(at place, name []byte, isDir bool) (Class, place) {
	m := at.mark.child(name)
	in := place{mark: m, region: at.region, limited: at.limited && (m == nil || !m.only), tagged: at.tagged}
	if isDir {
		in.exclude = p.exclude.Enter(at.exclude, name)
	}
	var class Class
	switch {
	case m != nil && m.class != ClassUnknown:
		class, in.region = m.class, regionOutside
	case m != nil && m.root:
		class, in.region = ClassRoot, regionInside
	case at.region == regionOutside:
		class = ClassOutside
	case at.region == regionExcluded:
		class = ClassExcluded
	case p.exclude.Match(at.exclude, name, isDir):
		class, in.region = ClassExcluded, p.below(at.exclude, name, isDir)
	case at.region == regionShown:
		class = ClassExcluded
	default:
		class = ClassCandidate
	}
	return class, in
}

// below returns the region of what a pattern excludes.
func (p *Policy) below(at pattern.State, name []byte, isDir bool) region {
	if p.shows != nil {
		if found, ok := p.exclude.Find(at, name, isDir); ok && p.shows(found) {
			return regionShown
		}
	}
	return regionExcluded
}

// showing returns the policy for a walk that hands over what the patterns exclude
// for which shows holds.
func (p *Policy) showing(shows func(pattern.Pattern) bool) *Policy {
	with := *p
	with.shows = shows
	return &with
}

// Verdict is what a policy says of one path, and why.
type Verdict struct {
	Class Class
	// By is the path that decided: the one asked for, or one above it.
	By string
	// Source and Key are the declaration that persists By; see Persisted.
	Source, Key string
	// Mount is what is mounted at By.
	Mount *mounts.Mount
	// Pattern is what excludes By.
	Pattern pattern.Pattern
	// Target is what the symlink By points to.
	Target string
}

// Judge gives the verdict on an absolute, clean path that holds no symlink but
// at its end. It does not look at the disk; isDir tells what the path itself is.
func (p *Policy) Judge(name string, isDir bool) Verdict {
	at := p.start()
	v := Verdict{Class: ClassOutside, By: "/"}
	if at.region == regionInside {
		v.Class = ClassRoot
	}
	done := 0
	for part := range components(name) {
		done += 1 + len(part)
		dir := isDir || done < len(name)
		class, in := p.step(at, []byte(part), dir)
		switch {
		case class == ClassCandidate:
			v = Verdict{Class: class, By: name}
		case class == ClassExcluded && at.region == regionInside:
			found, _ := p.exclude.Find(at.exclude, []byte(part), dir)
			v = Verdict{Class: class, By: name[:done], Pattern: found}
		case class != ClassExcluded && class != ClassOutside:
			v = Verdict{Class: class, By: name[:done]}
			if class != ClassRoot {
				v.Source, v.Key, v.Mount = in.mark.source, in.mark.key, in.mark.mount
			}
		}
		// Otherwise what decided above decides here too.
		at = in
	}
	if at.included() {
		return Verdict{Class: ClassIncluded, By: name}
	}
	return v
}

// Hides reports whether a symlink with this target, absolute or relative to the
// directory it lies in, points into the Nix store or into storage, so that it
// holds no data of its own.
func (p *Policy) Hides(dir, target string) bool {
	if !strings.HasPrefix(target, "/") {
		target = path.Join(dir, target)
	}
	target = path.Clean(target)
	for _, h := range p.hidden {
		if paths.AtOrBelow(target, h) {
			return true
		}
	}
	return false
}
