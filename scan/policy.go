package scan

import (
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

// Class is the verdict on a path: what happens to it at the next reboot, and why.
type Class uint8

// The classes. Only ClassCandidate and ClassIncluded are listed.
const (
	ClassUnknown   Class = iota
	ClassCandidate       // will be lost
	ClassIncluded        // always listed, because the configuration says so
	ClassRoot            // the top of a tree that will be lost
	ClassPersisted       // kept by the user's configuration
	ClassMounted         // a mount point: its contents are stored elsewhere
	ClassStorage         // persistent storage
	ClassSystem          // created again at every boot, or managed by Nix: never entered
	ClassExcluded        // matched by an exclude pattern
	ClassOutside         // not in a tree that a reboot wipes
	ClassLinked          // a symlink into the Nix store or storage
	ClassHidden          // of no worth to its owner: regenerated, runtime, managed or cache
	ClassLayer           // a layer of an overlay, which is scanned at its mount point
	ClassLower           // in a lower layer of an overlay only: a boot brings it back
)

var classNames = [...]string{
	"unknown", "candidate", "included", "root", "persisted", "mounted",
	"storage", "system", "excluded", "outside", "linked",
	"hidden", "layer", "lower",
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

// nonCandidate reports whether a path of this class is not a candidate although it is among candidates.
func (c Class) nonCandidate() bool {
	switch c {
	case ClassPersisted, ClassMounted, ClassStorage, ClassSystem, ClassExcluded, ClassHidden, ClassLayer:
		return true
	case ClassUnknown, ClassCandidate, ClassIncluded, ClassRoot, ClassOutside, ClassLinked, ClassLower:
	}
	return false
}

// SystemDirs returns the directories that are never entered: the Nix store, and the directories
// that the kernel and each boot fill again (file-hierarchy(7)).
func SystemDirs() []string { return []string{"/nix", "/proc", "/sys", "/dev", "/run"} }

// Persisted is a path that the configuration keeps.
type Persisted struct {
	// Path is absolute and clean.
	Path string
	// Source is the place of the declaration: "config.json:3:17: persistedDirs[3]".
	Source string
	// Key is the short form of Source, without the file: "persistedDirs[3]".
	Key string
}

// Rules is the input of NewPolicy. All paths are absolute and clean.
type Rules struct {
	// Mounts is the mount table; nil means that nothing is mounted.
	Mounts *mounts.Table
	// Roots are the trees that a reboot wipes; empty means "/". A root is always entered, even if
	// it is a mount point or matches a pattern.
	Roots []string
	// Storage lists the directories of persistent storage. They are never entered.
	Storage []string
	// Persisted lists the paths that the configuration keeps.
	Persisted []Persisted
	// Declared lists the paths that are declared persistent but not kept: their files are candidates,
	// and the directories above them cannot be kept as a whole.
	Declared []string
	// Include lists paths that are always candidates, whatever other rules apply.
	Include []string
	// Overlays are the overlays whose upper directory is read in place of the mount point.
	Overlays []Overlay
	// Exclude contains the exclude patterns; nil excludes nothing.
	Exclude *pattern.Set
	// Classes returns the classes of data on this machine. They say which symlinks into the Nix
	// store a boot makes again; nil says that it makes all of them. It is called only if needed,
	// from several goroutines at once.
	Classes func() *known.Classes
	// Hide hides paths that are regenerated, runtime, managed or cache by Classes: they are lost,
	// but are not candidates.
	Hide bool
	// Stated says that the user named the roots. Then the class of a root does not hide what is in
	// it.
	Stated bool
	// Only limits the work to these paths and everything below them; empty means no limit.
	Only []string
}

// Policy gives the verdict on every path, for walks and for single paths. It never changes and is
// safe for concurrent use.
type Policy struct {
	marks   *ruleNode
	exclude *pattern.Set
	roots   []string
	classes func() *known.Classes
	known   *known.Classes // those, with hide
	hide    bool           // entries that classes hide
	stated  bool
	// shown says that hidden entries are reported or counted, so no directory is pruned.
	shown  bool
	mounts *mounts.Table
	// overlays are those of the rules.
	overlays []Overlay
	storage  []string // symlinks into these are not candidates
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
	// Later rules override earlier ones.
	if rules.Mounts != nil {
		for _, mount := range rules.Mounts.Points() {
			p.set(mount.Point, ruleNode{class: ClassMounted, mount: mount, layer: known.ContainerLayer(mount.Point)})
		}
	}
	for _, dir := range SystemDirs() {
		p.set(dir, ruleNode{class: ClassSystem})
	}
	for _, dir := range rules.Storage {
		p.set(dir, ruleNode{class: ClassStorage})
	}
	p.setOverlays(rules.Overlays)
	for _, root := range roots {
		m := p.marks.at(root)
		m.root, m.class = true, ClassUnknown
		if rules.Mounts != nil && rules.Mounts.At(root).Point == root {
			m.mount = rules.Mounts.At(root)
		}
	}
	for _, kept := range rules.Persisted {
		p.set(kept.Path, ruleNode{class: ClassPersisted, source: kept.Source, key: kept.Key})
	}
	for _, path := range rules.Declared {
		p.marks.at(path).declared = true
	}
	for _, path := range rules.Include {
		p.marks.at(path).keep = true
	}
	for _, path := range rules.Only {
		p.marks.at(path).only = true
	}
	p.marks.only = p.marks.only || len(rules.Only) == 0
	p.marks.seal()
	p.roots, p.mounts = roots, rules.Mounts
	p.classes, p.hide, p.stated = rules.Classes, rules.Hide && rules.Classes != nil, rules.Stated
	if p.hide {
		p.known = rules.Classes()
	}
	p.storage = rules.Storage
	return p
}

// Roots returns the trees that the reboot wipes.
func (p *Policy) Roots() []string { return p.roots }

// set marks a path as a boundary.
func (p *Policy) set(path string, to ruleNode) {
	m := p.marks.at(path)
	m.class, m.source, m.key, m.mount, m.target, m.layer = to.class, to.source, to.key, to.mount, to.target, to.layer
}

// region is the kind of area in which a directory is.
type region uint8

const (
	regionOutside  region = iota // no root above, or past a boundary
	regionInside                 // everything here will be lost
	regionExcluded               // below an excluded directory
	regionShown                  // the same, but Options.Excluded asks for it
)

// place contains everything that decides about the entries of a directory, apart from their names.
type place struct {
	mark    *ruleNode
	exclude pattern.State
	class   known.WalkState
	region  region
	limited bool // the work is limited to paths that do not contain this directory
	// overlay is set where what is lost is in the upper directory of an overlay.
	overlay overlayNumber
	tagged  bool // it or a directory above has a CACHEDIR.TAG, if Options.Tags asks for that
}

// plain reports whether only exclude patterns matter to the entries.
func (at place) plain() bool {
	return at.mark == nil && at.region == regionInside && !at.limited
}

// scanned reports whether the walk reads the directory's entries. If it does not, the directory may
// still have entries with rule nodes that the walk has to reach.
func (at place) scanned() bool {
	return (at.region == regionInside || at.region == regionShown) && !at.limited
}

// mayContainCandidates reports whether anything in the directory can be a candidate.
func (at place) mayContainCandidates() bool { return at.scanned() || at.mark != nil && at.mark.below }

// included reports whether the path itself is always a candidate. at is the place of its contents.
func (at place) included() bool { return at.mark != nil && at.mark.keep && !at.limited }

// start returns the place of the entries of "/".
func (p *Policy) start() place {
	at := place{mark: p.marks, exclude: pattern.Start, limited: !p.marks.only, overlay: p.marks.overlay}
	if p.marks.root && p.marks.class == ClassUnknown {
		at.region = regionInside
	}
	return at
}

// step gives the verdict on an entry of the directory at, and the place of that entry's own
// contents. This function alone is the policy: the walk and Judge differ only in where their names
// come from. The field included of the returned place says whether the entry is always a candidate.
func (p *Policy) step(at place, name []byte, kind Kind) (Class, place) {
	isDir := kind == KindDir
	m := at.mark.child(name)
	in := place{mark: m, region: at.region, limited: at.limited && (m == nil || !m.only), tagged: at.tagged, overlay: m.overlayOr(at.overlay)}
	if isDir {
		in.exclude = p.exclude.Enter(at.exclude, name)
	}
	hides := p.enterClass(at, &in, name, kind)
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
	case hides != hidesNot:
		class = ClassHidden
		if hides == hidesAll {
			in.region = regionExcluded
		}
	default:
		class = ClassCandidate
	}
	return class, in
}

// below returns the region for an entry that a pattern excludes.
func (p *Policy) below(at pattern.State, name []byte, isDir bool) region {
	if p.shows != nil {
		if found, ok := p.exclude.Find(at, name, isDir); ok && p.shows(found) {
			return regionShown
		}
	}
	return regionExcluded
}

// showing returns the policy for a walk that also reports excluded entries: those for whose pattern
// shows returns true.
func (p *Policy) showing(shows func(pattern.Pattern) bool) *Policy {
	with := *p
	with.shows = shows
	return &with
}

// Verdict is the verdict of a policy on one path, and the reason.
type Verdict struct {
	Class Class
	// By is the path whose rule decided: the path itself or one above it.
	By string
	// Source and Key are the declaration that persists By; see Persisted.
	Source, Key string
	// Mount is the mount at By.
	Mount *mounts.Mount
	// Pattern is the pattern that excludes By.
	Pattern pattern.Pattern
	// Finding is why By is hidden.
	Finding known.Finding
	// Target is the target of the symlink By, or, if By is a layer of an overlay, the mount point
	// of the overlay.
	Target string
}

// Judge gives the verdict on a path. The path must be absolute and clean and must not contain
// symlinks, except as its last component. Judge does not access the disk; kind is what the path
// itself is.
func (p *Policy) Judge(name string, kind Kind) Verdict {
	at := p.start()
	v := Verdict{Class: ClassOutside, By: "/"}
	if at.region == regionInside {
		v.Class = ClassRoot
	}
	done := 0
	for part := range components(name) {
		done += 1 + len(part)
		of := kind
		if done < len(name) {
			of = KindDir
		}
		class, in := p.step(at, []byte(part), of)
		switch {
		case class == ClassCandidate:
			v = Verdict{Class: class, By: name}
		case class == ClassExcluded && at.region == regionInside:
			found, _ := p.exclude.Find(at.exclude, []byte(part), of == KindDir)
			v = Verdict{Class: class, By: name[:done], Pattern: found}
		case class == ClassHidden:
			v = Verdict{Class: class, By: name[:done], Finding: p.finding(at, []byte(part), of)}
		case class != ClassExcluded && class != ClassOutside:
			v = Verdict{Class: class, By: name[:done]}
			if class != ClassRoot {
				v.Source, v.Key, v.Mount, v.Target = in.mark.source, in.mark.key, in.mark.mount, in.mark.target
			}
		}
		// Otherwise the rule that decided above decides here too.
		at = in
	}
	if at.included() {
		return Verdict{Class: ClassIncluded, By: name}
	}
	return v
}
