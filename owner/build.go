package owner

import (
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

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
	t.buildPrograms(p.desktop, p.binaries, p.packages)
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
	"true": true, "sh": true, "bash": true, "env": true, "systemd": true, "system": true, "echo": true, "test": true, "mkdir": true, "chown": true, "install": true, "rm": true,
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
		if t.homes.Container(sign.Path) || t.ofAnother(d, sign) {
			continue
		}
		c := say
		c.path, c.from = sign.Path, sign.From
		t.claims.add(c)
	}
	// Several units may run as one user. The home is that of the unit with its name, if there is one.
	a, ok := homeOf[d.User]
	if ok && d.Manager == ManagerSystem && strings.HasPrefix(a.home, "/var/") && !t.homes.Container(a.home) {
		c := say
		if named := t.byStem[known.Normalize(path.Base(a.home))]; named != "" && named != d.Name {
			c = claim{}
		}
		c.path, c.user = a.home, a.name
		c.from = Evidence{SourcePasswd, "/etc/passwd", a.line, "the home of User=" + a.name}
		t.claims.add(c)
	}
}

// ofAnother reports settings of another program, which a unit may change. What is beside the file
// that names it is its own.
func (t *Table) ofAnother(d *Declaration, sign PathSign) bool {
	return strings.HasPrefix(sign.Path, "/etc/") && !paths.Below(sign.Path, path.Dir(sign.From.File)) && !sameStem(d.Name, path.Base(t.top(sign.Path)))
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
