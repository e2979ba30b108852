package known

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// privateDir is where systemd puts the state of units with DynamicUser=, systemd.exec(5).
const privateDir = "/var/lib/private/"

// parseKnown parses the three files about the paths that public configurations keep.
func parseKnown(counts, more, same string) (pathTable, error) {
	table, err := parsePaths(counts)
	if err == nil {
		err = table.addMore(more)
	}
	if err == nil {
		err = table.addSame(same)
	}
	return table, err
}

// pathTable has the known paths by scope: relative to a home, and absolute.
type pathTable struct{ home, host map[string]Entry }

// parsePaths parses known-paths.tsv: scope, path, kind, repositories and mode, separated by tabs.
// A path may appear only once in its scope.
func parsePaths(text string) (pathTable, error) {
	table := pathTable{home: map[string]Entry{}, host: map[string]Entry{}}
	err := parseLines("known-paths.tsv", text, func(line string) error {
		fields := strings.Split(line, "\t")
		if len(fields) != 5 {
			return fmt.Errorf("expected 5 fields, got %d", len(fields))
		}
		scope, name := fields[0], fields[1]
		into, err := table.scope(scope, name)
		if err != nil {
			return err
		}
		if _, twice := into[name]; twice {
			return fmt.Errorf("duplicate path %s", name)
		}
		entry, err := parseEntry(fields[2], fields[3], fields[4])
		into[name] = entry
		return err
	})
	return table, err
}

// scope returns the part of the table in which a path of a data file belongs.
func (t pathTable) scope(scope, name string) (map[string]Entry, error) {
	if err := checkScope(scope, name); err != nil {
		return nil, err
	}
	if scope == "home" {
		return t.home, nil
	}
	return t.host, nil
}

// checkScope returns an error unless a path fits its scope: relative for home, absolute for system.
func checkScope(scope, name string) error {
	switch {
	case scope != "home" && scope != "system":
		return fmt.Errorf("expected the scope home or system, got %q", scope)
	case path.Clean(name) != name || name == "/" || path.IsAbs(name) != (scope == "system") || scope == "home" && !fs.ValidPath(name):
		return fmt.Errorf("expected a clean path, absolute for system and relative for home, got %q", name)
	}
	return nil
}

func parseEntry(kind, repositories, mode string) (Entry, error) {
	if kind != "file" && kind != "directory" {
		return Entry{}, fmt.Errorf("expected the kind file or directory, got %q", kind)
	}
	n, err := strconv.Atoi(repositories)
	if err != nil || n < 1 || n > Repositories {
		return Entry{}, fmt.Errorf("expected 1 to %d repositories, got %q", Repositories, repositories)
	}
	if _, err := strconv.ParseUint(mode, 8, 12); mode != "" && (err != nil || len(mode) != 4) {
		return Entry{}, fmt.Errorf("expected a mode of four octal digits, got %q", mode)
	}
	return Entry{Repositories: n, Own: n, Dir: kind == "directory", Mode: mode}, nil
}

// addMore parses known-paths-more.tsv: scope, path, configurations that keep it as a directory and
// as a file, mode and how many give it, user, group, and how many keep it in a storage for caches.
// Each path must be in the table.
func (t pathTable) addMore(text string) error {
	return parseLines("known-paths-more.tsv", text, func(line string) error {
		fields := strings.Split(line, "\t")
		if len(fields) != 9 {
			return fmt.Errorf("expected 9 fields, got %d", len(fields))
		}
		into, err := t.scope(fields[0], fields[1])
		if err != nil {
			return err
		}
		entry, found := into[fields[1]]
		if !found || entry.Mode != fields[4] {
			return fmt.Errorf("path %s is not in known-paths.tsv with the mode %q", fields[1], fields[4])
		}
		var dirs, files int
		for i, into := range map[int]*int{2: &dirs, 3: &files, 5: &entry.ModeRepositories, 8: &entry.CacheRepositories} {
			if *into, err = strconv.Atoi(fields[i]); err != nil || *into < 0 || *into > Repositories {
				return fmt.Errorf("expected 0 to %d repositories, got %q", Repositories, fields[i])
			}
		}
		if entry.Dir != (dirs >= files) {
			return fmt.Errorf("path %s is not of the kind that known-paths.tsv gives", fields[1])
		}
		entry.User, entry.Group = fields[6], fields[7]
		into[fields[1]] = entry
		return nil
	})
}

// addSame parses same.tsv, the names of one thing, and adds their numbers up. At least one
// name of a line must be in the table. A configuration that lists two of the names counts
// twice, so a sum is limited to all configurations.
func (t pathTable) addSame(text string) error {
	for name := range t.host {
		if rest, ok := strings.CutPrefix(name, privateDir); ok {
			t.sum([]string{name, "/var/lib/" + rest})
		}
	}
	seen := map[string]bool{}
	return parseLines("same.tsv", text, func(line string) error {
		names := strings.Split(line, "\t")
		if len(names) < 2 {
			return fmt.Errorf("expected two paths or more, got %q", line)
		}
		for _, name := range names {
			if seen[name] {
				return fmt.Errorf("duplicate path %s", name)
			}
			seen[name] = true
		}
		if t.sum(names) == 0 {
			return fmt.Errorf("none of the paths is in known-paths.tsv: %q", line)
		}
		return nil
	})
}

// sum sets Repositories of paths to the sum of Own, and returns it.
func (t pathTable) sum(names []string) int {
	total := 0
	part := func(name string) (map[string]Entry, string) {
		if rel, ok := strings.CutPrefix(name, "~/"); ok {
			return t.home, rel
		}
		return t.host, name
	}
	for _, name := range names {
		in, key := part(name)
		total += in[key].Own
	}
	total = min(total, Repositories)
	for _, name := range names {
		in, key := part(name)
		if entry, found := in[key]; found {
			entry.Repositories = total
			in[key] = entry
		}
	}
	return total
}
