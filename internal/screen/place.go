package screen

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/tui"
	"github.com/DaRacci/list-ephemeral/tui/places"
)

// unlikelyShare is the percentage of configurations from which a place is likely to be worth keeping,
// whatever kind of data it is. A third of configurations keep /var/log.
const unlikelyShare = 10

// Place implements tui.Machine.
func (m Machine) Place(path string) tui.Place {
	o := m.OwnerOf(path)
	place := tui.Place{Owner: indexOwner(&o), Kept: o.Share.Repositories, Home: m.homeOf(path), Secret: m.identity(path)}
	place.Coming, _ = m.coming(path)
	if place.Secret || place.Coming == places.ComingRemoved || 100*place.Kept >= unlikelyShare*known.Repositories {
		return place
	}
	switch o.Kind {
	case owner.KindCache:
		place.Unlikely = "caches"
	case owner.KindLog:
		place.Unlikely = "logs"
	case owner.KindRuntime:
		place.Unlikely = "of the running system"
	case owner.KindRegenerated:
		place.Unlikely = "made again"
	case owner.KindUnknown, owner.KindState, owner.KindConfig, owner.KindData:
		if known.Rewritten(path) {
			place.Unlikely = "rewritten at boot"
		}
	}
	return place
}

// comings are the changes of the next boot as the screen has them.
var comings = map[report.Coming]places.Coming{
	report.ComingKept: places.ComingKept, report.ComingRemoved: places.ComingRemoved, report.ComingMissing: places.ComingMissing,
}

// coming returns what the next boot changes about a path. If a place contains a path that is no longer
// kept, it returns that one too.
func (m Machine) coming(path string) (change places.Coming, at string) {
	of := m.ComingOf(path)
	if !m.Splits(path) {
		of, at = m.ComingOfPlace(path)
	}
	return comings[of], at
}

// RemovedIn implements tui.Machine.
func (m Machine) RemovedIn(place string) string {
	_, at := m.coming(place)
	return at
}

// identity reports whether a path identifies the machine or a user, or is a secret.
func (m Machine) identity(path string) bool {
	if m.ScanRules.Classes == nil {
		return false
	}
	classes := m.ScanRules.Classes()
	return classes.Of(path, known.File{Kind: known.FileDirectory}).Class == known.ClassIdentity ||
		classes.Of(path, known.File{Kind: known.FileRegular}).Class == known.ClassIdentity
}

// homeOf returns the home directory that a path is in, or "".
func (m Machine) homeOf(path string) string {
	rel, found := m.places.Within(path)
	switch {
	case !found:
		return ""
	case rel == ".":
		return path
	}
	return strings.TrimSuffix(path, "/"+rel)
}

func indexOwner(o *owner.Owner) (whose index.Owner) {
	if o.Name != "" {
		whose = index.Owner{Type: o.Type.String(), Name: o.Name}
	}
	return whose
}
