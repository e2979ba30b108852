package owner

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Of returns what is known of a path, which is absolute and clean. It need not exist.
func (t *Table) Of(name string) Owner {
	var o Owner
	found := t.above(name)
	t.decide(&o, name, found)
	t.program(&o, name)
	t.guess(&o, name)
	o.Share, o.Kept = known.Keeper(t.homes, name)
	t.kind(&o, name, found)
	t.mode(&o, name)
	return o
}

// above returns the claims of a path and of the directories above it that are not containers, the
// deepest first.
func (t *Table) above(name string) [][]claim {
	found := [][]claim{t.claims.at(name)}
	for dir := range paths.Ancestors(name) {
		if dir == "/" || t.homes.Container(dir) {
			break
		}
		found = append(found, t.claims.at(dir))
	}
	return found
}

// top returns the topmost directory at or above a path that is not a container. People keep
// /var/log as a whole, but its directories belong to units.
func (t *Table) top(name string) string {
	for dir := range paths.Ancestors(name) {
		if dir == "/" || dir == "/var/log" || t.homes.Container(dir) {
			break
		}
		name = dir
	}
	return name
}

// decide sets the owner by the claims: the best rank, and of one rank the deepest directory.
func (t *Table) decide(o *Owner, name string, found [][]claim) {
	var best *claim
	for i := range found {
		for j := range found[i] {
			c := &found[i][j]
			if c.typ == TypeUnknown || c.name == "" {
				continue
			}
			if best == nil || c.from.Source.rank() < best.from.Source.rank() {
				best = c
			}
		}
	}
	if best == nil {
		return
	}
	o.Type, o.Name, o.From, o.Path, o.Data = best.typ, best.name, best.from, best.path, best.data
	if o.Data != "" { // the instance of a template is that of the path
		o.Data = instanceOf(best.data, best.path, o.pathIn(name, best.path))
	}
	o.Unit, o.UnitFrom = best.unit, best.from
	for _, list := range found {
		for _, c := range list {
			if c.unit != "" && c.path == best.path {
				o.Units = append(o.Units, c.unit)
			}
		}
	}
	slices.Sort(o.Units)
	o.Units = slices.Compact(o.Units)
	if o.Unit == "" {
		o.UnitFrom = Evidence{}
	}
	if best.typ == TypeProgram {
		o.Program, o.ProgramFrom = best.name, best.from
	}
}

// pathIn returns the directory at or above a path that has as many components as a glob.
func (o *Owner) pathIn(name, glob string) string {
	for strings.Count(name, "/") > strings.Count(glob, "/") {
		name = path.Dir(name)
	}
	return name
}

// instanceOf replaces the components of a glob by those of a path, as far as both paths end alike.
func instanceOf(data, glob, name string) string {
	if !strings.Contains(data, "*") {
		return data
	}
	d, g, n := strings.Split(data, "/"), strings.Split(glob, "/"), strings.Split(name, "/")
	for i := 1; i <= len(d) && i <= len(g) && i <= len(n); i++ {
		if d[len(d)-i] == g[len(g)-i] {
			d[len(d)-i] = n[len(n)-i]
		}
	}
	return strings.Join(d, "/")
}

// program sets the program by what public configurations tie to the path, or by the name of the
// directory.
func (t *Table) program(o *Owner, name string) {
	if o.Program != "" || o.Type == TypeUser {
		return
	}
	of, pair, named, ok := bestPair(t.homes, name)
	if i, found := t.unitAt[o.Unit]; found && !named && t.units[i].Program != "" {
		o.Program = t.ofUnit(&t.units[i])
		o.ProgramFrom = Evidence{Source: SourceName, File: t.units[i].File, Text: "ExecStart= runs it"}
		return
	}
	after, isNamed := t.namedAfter(name)
	if ok && (named || !isNamed || !after.Installed) {
		o.Program = t.canonical(pair.Program)
		text := fmt.Sprintf("%d of the %d that tie %s to a program name %s", pair.Repositories, pair.Of, of, pair.Program)
		o.ProgramFrom = Evidence{Source: SourceKnowledge, File: "program-paths.tsv", Text: text}
		return
	}
	if isNamed {
		o.Program = after.Name
		o.ProgramFrom = Evidence{Source: SourceName, File: after.File, Text: "the directory is named after it"}
	}
}

// own reports whether a path is in a home but not below a directory of programs: its first
// component does not begin with a dot.
func (t *Table) own(name string) bool {
	rel, ok := t.homes.Within(name)
	return ok && rel != "." && !strings.HasPrefix(rel, ".")
}

// guess sets the owner where no claim does: by name, by what is known, and by location.
func (t *Table) guess(o *Owner, name string) {
	if o.Unit == "" {
		o.Unit, o.UnitFrom = t.unitByName(o, name)
		if o.Unit != "" {
			o.Units = []string{o.Unit}
		}
	}
	if i, ok := t.unitAt[o.Unit]; ok && o.Program == "" && t.units[i].Program != "" {
		o.Program = t.ofUnit(&t.units[i])
		o.ProgramFrom = Evidence{Source: SourceName, File: t.units[i].File, Text: "ExecStart= runs it"}
	}
	switch {
	case o.Type != TypeUnknown:
	case o.Unit != "":
		o.Type, o.Name, o.From, o.Path = TypeUnit, o.Unit, o.UnitFrom, t.top(name)
	case o.Program != "":
		o.Type, o.Name, o.From, o.Path = TypeProgram, o.Program, o.ProgramFrom, t.top(name)
	case t.own(name):
		o.Type, o.Name, o.Path = TypeUser, t.userAt(name), t.top(name)
		o.From = Evidence{Source: SourceLocation, Text: "in the home, and not hidden"}
	}
}

// unitByName returns the unit after which a directory of the system is named, or that has the name
// of the program that uses it.
func (t *Table) unitByName(o *Owner, name string) (string, Evidence) {
	top := t.top(name)
	if _, inHome := t.homes.Within(name); inHome || t.homes.Container(top) || o.Type == TypeUser {
		return "", Evidence{}
	}
	unit, from := t.byStem[known.Normalize(strings.TrimLeft(path.Base(top), "."))], Evidence{Source: SourceName, Text: "the directory is named after it"}
	if p, ok := t.ProgramNamed(o.Program); ok && unit == "" {
		from = o.ProgramFrom
		for _, name := range p.Names {
			if unit = t.byStem[name]; unit != "" {
				break
			}
		}
	}
	i, ok := t.unitAt[unit]
	if !ok {
		return "", Evidence{}
	}
	if from.File == "" {
		from.File = t.units[i].File
	}
	return unit, from
}

// userAt returns the name of the user in whose home a path is, or that of the home.
func (t *Table) userAt(name string) string {
	best := User{}
	for _, u := range t.users {
		if paths.AtOrBelow(name, u.Home) && len(u.Home) > len(best.Home) {
			best = u
		}
	}
	if best.Name == "" {
		if rest, ok := strings.CutPrefix(name, "/home/"); ok {
			best.Name, _, _ = strings.Cut(rest, "/")
			for _, c := range t.claims.at("/home/" + best.Name) {
				if c.from.Source == SourceHomed { // "bob.homedir" is the home of bob
					best.Name = c.name
				}
			}
		} else if paths.AtOrBelow(name, "/root") {
			best.Name = "root"
		}
	}
	return best.Name
}

// mode sets mode, user and group of exactly this path. What a unit gives comes before a line of
// tmpfiles.d, that before the default of a unit, and what people write is a hint.
func (t *Table) mode(o *Owner, name string) {
	for _, guess := range [...]bool{false, true} {
		for _, c := range t.claims.at(name) {
			if c.mode != "" && c.guess == guess && o.Mode == "" {
				o.Mode, o.ModeFrom = c.mode, c.from
			}
			if o.User == "" && c.user != "" && c.guess == guess {
				o.User, o.Group = c.user, c.group
			}
		}
	}
	if entry, ok := known.Lookup(t.homes, name); ok && o.Mode == "" && entry.Mode != "" {
		o.Mode = entry.Mode
		o.ModeFrom = Evidence{Source: SourceKnowledge, File: "known-paths.tsv", Text: "the mode that configurations give most often"}
	}
}
