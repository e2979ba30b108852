package unitfile

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/rootfs"
)

// maxAliases is how many links to other unit names are followed.
const maxAliases = 16

// errAliases is the error of a chain of links between unit names.
var errAliases = errors.New("too many aliases")

// Assemble reads a unit: its fragment, from the first directory that has it or its template, and
// its drop-ins. A link to another name in the search path is an alias; a link out of the search
// path is a file elsewhere, whose name does not count. Every problem is in the result.
func (s *SearchPath) Assemble(name string) *Unit {
	u := &Unit{Name: name, ID: name, State: Missing}
	for range maxAliases {
		dir, file, ok := s.fragment(u.ID)
		if !ok {
			return u
		}
		u.Path = path.Join(dir.path, file)
		alias, masked := s.link(dir, file)
		if masked {
			u.State = Masked
			return u
		}
		if alias == "" {
			s.load(u)
			return u
		}
		u.ID = instantiate(alias, u.ID)
	}
	u.State = Refused
	u.Problems = append(u.Problems, Problem{File: u.Path, Kind: Unreadable, Err: errAliases})
	return u
}

// Extend adds the drop-ins of a unit to a fragment that the caller has from elsewhere, as the
// generators of systemd have. unit.ID and unit.Settings are those of the fragment.
func (s *SearchPath) Extend(unit *Unit) {
	if unit.State = Loaded; slices.ContainsFunc(unit.Problems, fatal) {
		unit.State = Refused
	}
	s.dropIns(unit)
}

// fragment finds the file of a unit, or of its template.
func (s *SearchPath) fragment(id string) (dir searchDir, file string, ok bool) {
	n, valid := splitName(id)
	if !valid {
		return searchDir{}, "", false
	}
	names := []string{id}
	if n.isInstance() {
		names = append(names, n.template().String())
	}
	for _, name := range names {
		for _, dir := range s.dirs {
			if kind, found := dir.names[name]; found && kind&fs.ModeDir == 0 {
				return dir, name, true
			}
		}
	}
	return searchDir{}, "", false
}

// link follows a fragment that is a symlink, one link at a time. It returns the name of the unit that
// it leads to within the search path, or "" if the file is the unit's own. It also reports a link
// to /dev/null.
func (s *SearchPath) link(dir searchDir, file string) (alias string, masked bool) {
	if dir.names[file]&fs.ModeSymlink == 0 {
		return "", false
	}
	at, _, _ := s.files.Resolve(path.Join(dir.path, file), func(at string) bool {
		inside := slices.ContainsFunc(s.dirs, func(d searchDir) bool { return path.Dir(at) == d.resolved || path.Dir(at) == d.path })
		return inside && path.Base(at) != file
	})
	if at == "/dev/null" {
		return "", true
	}
	base := path.Base(at)
	inside := slices.ContainsFunc(s.dirs, func(d searchDir) bool { return path.Dir(at) == d.resolved || path.Dir(at) == d.path })
	if inside && base != file && ValidName(base) {
		return base, false
	}
	return "", false
}

// instantiate gives the instance of a unit to an alias that is a template.
func instantiate(alias, id string) string {
	a, _ := splitName(alias)
	n, _ := splitName(id)
	if a.at && a.instance == "" && n.isInstance() {
		a.instance = n.instance
		return a.String()
	}
	return alias
}

// load reads the fragment, and the drop-ins if the fragment counts.
func (s *SearchPath) load(u *Unit) {
	content, err := s.files.Read(u.Path, MaxLine)
	switch {
	case errors.Is(err, fs.ErrNotExist): // a dangling link
		u.State = Missing
		u.Problems = append(u.Problems, Problem{File: u.Path, Kind: Unreadable, Err: err})
		return
	case err != nil:
		u.State = Refused
		u.Problems = append(u.Problems, unreadable(u.Path, err))
		return
	case len(content) == 0:
		u.State = Masked
		return
	}
	u.Settings, u.Problems = Parse(string(content), u.Path)
	s.Extend(u)
}

// unreadable is the problem of a file that Read refused.
func unreadable(file string, err error) Problem {
	if errors.Is(err, rootfs.ErrTooLarge) {
		return Problem{File: file, Kind: LineTooLong, Err: err}
	}
	return Problem{File: file, Kind: Unreadable, Err: err}
}

func fatal(p Problem) bool { return p.Kind.Fatal() }

// dropIns adds the drop-ins. Of equal file names, the earlier directory of the search path wins,
// then the more specific name; those of the unit's type ("service.d") come last. The
// files that are left are read sorted by name.
func (s *SearchPath) dropIns(u *Unit) {
	n, ok := splitName(u.ID)
	if !ok {
		return
	}
	names := dropInNames(n)
	if m, ok := splitName(u.Name); ok && u.Name != u.ID {
		names = append(names, dropInNames(m)...)
	}
	chosen := map[string]string{} // file name to path
	for _, dir := range s.dirs {
		for _, name := range names {
			s.choose(u, chosen, dir, name+".d")
		}
	}
	for _, dir := range s.dirs {
		s.choose(u, chosen, dir, n.suffix+".d")
	}
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		s.dropIn(u, chosen[name])
	}
}

// choose adds the files of a drop-in directory whose names are not there yet.
func (s *SearchPath) choose(u *Unit, chosen map[string]string, dir searchDir, sub string) {
	kind, found := dir.names[sub]
	if !found || kind&(fs.ModeDir|fs.ModeSymlink) == 0 {
		return
	}
	at := path.Join(dir.path, sub)
	entries, err := s.files.List(at, maxEntries)
	if err != nil {
		u.Problems = append(u.Problems, Problem{File: at, Kind: Unreadable, Err: err})
	}
	for _, entry := range entries {
		hidden := strings.HasPrefix(entry.Name, ".")
		if _, taken := chosen[entry.Name]; !taken && !hidden && strings.HasSuffix(entry.Name, ".conf") && entry.Type&fs.ModeDir == 0 {
			chosen[entry.Name] = path.Join(at, entry.Name)
		}
	}
}

func (s *SearchPath) dropIn(u *Unit, file string) {
	if at, _, _ := s.files.Resolve(file, nil); at == "/dev/null" {
		return
	}
	content, err := s.files.Read(file, MaxLine)
	if err != nil {
		u.Problems = append(u.Problems, unreadable(file, err))
		return
	}
	settings, problems := Parse(string(content), file)
	u.DropIns = append(u.DropIns, file)
	u.Settings = append(u.Settings, settings...)
	u.Problems = append(u.Problems, problems...)
}
