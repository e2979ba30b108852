package owner

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
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

// Unit returns what a unit declares. The name may be an alias, that of an instance of a
// template, and without ".service". Of the same name, the unit of the system comes before those
// of users, in the order of their homes.
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

// build makes the table out of the parts.
func (t *Table) build(p parts) {
	t.units = p.units
	slices.SortStableFunc(t.units, func(a, b Declaration) int {
		if a.Manager != b.Manager {
			return int(a.Manager) - int(b.Manager)
		}
		return compareText(a.Home+" "+a.Name, b.Home+" "+b.Name)
	})
	t.indexUnits()
	homeOf := map[string]account{}
	for _, a := range p.accounts {
		if _, twice := homeOf[a.name]; !twice && a.home != "" {
			homeOf[a.name] = a
		}
	}
	byUser := map[string][]string{}
	for i := range t.units {
		d := &t.units[i]
		if d.State != StateLoaded {
			continue
		}
		t.claimsOfUnit(d, homeOf)
		if d.User != "" && d.Manager == ManagerSystem {
			byUser[d.User] = append(byUser[d.User], d.Name)
		}
	}
	for _, c := range p.tmpfiles {
		t.claims.add(t.ofTmpfiles(c, byUser))
	}
	for _, c := range p.places {
		// A home is a container too, but systemd-homed knows whose.
		if c.from.Source == SourceHomed || !t.homes.Container(c.path) {
			t.claims.add(c)
		}
	}
	t.claims.sort()
	t.buildPrograms(p.desktop, p.binaries)
}

// indexUnits makes units known by name, alias and stem. A service comes before a template.
func (t *Table) indexUnits() {
	add := func(prefix, name string, i int) {
		if _, twice := t.unitAt[prefix+name]; !twice {
			t.unitAt[prefix+name] = i
		}
	}
	for _, templates := range [...]bool{false, true} {
		for i := range t.units {
			d := &t.units[i]
			if d.Template != templates {
				continue
			}
			prefix := ""
			if d.Manager == ManagerUser {
				prefix = d.Home + " "
			}
			add(prefix, d.Name, i)
			for _, alias := range d.Aliases {
				add(prefix, alias, i)
			}
		}
	}
	t.indexStems()
}

// indexStems makes the system's units known by the names that their directories may have: first by
// the names and aliases of services, then of templates, and then by the programs that they run.
func (t *Table) indexStems() {
	add := func(name string, stems ...string) {
		for _, stem := range stems {
			if _, taken := t.byStem[stem]; !taken && len(stem) > 1 && !genericStems[stem] {
				t.byStem[stem] = name
			}
		}
	}
	eachUnit := func(visit func(d *Declaration, plain bool)) {
		for i := range t.units {
			if d := &t.units[i]; d.Manager == ManagerSystem && d.State == StateLoaded {
				visit(d, !strings.Contains(d.Name, "@"))
			}
		}
	}
	for _, plain := range [...]bool{true, false} {
		eachUnit(func(d *Declaration, isPlain bool) {
			if plain != isPlain {
				return
			}
			for _, name := range append([]string{d.Name}, d.Aliases...) {
				add(d.Name, stems(name)...)
			}
		})
	}
	eachUnit(func(d *Declaration, _ bool) {
		program := known.Normalize(d.Program)
		if strings.HasPrefix(d.Name, program) {
			add(d.Name, program)
		}
	})
	eachUnit(func(d *Declaration, _ bool) {
		program := known.Normalize(d.Program)
		add(d.Name, program, strings.TrimSuffix(program, "d"))
	})
}

// genericStems are names that say nothing: those of helpers and of what every system has.
var genericStems = map[string]bool{
	"true": true, "sh": true, "bash": true, "env": true, "systemd": true, "echo": true, "test": true, "mkdir": true, "chown": true, "install": true, "rm": true,
	"systemctl": true, "python": true, "python3": true, "perl": true, "java": true, "node": true, "init": true, "log": true, "lib": true, "local": true,
	"kill": true, "touch": true, "cat": true, "chmod": true, "start": true, "stop": true, "systemd-": true, "user": true, "users": true,
}

// stems returns the names that a directory of a unit may have: the unit's own, and without "d",
// "-daemon" and "-server" behind.
func stems(unit string) []string {
	stem := strings.TrimSuffix(unit, ".service")
	stem, _, _ = strings.Cut(stem, "@")
	stem = known.Normalize(stem)
	list := []string{stem}
	for _, suffix := range [...]string{"-daemon", "-server", "d"} {
		if short, ok := strings.CutSuffix(stem, suffix); ok && len(short) > 2 {
			list = append(list, short)
		}
	}
	return list
}

// sameStem reports whether a unit is named after a directory.
func sameStem(unit, base string) bool {
	return slices.Contains(stems(unit), known.Normalize(strings.TrimLeft(base, ".")))
}

// claimsOfUnit adds what a unit says of paths.
func (t *Table) claimsOfUnit(d *Declaration, homeOf map[string]account) {
	say := claim{typ: TypeUnit, name: d.Name, unit: d.Name}
	for _, dir := range d.Directories {
		c := say
		c.path, c.kind, c.mode, c.guess, c.from = dir.Data, dir.Kind, dir.Mode, dir.Default, dir.From
		switch {
		case d.Manager != ManagerSystem || d.Dynamic && dir.Kind != KindConfig:
		case dir.Kind == KindConfig || d.User == "": // the directory of ConfigurationDirectory= is root's
			c.user, c.group = "root", "root"
		default:
			c.user, c.group = d.User, d.Group
		}
		if dir.ReadOnly || t.homes.Container(dir.Path) {
			continue
		}
		t.claims.add(c)
		for _, link := range append([]string{dir.Path}, dir.Links...) {
			if link != dir.Data {
				c.path, c.data = link, dir.Data
				t.claims.add(c)
			}
		}
	}
	for _, sign := range d.Paths {
		if t.homes.Container(sign.Path) || strings.HasPrefix(sign.Path, "/etc/") && !sameStem(d.Name, path.Base(t.top(sign.Path))) {
			continue // settings of another program, which it may change
		}
		c := say
		c.path, c.from = sign.Path, sign.From
		t.claims.add(c)
	}
	if a, ok := homeOf[d.User]; ok && d.Manager == ManagerSystem && strings.HasPrefix(a.home, "/var/") && !t.homes.Container(a.home) {
		c := say
		c.path, c.user = a.home, a.name
		c.from = Evidence{SourcePasswd, "/etc/passwd", a.line, "the home of User=" + a.name}
		t.claims.add(c)
	}
}

// ofTmpfiles completes a claim of tmpfiles.d with the unit that has the name of the file or of the
// directory, or that alone runs as the user of the line.
func (t *Table) ofTmpfiles(c claim, byUser map[string][]string) claim {
	if t.homes.Container(c.path) { // owner and mode of a directory that many use
		c.typ, c.name = TypeUnknown, ""
		return c
	}
	unit := t.byStem[known.Normalize(c.name)]
	if top := t.top(c.path); unit == "" && c.name != "" && !t.homes.Container(top) {
		unit = t.byStem[known.Normalize(path.Base(top))]
	}
	if users := byUser[c.user]; unit == "" && c.user != "root" && len(users) == 1 {
		unit = users[0]
	}
	if unit != "" {
		c.typ, c.name, c.unit = TypeUnit, unit, unit
	}
	return c
}

// Of returns what is known of a path, which is absolute and clean. It need not exist.
func (t *Table) Of(name string) Owner {
	var o Owner
	found := t.above(name)
	t.decide(&o, name, found)
	t.program(&o, name)
	t.guess(&o, name)
	t.kind(&o, name, found)
	t.mode(&o, name)
	o.Share, o.Kept = known.Keeper(t.homes, name)
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
		o.Program = t.units[i].Program
		o.ProgramFrom = Evidence{Source: SourceName, File: t.units[i].File, Text: "ExecStart= runs it"}
		return
	}
	if ok {
		o.Program = t.canonical(pair.Program)
		o.ProgramFrom = Evidence{Source: SourceKnowledge, File: "program-paths.tsv", Text: pair.Program + " and " + of + ": " + pair.Sources}
		return
	}
	top := t.top(name)
	if i, ok := t.byName[known.Normalize(strings.TrimLeft(path.Base(top), "."))]; ok && !t.homes.Container(top) && !t.own(name) {
		o.Program = t.programs[i].Name
		o.ProgramFrom = Evidence{Source: SourceName, File: t.programs[i].File, Text: "the directory is named after it"}
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
		o.Program = t.units[i].Program
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

// Paths returns the paths that sources claim, without those of templates, sorted.
func (t *Table) Paths() []string { return slices.Sorted(maps.Keys(t.claims.exact)) }
