package known

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// classRow is a row of classes.tsv.
type classRow struct {
	Finding
	terms []term
	home  bool     // the pattern begins with ~/
	parts []string // the components of the pattern, without the end
	// whole says that the pattern ends in a slash: the directory, and all that is below it.
	whole bool
	// below says that the pattern ends in "/**": all that is below, but not the directory.
	below bool
	// quoted says that parts are names, in which '*' is nothing special.
	quoted bool
}

// parseClasses reads classes.tsv: pattern, class, conditions, reason and source, with tabs
// between. The rows come in the order in which they decide.
func parseClasses(text string) ([]*classRow, error) {
	var rows []*classRow
	seen := map[string]bool{}
	err := parseLines("classes.tsv", text, func(line string) error {
		row, err := parseClassRow(line)
		if err != nil {
			return err
		}
		key := row.Pattern + "\t" + row.Conditions
		if seen[key] {
			return fmt.Errorf("%s is there twice with the same conditions", row.Pattern)
		}
		seen[key] = true
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, compareRows)
	return rows, checkOtherwise(rows)
}

func parseClassRow(line string) (*classRow, error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 5 {
		return nil, fmt.Errorf("want 5 fields, got %d", len(fields))
	}
	class, ok := ParseClass(fields[1])
	if !ok {
		return nil, fmt.Errorf("unknown class %q", fields[1])
	}
	terms, err := parseTerms(fields[2])
	if err != nil {
		return nil, err
	}
	row := &classRow{terms: terms, Finding: Finding{
		Class: class, Pattern: fields[0], Conditions: fields[2], Reason: fields[3], Source: fields[4],
	}}
	for _, t := range terms {
		if t.kind == termOwner {
			row.Owner = t.name
		}
	}
	path := row.Pattern
	path, row.whole = strings.CutSuffix(path, "/")
	if !row.whole {
		path, row.below = strings.CutSuffix(path, "/**")
	}
	if row.home, row.parts, err = splitPattern(path); err != nil {
		return nil, err
	}
	switch {
	case len(row.parts) == 0 && !row.below, len(row.parts) > 0 && row.parts[len(row.parts)-1] == "**":
		return nil, fmt.Errorf("the pattern %q names no file", row.Pattern)
	case row.below && !row.onFile() && !row.has(termCopied):
		return nil, fmt.Errorf("the pattern %q needs a condition on the file", row.Pattern)
	case row.has(termTagged) && row.Pattern != "/**":
		return nil, fmt.Errorf("a row on tagged directories has the pattern /**, got %q", row.Pattern)
	case row.Reason == "" || row.Source == "":
		return nil, fmt.Errorf("%s has no reason, or no source", row.Pattern)
	}
	return row, nil
}

// splitPattern returns the components of a pattern without its end: absolute, or below "~".
func splitPattern(pattern string) (home bool, parts []string, err error) {
	rest, home := strings.CutPrefix(pattern, "~")
	if rest == "" {
		if pattern == "" || home {
			return home, nil, nil // "/" or "~/" before its end
		}
	}
	rest, ok := strings.CutPrefix(rest, "/")
	parts = strings.Split(rest, "/")
	for i, part := range parts {
		switch {
		case part == "" || part == "." || part == "..":
			ok = false
		case strings.Contains(part, "**") && (part != "**" || i > 0 && parts[i-1] == "**"):
			ok = false
		}
	}
	if !ok {
		return false, nil, fmt.Errorf("expected a clean pattern that begins with / or ~/, got %q", pattern)
	}
	return home, parts, nil
}

// has reports whether a row has a term of a kind.
func (r *classRow) has(kind termKind) bool {
	return slices.ContainsFunc(r.terms, func(t term) bool { return t.kind == kind })
}

// onFile reports whether a row has a condition on the file.
func (r *classRow) onFile() bool {
	return slices.ContainsFunc(r.terms, func(t term) bool { return t.onFile() })
}

// tier is the first thing that decides between two rows: kinds of file that are hidden come
// first, then identity, then the rest. Tags of caches are the weakest knowledge of all.
func (r *classRow) tier() int {
	switch {
	case r.has(termTagged):
		return 3
	case r.below && r.Class.Hidden():
		return 0
	case r.Class == ClassIdentity:
		return 1
	}
	return 2
}

// compareRows orders rows as they decide: within a tier the longest pattern first, and of
// equally long ones those that hide nothing.
func compareRows(a, b *classRow) int {
	hides := func(r *classRow) int {
		if r.Class.Hidden() {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(a.tier(), b.tier()),
		cmp.Compare(len(b.Pattern), len(a.Pattern)),
		cmp.Compare(hides(a), hides(b)),
	)
}

// checkOtherwise refuses rows with "otherwise" beside rows of the same pattern that depend on
// the file: whether they apply is known only of each file.
func checkOtherwise(rows []*classRow) error {
	for i := range rows {
		if !rows[i].has(termOtherwise) {
			continue
		}
		for j := range rows {
			if i != j && rows[i].Pattern == rows[j].Pattern && rows[j].onFile() {
				return fmt.Errorf("classes.tsv: %s: a row beside \"otherwise\" depends on the file", rows[i].Pattern)
			}
		}
	}
	return nil
}
