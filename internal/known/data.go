package known

import (
	_ "embed" // the data files
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed known-paths.tsv
var knownPathsText string

//go:embed containers.txt
var containersText string

//go:embed replaced.txt
var replacedText string

//go:embed regenerated.txt
var regeneratedText string

//go:embed caches.txt
var cachesText string

//go:embed aliases.tsv
var aliasesText string

//go:embed classes.tsv
var classesText string

// Each file is parsed when it is first asked for: a plain listing needs none.
var (
	knownPaths  = sync.OnceValue(func() pathTable { return must(parsePaths(knownPathsText)) })
	containers  = sync.OnceValue(func() placeTable { return must(parsePlaces("containers.txt", containersText)) })
	replaced    = sync.OnceValue(func() placeTable { return must(parsePlaces("replaced.txt", replacedText)) })
	regenerated = sync.OnceValue(func() placeTable { return must(parsePlaces("regenerated.txt", regeneratedText)) })
	cacheNames  = sync.OnceValue(func() map[string]bool { return must(parseCaches(cachesText)) })
	aliases     = sync.OnceValue(func() map[string][]string { return must(parseAliases(aliasesText)) })
	classRows   = sync.OnceValue(func() []*classRow { return must(parseClasses(classesText)) })
)

// must returns what was parsed from a data file, which the tests parse as well.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// parseLines hands each line that is neither empty nor a comment to parse. The
// error names the file and the line.
func parseLines(file, text string, parse func(line string) error) error {
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := parse(line); err != nil {
			return fmt.Errorf("%s:%d: %w", file, number, err)
		}
	}
	return nil
}

// pathTable has the known paths by scope: relative to a home, and absolute.
type pathTable struct{ home, host map[string]Entry }

// parsePaths reads known-paths.tsv: scope, path, kind, repositories and mode,
// with tabs between. A path appears once in its scope.
func parsePaths(text string) (pathTable, error) {
	table := pathTable{home: map[string]Entry{}, host: map[string]Entry{}}
	err := parseLines("known-paths.tsv", text, func(line string) error {
		fields := strings.Split(line, "\t")
		if len(fields) != 5 {
			return fmt.Errorf("want 5 fields, got %d", len(fields))
		}
		scope, name := fields[0], fields[1]
		into := map[string]map[string]Entry{"home": table.home, "system": table.host}[scope]
		switch _, twice := into[name]; {
		case into == nil:
			return fmt.Errorf("want the scope home or system, got %q", scope)
		case path.Clean(name) != name || name == "/" || path.IsAbs(name) != (scope == "system") || scope == "home" && !fs.ValidPath(name):
			return fmt.Errorf("want a clean path, absolute for the system and relative for a home, got %q", name)
		case twice:
			return fmt.Errorf("%s is there twice", name)
		}
		entry, err := parseEntry(fields[2], fields[3], fields[4])
		into[name] = entry
		return err
	})
	return table, err
}

func parseEntry(kind, repositories, mode string) (Entry, error) {
	if kind != "file" && kind != "directory" {
		return Entry{}, fmt.Errorf("want the kind file or directory, got %q", kind)
	}
	n, err := strconv.Atoi(repositories)
	if err != nil || n < 1 || n > Repositories {
		return Entry{}, fmt.Errorf("want 1 to %d repositories, got %q", Repositories, repositories)
	}
	if _, err := strconv.ParseUint(mode, 8, 12); mode != "" && (err != nil || len(mode) != 4) {
		return Entry{}, fmt.Errorf("want a mode of four octal digits, got %q", mode)
	}
	return Entry{Repositories: n, Dir: kind == "directory", Mode: mode}, nil
}

// placeTable has places: relative to a home ("." is the home), and absolute.
type placeTable struct{ home, host map[string]bool }

// has reports whether a path is one of the places.
func (t placeTable) has(h Homes, name string) bool {
	if t.host[name] {
		return true
	}
	rel, ok := h.Within(name)
	return ok && t.home[rel]
}

// parsePlaces reads a file with a path a line, absolute or "~" and what is below.
func parsePlaces(file, text string) (placeTable, error) {
	table := placeTable{home: map[string]bool{}, host: map[string]bool{}}
	err := parseLines(file, text, func(line string) error {
		rel, inHome := strings.CutPrefix(line, "~/")
		switch {
		case line == "~":
			table.home["."] = true
		case inHome && rel != "." && fs.ValidPath(rel):
			table.home[rel] = true
		case path.IsAbs(line) && path.Clean(line) == line:
			table.host[line] = true
		default:
			return fmt.Errorf("want a clean path that begins with / or ~, got %q", line)
		}
		return nil
	})
	return table, err
}

// parseCaches reads caches.txt: the name of a directory a line.
func parseCaches(text string) (map[string]bool, error) {
	names := map[string]bool{}
	err := parseLines("caches.txt", text, func(line string) error {
		if strings.Contains(line, "/") || line == "." || line == ".." {
			return fmt.Errorf("want the name of a directory, got %q", line)
		}
		names[line] = true
		return nil
	})
	return names, err
}

// parseAliases reads aliases.tsv: a package's name, a tab and the names of its
// directories with tabs between. The package's name is normalised, as the asker's
// will be.
func parseAliases(text string) (map[string][]string, error) {
	table := map[string][]string{}
	err := parseLines("aliases.tsv", text, func(line string) error {
		fields := strings.Split(line, "\t")
		pkg := Normalize(fields[0])
		switch {
		case len(fields) < 2 || pkg == "":
			return fmt.Errorf("want a package and the names of its directories, got %q", line)
		case table[pkg] != nil:
			return fmt.Errorf("%s is there twice", pkg)
		}
		for _, name := range fields[1:] {
			if name == "" || strings.Contains(name, "/") {
				return fmt.Errorf("want the name of a directory, got %q", name)
			}
			table[pkg] = append(table[pkg], strings.TrimLeft(fold(name), "."))
		}
		return nil
	})
	return table, err
}
