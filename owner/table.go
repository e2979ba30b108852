package owner

import (
	"maps"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// Table is what the sources say. It never changes, and is safe for concurrent use.
type Table struct {
	opts     Options
	homes    known.Homes
	users    []User
	units    []Declaration
	unitAt   map[string]int // a name or alias of the system's units, and "HOME NAME" of users' units
	byStem   map[string]string
	claims   claims
	programs []Program
	byName   map[string]int // a normalised name to a program
	problems []Problem
}

func newTable(opts Options) *Table {
	return &Table{
		opts: opts, unitAt: map[string]int{}, byStem: map[string]string{}, claims: claims{exact: map[string][]claim{}}, byName: map[string]int{},
	}
}

// Problems returns the files and directories that could not be read, sorted by path.
func (t *Table) Problems() []Problem { return t.problems }

// Users returns the users whose files were read.
func (t *Table) Users() []User { return t.users }

// Units returns the service units of the system and of users, sorted by manager, home and
// name. Templates, instances that are pulled in, and masked units are among them; aliases are not.
func (t *Table) Units() []Declaration { return t.units }

// Unit returns what a unit declares. The name may be an alias or that of an instance of a template,
// with or without ".service". If several units have the name, that of the system is returned,
// otherwise that of the first user in the order of homes.
func (t *Table) Unit(name string) (Declaration, bool) {
	if !strings.HasSuffix(name, ".service") {
		name += ".service"
	}
	candidates := []string{name}
	if before, rest, ok := strings.Cut(name, "@"); ok && rest != ".service" {
		candidates = append(candidates, before+"@.service")
	}
	for _, candidate := range candidates {
		if i, ok := t.unitAt[candidate]; ok {
			return t.units[i], true
		}
		for _, u := range t.users {
			if i, ok := t.unitAt[u.Home+" "+candidate]; ok {
				return t.units[i], true
			}
		}
	}
	return Declaration{}, false
}

// Paths returns the paths that sources claim, without those of templates, sorted.
func (t *Table) Paths() []string { return slices.Sorted(maps.Keys(t.claims.exact)) }
