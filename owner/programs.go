package owner

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// Program is an installed program, or one that public configurations tie to paths.
type Program struct {
	// Name is the name for a filter: that of the command, or the last part of the ID.
	Name string
	// Title is the name for people, or "".
	Title string
	// Names are the normalised names that it matches, sorted: the ID, the command, the class of its
	// windows, the icon, and the names of its directories.
	Names []string
	// File is the desktop file, the directory of the command, or the list of packages; "" if it is not
	// installed.
	File string
	// Installed reports whether a desktop file, a command or a package was found.
	Installed bool
	Source    Source
}

// grouping joins programs that share a name.
type grouping struct {
	programs []Program
	byName   map[string]int
}

// genericNames do not say whose a directory is: names of vendors, of kinds of programs and of parts
// of IDs.
var genericNames = map[string]bool{
	"": true, "application": true, "app": true, "client": true, "desktop": true, "main": true, "gui": true, "launcher": true, "browser": true,
	"preferences-system": true, "utilities-terminal": true, "system-run": true, "applications-system": true, "text-editor": true, "unknown": true,
	"application-x-executable": true, "share": true, "lib": true, "bin": true, "log": true, "test": true, "cache": true, "config": true, "local": true,
	"wine": true, "system-settings": true, "preferences-desktop": true, "web-browser": true,
}

// buildPrograms joins what the sources name: desktop files first, then commands, then packages, then
// the pairs of public configurations, of which the names add to the programs that are there.
func (t *Table) buildPrograms(desktop []entryOfDesktop, binaries []binary, packages []installed) {
	most := len(desktop) + len(binaries) + len(packages)
	g := grouping{byName: t.byName, programs: make([]Program, 0, most)}
	for _, e := range desktop {
		g.addDesktop(e)
	}
	for _, b := range binaries {
		if key := known.Normalize(b.name); !genericNames[key] {
			g.join(Program{Name: b.name, File: b.dir, Installed: true, Source: SourcePath}, []string{key}, nil)
		}
	}
	for _, pkg := range packages {
		if key := known.Normalize(pkg.name); !genericNames[key] {
			g.join(Program{Name: pkg.name, File: pkg.file, Installed: true, Source: SourcePackage}, []string{key}, nil)
		}
	}
	g.addKnown()
	for i := range g.programs {
		p := &g.programs[i]
		slices.Sort(p.Names)
		p.Names = slices.Compact(p.Names)
	}
	t.programs = g.programs
}

// addDesktop adds the program of a desktop file.
func (g *grouping) addDesktop(e entryOfDesktop) {
	last := nameOfID(e.id)
	p := Program{Name: cmp.Or(withoutVersion(e.program), last), Title: e.name, File: e.file, Installed: true, Source: SourceDesktop}
	if e.flatpak != "" || strings.Count(p.Name, ".") >= 2 { // the command is the ID
		p.Name = last
	}
	p.Name = strings.ToLower(p.Name)
	names := []string{e.program, withoutVersion(e.program), last, e.id, e.class, e.icon, e.flatpak}
	for _, name := range []string{e.icon, e.class, e.program} {
		if strings.Count(name, ".") >= 2 {
			names = append(names, nameOfID(name))
		}
	}
	keys := make([]string, 0, len(names))
	for _, name := range names {
		if key := known.Normalize(name); !genericNames[key] {
			keys = append(keys, key)
		}
	}
	if len(keys) > 0 {
		g.join(p, keys, nil)
	}
}

// nameOfID returns the last part of an ID that says whose it is: "spotify" of "com.spotify.Client".
func nameOfID(id string) string {
	for rest := id; ; {
		before, part, found := cutLast(rest, ".")
		if !found {
			return lastPart(id)
		}
		if !genericNames[known.Normalize(part)] {
			return part
		}
		rest = before
	}
}

// withoutVersion removes a version from the name of a command: "gimp" of "gimp-2.10".
func withoutVersion(command string) string {
	name, version, ok := cutLast(command, "-")
	if ok && name != "" && version != "" && strings.Trim(version, "0123456789.") == "" {
		return name
	}
	return command
}

// cutLast cuts a text around the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	if at := strings.LastIndex(text, separator); at >= 0 {
		return text[:at], text[at+len(separator):], true
	}
	return text, "", false
}

// join adds a program under the keys, or adds the keys to the programs that have one of them. more
// are names of which an existing owner keeps its own.
func (g *grouping) join(p Program, keys, more []string) {
	at := -1
	for _, key := range keys {
		i, taken := g.byName[key]
		switch {
		case !taken || i == at:
		case at < 0:
			at = i
		default: // the sources come in the order of their precedence
			g.merge(min(at, i), max(at, i))
			at = min(at, i)
		}
	}
	if at < 0 {
		at = len(g.programs)
		g.programs = append(g.programs, p)
	} else if have := &g.programs[at]; have.Title == "" && p.Title != "" {
		have.Title = p.Title
	}
	if have := &g.programs[at]; have.Names == nil {
		have.Names = make([]string, 0, len(keys)+len(more))
	}
	for _, list := range [...][]string{keys, more} {
		for _, key := range list {
			if _, taken := g.byName[key]; !taken {
				g.byName[key] = at
				g.programs[at].Names = append(g.programs[at].Names, key)
			}
		}
	}
}

// merge moves the names of one program to another, and leaves an empty one that is removed at the
// end.
func (g *grouping) merge(into, from int) {
	for _, name := range g.programs[from].Names {
		g.byName[name] = into
	}
	g.programs[into].Names = append(g.programs[into].Names, g.programs[from].Names...)
	g.programs[from] = Program{}
}

// addKnown adds the programs of public configurations. Two of them are one program if they have the
// same path and one name contains the other ("obs" and "obs-studio"), or if one has the other's name
// as an alias ("neovim" and "nvim"). The names of paths are added for the program that fits best.
func (g *grouping) addKnown() {
	type pair struct {
		name string
		pair known.ProgramPath
	}
	var all []pair
	for name, p := range known.PathsOfPrograms {
		all = append(all, pair{name, p})
	}
	slices.SortFunc(all, func(a, b pair) int {
		return cmp.Or(compareText(a.name, b.name), cmp.Compare(b.pair.Repositories, a.pair.Repositories), compareText(a.pair.Program, b.pair.Program))
	})
	for start := 0; start < len(all); {
		end := start
		for end < len(all) && all[end].name == all[start].name {
			end++
		}
		var pairs []known.ProgramPath
		for _, p := range all[start:end] {
			pairs = append(pairs, p.pair)
		}
		start = end
		g.addPairs(all[end-1].name, pairs)
	}
}

// addPairs adds the programs of one path.
func (g *grouping) addPairs(name string, pairs []known.ProgramPath) {
	best, _ := chooseFrom(name, pairs)
	key := known.Normalize(lastPart(best.Program))
	if key == "" || genericNames[key] {
		return
	}
	keys := []string{key}
	for _, p := range pairs {
		other := known.Normalize(lastPart(p.Program))
		if other != key && len(other) > 2 && len(key) > 2 && (strings.Contains(key, other) || strings.Contains(other, key)) {
			keys = append(keys, other)
		}
	}
	base := known.Normalize(strings.TrimLeft(path.Base(name), "."))
	var more []string
	if !genericNames[base] && !sharedNames[base] {
		more = append(more, base)
	}
	for _, alias := range known.AliasesOf(best.Program) {
		keys = append(keys, known.Normalize(strings.TrimLeft(alias, ".")))
	}
	g.join(Program{Name: strings.ToLower(best.Program), Source: SourceKnowledge}, keys, more)
}

// sharedNames are names of directories below the containers that several programs use.
var sharedNames = map[string]bool{
	"applications": true, "icons": true, "hicolor": true, "fonts": true, "mime": true, "systemd": true, "autostart": true, "user": true, "default": true,
	"settings": true, "registry": true, "system-connections": true, "allow": true, "undo": true, "bookmarks": true, "greasemonkey": true, "profiles": true,
	"vulkan": true, "session": true, "state.yml": true, "hosts.yml": true, "history.txt": true, "sessiondata": true, "local storage": true, "globalstorage": true,
}

// lastPart returns the last part of a dotted name: "gnome-keyring" of "gnome.gnome-keyring".
func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// bestPair returns the program that public configurations tie to a path, and the path they name.
// named reports whether that path has the name of the program.
func bestPair(homes known.Homes, name string) (of string, best known.ProgramPath, named, ok bool) {
	of, pairs := known.ProgramsOf(homes, name)
	pairs = slices.DeleteFunc(slices.Clone(pairs), known.ProgramPath.Companion)
	if len(pairs) == 0 || sharedNames[path.Base(of)] {
		return "", known.ProgramPath{}, false, false
	}
	best, named = chooseFrom(of, pairs)
	return of, best, named, true
}

// chooseFrom returns the program that a path belongs to: the one with the name of a directory in the
// path, otherwise the one with most owners. pairs are sorted by owners.
func chooseFrom(name string, pairs []known.ProgramPath) (best known.ProgramPath, named bool) {
	for _, p := range pairs {
		program := known.NewProgram(lastPart(p.Program))
		for component := range strings.SplitSeq(name, "/") {
			if program.Match(known.ComponentOf([]byte(component))) == known.MatchExact {
				return p, true
			}
		}
	}
	return pairs[0], false
}

// ofUnit returns the name of the program of a unit. A daemon has the name of its program, if there is
// one: "tailscale" for tailscaled.
func (t *Table) ofUnit(d *Declaration) string {
	list := stems(d.Program)
	for i := len(list) - 1; i > 0; i-- {
		if at, ok := t.byName[list[i]]; ok {
			return t.programs[at].Name
		}
	}
	return d.Program
}

// namedAfter returns the installed program with the name of the directory that a path belongs to.
func (t *Table) namedAfter(name string) (Program, bool) {
	top := t.top(name)
	key := known.Normalize(strings.TrimLeft(path.Base(top), "."))
	i, ok := t.byName[key]
	if !ok || t.homes.Container(top) || t.own(name) {
		return Program{}, false
	}
	return t.programs[i], true
}

// canonical returns the name under which Programs has a program.
func (t *Table) canonical(name string) string {
	if i, ok := t.byName[known.Normalize(lastPart(name))]; ok {
		return t.programs[i].Name
	}
	return name
}

// Programs returns the programs, sorted by name, no program twice: those with a desktop file, the
// commands in directories of programs, the packages of dpkg and rpm, and those that public configurations
// tie to paths.
func (t *Table) Programs() []Program {
	all := slices.DeleteFunc(slices.Clone(t.programs), func(p Program) bool { return p.Name == "" })
	slices.SortStableFunc(all, func(a, b Program) int { return cmp.Or(compareText(a.Name, b.Name), compareText(a.File, b.File)) })
	return all
}

// ProgramNamed returns the program that has a name among its names, after normalisation.
func (t *Table) ProgramNamed(name string) (Program, bool) {
	if i, ok := t.byName[known.Normalize(strings.TrimLeft(name, "."))]; ok {
		return t.programs[i], true
	}
	return Program{}, false
}
