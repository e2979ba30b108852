package owner

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// kind sets the kind of data: by the claims, except below a name that is a cache everywhere; by
// the class of the path; by where caches are; and by location.
func (t *Table) kind(o *Owner, name string, found [][]claim) {
	if c := kindClaim(found); c != nil {
		o.Kind, o.KindFrom = c.kind, c.from
		if rest := strings.TrimPrefix(name, c.path); rest != "" && o.Kind != KindCache && (known.Caches{}).Holds(rest) {
			o.Kind, o.KindFrom = KindCache, Evidence{Source: SourceKnowledge, Text: "a directory with this name is a cache"}
		}
		return
	}
	if t.opts.Classes != nil {
		if f := t.opts.Classes.Of(name, known.File{}); f.Class != known.ClassUnknown {
			o.Kind, o.KindFrom = kindOfClass(f.Class), Evidence{Source: SourceKnowledge, File: "classes.tsv", Text: f.Reason}
			return
		}
	}
	if t.opts.Caches.Holds(name) {
		o.Kind, o.KindFrom = KindCache, Evidence{Source: SourceKnowledge, Text: "a directory with this name or in this place is a cache"}
		return
	}
	t.kindByLocation(o, name)
}

// kindClaim returns the deepest claim that says the kind. For one directory, the sources that know
// it exactly come before tmpfiles.d.
func kindClaim(found [][]claim) *claim {
	for i := range found {
		for j := range found[i] {
			if c := &found[i][j]; c.kind != KindUnknown {
				return c
			}
		}
	}
	return nil
}

func kindOfClass(class known.Class) Kind {
	switch class {
	case known.ClassRegenerated, known.ClassManaged:
		return KindRegenerated
	case known.ClassRuntime:
		return KindRuntime
	case known.ClassCache:
		return KindCache
	case known.ClassLog:
		return KindLog
	case known.ClassIdentity, known.ClassState, known.ClassStateNoise:
		return KindState
	case known.ClassUnknown:
	}
	return KindUnknown
}

// locations say what the files below a directory usually are, file-hierarchy(7) and the XDG Base
// Directory Specification. "~" is a home. The first one that is above a path counts.
var locations = []struct {
	dir  string
	kind Kind
}{
	{"/var/cache", KindCache},
	{"/var/log", KindLog},
	{"/var/lib", KindState},
	{"/var/spool", KindState},
	{"/var/db", KindState},
	{"/var/tmp", KindRuntime},
	{"/tmp", KindRuntime},
	{"/run", KindRuntime},
	{"/etc", KindConfig},
	{"/srv", KindData},
	{"~/.cache", KindCache},
	{"~/.config", KindConfig},
	{"~/.local/share", KindState},
	{"~/.local/state", KindState},
}

func (t *Table) kindByLocation(o *Owner, name string) {
	rel, inHome := t.homes.Within(name)
	for _, l := range locations {
		home, isHome := strings.CutPrefix(l.dir, "~")
		if isHome && inHome && paths.Below("/"+rel, home) || !isHome && paths.Below(name, l.dir) {
			o.Kind, o.KindFrom = l.kind, Evidence{Source: SourceLocation, Text: "in " + l.dir}
			return
		}
	}
	switch {
	case o.Type == TypeUser:
		o.Kind, o.KindFrom = KindData, o.From
	case t.own(name):
		o.Kind, o.KindFrom = KindData, Evidence{Source: SourceLocation, Text: "in the home, and not hidden"}
	case inHome && o.Kept && !t.homes.Container(name): // a directory such as ~/.mozilla, from before the XDG Base Directory Specification
		o.Kind, o.KindFrom = KindState, Evidence{Source: SourceKnowledge, File: "known-paths.tsv", Text: "configurations keep it"}
	}
}
