package known

import (
	_ "embed" // the data files
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed known-paths.tsv
var knownPathsText string

//go:embed known-paths-more.tsv
var knownPathsMoreText string

//go:embed same.tsv
var sameText string

//go:embed program-paths.tsv
var programPathsText string

//go:embed ignored-paths.tsv
var ignoredPathsText string

//go:embed containers.txt
var containersText string

//go:embed replaced.txt
var replacedText string

//go:embed caches.txt
var cachesText string

//go:embed aliases.tsv
var aliasesText string

//go:embed classes.tsv
var classesText string

// Each file is parsed on first use. A plain listing needs none of them.
var (
	knownPaths = sync.OnceValue(func() pathTable {
		return must(parseKnown(knownPathsText, knownPathsMoreText, sameText))
	})
	programPaths = sync.OnceValue(func() programTable { return must(parseProgramPaths(programPathsText)) })
	ignoredPaths = sync.OnceValue(func() []ignoreRow { return must(parseIgnored(ignoredPathsText)) })
	containers   = sync.OnceValue(func() placeTable { return must(parsePlaces("containers.txt", containersText)) })
	replaced     = sync.OnceValue(func() placeTable { return must(parsePlaces("replaced.txt", replacedText)) })
	cacheNames   = sync.OnceValue(func() map[string]bool { return must(parseCaches(cachesText)) })
	aliases      = sync.OnceValue(func() map[string][]string { return must(parseAliases(aliasesText)) })
	classRows    = sync.OnceValue(func() []*classRow { return must(parseClasses(classesText)) })
)

// must returns a parsed data file. It panics on errors, which cannot happen because the tests
// parse the same files.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// parseLines calls parse for each line that is neither empty nor a comment. The error contains the
// file and the line number.
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

// placeTable is a set of paths: relative to a home ("." is the home itself), and absolute.
type placeTable struct{ home, host map[string]bool }

// has reports whether a path is in the table.
func (t placeTable) has(h Homes, name string) bool {
	if t.host[name] {
		return true
	}
	rel, ok := h.Within(name)
	return ok && t.home[rel]
}

// parsePlaces parses a file with one path per line: absolute, or starting with "~".
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
			return fmt.Errorf("expected a clean path that begins with / or ~, got %q", line)
		}
		return nil
	})
	return table, err
}

// parseCaches parses caches.txt: one directory name per line.
func parseCaches(text string) (map[string]bool, error) {
	names := map[string]bool{}
	err := parseLines("caches.txt", text, func(line string) error {
		if strings.Contains(line, "/") || line == "." || line == ".." {
			return fmt.Errorf("expected the name of a directory, got %q", line)
		}
		names[line] = true
		return nil
	})
	return names, err
}

// parseAliases parses aliases.tsv: the name of a package and the names of its directories,
// separated by tabs. It normalises the package name, as NewProgram does.
func parseAliases(text string) (map[string][]string, error) {
	table := map[string][]string{}
	err := parseLines("aliases.tsv", text, func(line string) error {
		fields := strings.Split(line, "\t")
		pkg := Normalize(fields[0])
		switch {
		case len(fields) < 2 || pkg == "":
			return fmt.Errorf("expected a package and the names of its directories, got %q", line)
		case table[pkg] != nil:
			return fmt.Errorf("duplicate package %s", pkg)
		}
		for _, name := range fields[1:] {
			if name == "" || strings.Contains(name, "/") {
				return fmt.Errorf("expected the name of a directory, got %q", name)
			}
			table[pkg] = append(table[pkg], strings.TrimLeft(fold(name), "."))
		}
		return nil
	})
	return table, err
}
