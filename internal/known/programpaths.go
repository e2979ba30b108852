package known

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// companionShare is the share of owners below which a pair of program and path usually names a
// companion of the program that the path belongs to. Of 343 pairs that were read by eye, 42 name a
// companion; of the 301 pairs at or above this share, 20 do.
const companionShare = 0.3

// ProgramPath is a program and a path that the configurations of two or more owners tie together.
type ProgramPath struct {
	// Program is the name of an option of NixOS or Home Manager, of a package or of a module.
	Program string
	// Repositories is how many owners tie the two together; Of is how many tie the path to any
	// program.
	Repositories, Of int
}

// Companion reports whether the pair usually names a companion of the owner, such as mangohud for
// Steam's directory.
func (p ProgramPath) Companion() bool { return float64(p.Repositories) < companionShare*float64(p.Of) }

// programTable has the pairs by scope and path, those with most owners first.
type programTable struct{ home, host map[string][]ProgramPath }

// ProgramsOf returns the programs that public configurations tie to a path, or to the nearest
// directory above it that they tie to any and that is not a container, those with most owners
// first. It also returns that path. Companions are among them.
func ProgramsOf(homes Homes, name string) (of string, programs []ProgramPath) {
	if programs = programPaths().at(homes, name); programs != nil {
		return name, programs
	}
	for dir := range paths.Ancestors(name) {
		if homes.Container(dir) {
			break
		}
		if programs = programPaths().at(homes, dir); programs != nil {
			return dir, programs
		}
	}
	return "", nil
}

func (t programTable) at(homes Homes, name string) []ProgramPath {
	if rel, ok := homes.Within(name); ok {
		if programs := t.home[rel]; programs != nil {
			return programs
		}
	}
	return t.host[name]
}

// PathsOfPrograms calls yield for each pair, with the path as it is written in the data: absolute,
// or relative to a home with "~/" in front. Pairs that name a companion are left out.
func PathsOfPrograms(yield func(name string, pair ProgramPath) bool) {
	for prefix, table := range map[string]map[string][]ProgramPath{"~/": programPaths().home, "": programPaths().host} {
		for name, pairs := range table {
			for _, pair := range pairs {
				if !pair.Companion() && !yield(prefix+name, pair) {
					return
				}
			}
		}
	}
}

// parseProgramPaths parses program-paths.tsv: program, scope, path, repositories, of and sources.
func parseProgramPaths(text string) (programTable, error) {
	table := programTable{home: map[string][]ProgramPath{}, host: map[string][]ProgramPath{}}
	err := parseLines("program-paths.tsv", text, func(line string) error {
		fields := strings.Split(line, "\t")
		if len(fields) != 6 || fields[0] == "" {
			return fmt.Errorf("expected a program and 5 more fields, got %q", line)
		}
		if err := checkScope(fields[1], fields[2]); err != nil {
			return err
		}
		n, err := strconv.Atoi(fields[3])
		of, err2 := strconv.Atoi(fields[4])
		if err != nil || err2 != nil || n < 1 || n > of || of > Repositories {
			return fmt.Errorf("expected some of at most %d repositories, got %q of %q", Repositories, fields[3], fields[4])
		}
		into := table.host
		if fields[1] == "home" {
			into = table.home
		}
		if slices.ContainsFunc(into[fields[2]], func(p ProgramPath) bool { return p.Program == fields[0] }) {
			return fmt.Errorf("duplicate program %s of %s", fields[0], fields[2])
		}
		into[fields[2]] = append(into[fields[2]], ProgramPath{Program: fields[0], Repositories: n, Of: of})
		return nil
	})
	for _, byPath := range []map[string][]ProgramPath{table.home, table.host} {
		for _, pairs := range byPath {
			slices.SortStableFunc(pairs, func(a, b ProgramPath) int { return cmp.Compare(b.Repositories, a.Repositories) })
		}
	}
	return table, err
}

// Ignored is a pattern that owners of public configurations leave out of backups, or ignore in a
// search for lost files. That is a hint, no proof.
type Ignored struct {
	Pattern string
	// Owners is how many name it: Backups in the exclude lists of backups, Ephemeral in lists of what
	// to ignore on an ephemeral root.
	Owners, Backups, Ephemeral int
}

// ignoreRow is a pattern with the part of it that is compared: a path, or a component.
type ignoreRow struct {
	Ignored
	name string // absolute, or below "~/", or a glob of one component
}

// IgnoredBy returns the pattern named by most owners that matches a path or a directory above it
// that is not a container.
func IgnoredBy(homes Homes, name string) (Ignored, bool) {
	best := Ignored{}
	for at := name; at != "/" && (at == name || !homes.Container(at)); at = path.Dir(at) {
		rel, inHome := homes.Within(at)
		for _, row := range ignoredPaths() {
			if row.Owners > best.Owners && row.matches(at, rel, inHome) {
				best = row.Ignored
			}
		}
	}
	return best, best.Owners > 0
}

func (r ignoreRow) matches(name, rel string, inHome bool) bool {
	if below, ok := strings.CutPrefix(r.name, "~/"); ok {
		return inHome && rel == below
	}
	if path.IsAbs(r.name) {
		return name == r.name
	}
	ok, _ := path.Match(r.name, path.Base(name))
	return ok
}

// parseIgnored parses ignored-paths.tsv: pattern, owners, how many in backups, and how many for an
// ephemeral root.
func parseIgnored(text string) ([]ignoreRow, error) {
	var rows []ignoreRow
	err := parseLines("ignored-paths.tsv", text, func(line string) error {
		fields := strings.Split(line, "\t")
		if len(fields) != 4 {
			return fmt.Errorf("expected 4 fields, got %d", len(fields))
		}
		row := ignoreRow{Ignored: Ignored{Pattern: fields[0]}, name: strings.TrimPrefix(fields[0], "*/")}
		for i, into := range []*int{&row.Owners, &row.Backups, &row.Ephemeral} {
			n, err := strconv.Atoi(fields[i+1])
			if err != nil || n < 0 || n > 10000 {
				return fmt.Errorf("expected a number of owners, got %q", fields[i+1])
			}
			*into = n
		}
		rel, inHome := strings.CutPrefix(row.name, "~/")
		_, wrong := path.Match(row.name, "")
		switch {
		case row.Owners < 1 || wrong != nil:
			return fmt.Errorf("expected a pattern of at least one owner, got %q", line)
		case inHome && !fs.ValidPath(rel), path.IsAbs(row.name) && path.Clean(row.name) != row.name,
			!inHome && !path.IsAbs(row.name) && (row.name == "" || strings.Contains(row.name, "/")):
			return fmt.Errorf("expected a clean path or the name of one component, got %q", fields[0])
		}
		rows = append(rows, row)
		return nil
	})
	return rows, err
}
