package known

import (
	"strings"
	"testing"
)

// FuzzParsePaths checks that the parser accepts only paths that Lookup can find.
func FuzzParsePaths(f *testing.F) {
	f.Add("home\t.ssh\tdirectory\t20\t0700\nsystem\t/etc/machine-id\tfile\t23\t\n")
	f.Add("# a comment\n\nhome\tVirtualBox VMs\tdirectory\t2\t")
	f.Add("system\t/../x\tfile\t2\t")
	f.Add("home\t.\tfile\t31\t7777")
	f.Fuzz(func(t *testing.T, text string) {
		table, err := parsePaths(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "known-paths.tsv:") {
				t.Errorf("the error does not contain the file: %v", err)
			}
			return
		}
		for path, entry := range table.home {
			if rel, ok := (Homes{}).Within("/home/al/" + path); path != "." && (!ok || rel != path) {
				t.Errorf("%q is found as %q", path, rel)
			}
			check(t, entry)
		}
		for path, entry := range table.host {
			if !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") {
				t.Errorf("%q is not a clean absolute path", path)
			}
			check(t, entry)
		}
	})
}

func check(t *testing.T, e Entry) {
	t.Helper()
	if e.Repositories < 1 || e.Repositories > Repositories || e.Mode != "" && len(e.Mode) != 4 {
		t.Errorf("accepted %+v", e)
	}
}

// FuzzProgramMatch compares with a simple implementation of the rule.
func FuzzProgramMatch(f *testing.F) {
	f.Add("signal-desktop", "Signal")
	f.Add("_1password-gui", ".1Password-beta")
	f.Add("vscode", "Code - OSS")
	f.Add("a", "\xff.a-gui-cli")
	f.Fuzz(func(t *testing.T, pkg, component string) {
		program := NewProgram(pkg)
		got := program.Match(ComponentOf([]byte(component)))
		if got == MatchExact && len(program.aliases) > 0 {
			return // may be an alias
		}
		name := program.Name()
		inside := name != "" && strings.Contains(fold(component), name)
		if (got >= MatchInside) != inside {
			t.Errorf("%q in %q: %v", pkg, component, got)
		}
		trimmed := component
		for len(trimmed) > len(name) && trimmed[0] == '.' {
			trimmed = trimmed[1:]
		}
		if inside && fold(trimmed) == name && got != MatchExact {
			t.Errorf("%q is %q: %v", component, name, got)
		}
	})
}
