package check

import "github.com/DaRacci/list-ephemeral/boot"

// rootWiped checks whether "/" is a tree that a boot wipes.
func (c *checker) rootWiped(r *Result) {
	tree := c.Trees.At("/")
	f := Finding{Path: "/", Fate: tree.Fate}
	for _, e := range tree.Evidence {
		if e.Fate == tree.Fate {
			f.Evidence = e
			break
		}
	}
	switch tree.Fate {
	case boot.Wiped:
		f.Kind, f.Severity = TreeWiped, OK
		if e, ok := contradiction(tree); ok {
			f.Kind, f.Severity, f.Evidence = TreeKept, Warning, e
		}
	case boot.Kept:
		f.Kind, f.Severity = TreeKept, Note
		if c.keepsApart() {
			f.Severity = Warning
		}
	case boot.Unknown:
		f.Kind, f.Severity = TreeUnknown, Note
	}
	r.add(f)
}

// contradiction returns evidence that a tree is kept although the user says that it is wiped.
func contradiction(tree boot.Tree) (boot.Evidence, bool) {
	for _, e := range tree.Evidence {
		if e.Fate == boot.Kept {
			return e, true
		}
	}
	return boot.Evidence{}, false
}

// keepsApart reports whether something is mounted from storage, which means that "/" is meant to
// be wiped.
func (c *checker) keepsApart() bool {
	for _, mount := range c.Table.Points() {
		if in, _ := c.storageOf(mount.Point); in != "" {
			return true
		}
	}
	return false
}

// rollbackDone checks whether a rollback has moved the subvolume at "/" away without a new one,
// and whether subvolumes of earlier boots are mounted, which keeps a rollback from deleting them.
func (c *checker) rollbackDone(r *Result) {
	for _, tree := range c.Trees.All() {
		if tree.Mount.FSType != "btrfs" {
			continue
		}
		half := false
		for _, e := range tree.Evidence {
			if e.Kind == boot.KindHalfDone {
				half = true
				r.add(Finding{Kind: HalfDone, Severity: Failure, Path: tree.Point, Other: e.Path})
			}
		}
		if !half && tree.Point == tree.Mount.Point && boot.IsOldRoot(tree.Mount.Root) {
			r.add(Finding{Kind: OldRootMounted, Severity: Warning, Path: tree.Point, Other: tree.Mount.Root})
		}
	}
}
