package known

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// aboutTheTable matches words that say something about the rows of classes.tsv, not about a path.
var aboutTheTable = regexp.MustCompile(`(?i)\b(rows?|table|pattern|listed|shown|hidden)\b`)

// aboutLoss matches words that only hold on a root that a boot wipes. Reasons are printed elsewhere too.
var aboutLoss = regexp.MustCompile(`(?i)\b(lost|lose|loses|wiped?|wipes)\b`)

func TestClassesFileIsRight(t *testing.T) {
	rows, err := parseClasses(classesText)
	if err != nil || len(rows) < 300 {
		t.Fatalf("classes.tsv: %d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		if row.Class.Hidden() && row.Source == "observed" {
			t.Errorf("%s hides as %v, and no source is named", row.Pattern, row.Class)
		}
		if !strings.HasSuffix(row.Reason, ".") {
			t.Errorf("%s: the reason is no sentence: %q", row.Pattern, row.Reason)
		}
		if row.Class.Hidden() && aboutTheTable.MatchString(row.Reason) {
			t.Errorf("%s: the reason is shown to users and speaks of the table: %q", row.Pattern, row.Reason)
		}
		if aboutLoss.MatchString(row.Reason) {
			t.Errorf("%s: the reason claims a loss: %q", row.Pattern, row.Reason)
		}
		// Otherwise no directory of a home could be pruned.
		if row.home && !row.Class.Hidden() && len(row.parts) > 0 && row.parts[0] == "**" {
			t.Errorf("%s may match everywhere in a home", row.Pattern)
		}
	}
}

func TestParseClassesRefusesWhatIsWrongByLine(t *testing.T) {
	const end = "\treason\tsource"
	tests := []struct{ name, text, want string }{
		{"too few fields", "# x\n/a\tcache\t\treason", "classes.tsv:2: want 5 fields, got 4"},
		{"class", "/a\tcash\t" + end, `classes.tsv:1: unknown class "cash"`},
		{"the unknown class", "/a\tunknown\t" + end, `classes.tsv:1: unknown class "unknown"`},
		{"condition", "/a\tcache\tof X; maybe" + end, `classes.tsv:1: unknown condition "maybe"`},
		{"no unit", "/a\tcache\tunit " + end, `classes.tsv:1: unknown condition "unit "`},
		{"target", "/a\tcache\tto b" + end, `classes.tsv:1: expected a path as the target of a symlink, got "b"`},
		{"target of any depth", "/a\tcache\tto /**/b" + end, `classes.tsv:1: expected a path as the target of a symlink, got "/**/b"`},
		{"relative", "a\tcache\t" + end, `classes.tsv:1: expected a clean pattern that begins with / or ~/, got "a"`},
		{"home of another user", "~bob/a\tcache\t" + end, `classes.tsv:1: expected a clean pattern that begins with / or ~/, got "~bob/a"`},
		{"not clean", "/a/../b\tcache\t" + end, `classes.tsv:1: expected a clean pattern that begins with / or ~/, got "/a/../b"`},
		{"stars in a name", "/a**/b\tcache\t" + end, `classes.tsv:1: expected a clean pattern that begins with / or ~/, got "/a**/b"`},
		{"any depth twice", "/**/**/b\tcache\t" + end, `classes.tsv:1: expected a clean pattern that begins with / or ~/, got "/**/**/b"`},
		{"root", "/\tcache\t" + end, `classes.tsv:1: the pattern "/" names no file`},
		{"home", "~/\tcache\t" + end, `classes.tsv:1: the pattern "~/" names no file`},
		{"any depth at the end", "/a/**/\tcache\tsymlink" + end, `classes.tsv:1: the pattern "/a/**/" names no file`},
		{"all below, whatever it is", "/a/**\tcache\tof X" + end, `classes.tsv:1: the pattern "/a/**" needs a condition on the file`},
		{"tagged elsewhere", "/a/**\tcache\ttagged" + end, "classes.tsv:1: a row on tagged directories has the pattern /**, got \"/a/**\""},
		{"no reason", "/a\tcache\t\t\tsource", "classes.tsv:1: /a has no reason, or no source"},
		{"twice", "/a\tcache\tof X" + end + "\n/a\tlog\tof X" + end, "classes.tsv:2: /a is there twice with the same conditions"},
		{"otherwise beside a kind", "/a\tcache\tsymlink" + end + "\n/a\tlog\totherwise" + end, `classes.tsv: /a: a row beside "otherwise" depends on the file`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := parseClasses(tt.text); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// TestEachRowDecidesForAPathOfItsOwn makes a path, a file and a machine for each row of
// classes.tsv. It checks that no row is always hidden by another one.
func TestEachRowDecidesForAPathOfItsOwn(t *testing.T) {
	for _, row := range classRows() {
		t.Run(row.Pattern+" "+row.Conditions, func(t *testing.T) {
			var parts []string
			if row.home {
				parts = append(parts, "home", "al")
			}
			for _, part := range row.parts {
				parts = append(parts, strings.ReplaceAll(strings.ReplaceAll(part, "**", "one/two"), "*", "x"))
			}
			if row.below {
				parts = append(parts, "below")
			}
			file, machine := fileAndMachine(row, strings.Join(parts, "/"))
			if row.whole {
				file.Kind = FileDirectory
			}
			c := NewClasses(Homes{}, machine, ClassOptions{})
			name := "/" + strings.Join(parts, "/")
			if got := c.Of(name, file); got != row.Finding {
				t.Errorf("%s, %+v is %v by %q, %q", name, file, got.Class, got.Pattern, got.Conditions)
			}
			if row.whole {
				if got := c.Of(name+"/below", File{Kind: FileRegular}); got != row.Finding {
					t.Errorf("below %s it is %v by %q, %q", name, got.Class, got.Pattern, got.Conditions)
				}
			}
		})
	}
}

// fileAndMachine returns a file and a machine for which the conditions of a row hold.
func fileAndMachine(row *classRow, name string) (File, Machine) {
	file := File{Kind: FileRegular, Tagged: row.has(termTagged)}
	var machine Machine
	for _, condition := range row.terms {
		switch condition.kind {
		case termFact:
			machine.Facts = append(machine.Facts, condition.fact)
		case termUnit:
			machine.Units = append(machine.Units, condition.name)
		case termCopied:
			machine.Copied = append(machine.Copied, strings.TrimPrefix(name, "etc/"))
		case termKindIs:
			file.Kind = condition.file
		case termTarget:
			target := slices.Clone(condition.target)
			if condition.home {
				target = append([]string{"home", "al"}, target...)
			}
			file.Kind, file.Target = FileSymlink, "/"+strings.ReplaceAll(strings.Join(target, "/"), "*", "x")+"/y"
		case termUnknown, termOwner, termOtherwise, termTagged, termKindIsNot:
		}
	}
	return file, machine
}
