package known

import (
	"strings"
	"testing"
)

func TestProgramsOfAPath(t *testing.T) {
	tests := []struct {
		name, path, of string
		first          string
		companion      string // one of the others that is a companion
	}{
		{"the program first", "/home/al/.local/share/Steam", "/home/al/.local/share/Steam", "steam", "mangohud"},
		{"below the path", "/home/al/.mozilla/firefox/p/prefs.js", "/home/al/.mozilla/firefox", "firefox", ""},
		{"service", "/var/lib/bluetooth/a/b", "/var/lib/bluetooth", "bluetooth", "bluetui"},
		{"no pair", "/var/lib/unheard-of", "", "", ""},
		{"container", "/home/al/.config", "", "", ""},
		{"not above a container", "/home/al/.var/app/org.x/a", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			of, programs := ProgramsOf(Homes{}, tt.path)
			if of != tt.of || (len(programs) > 0) != (tt.first != "") {
				t.Fatalf("got %q and %v, want %q", of, programs, tt.of)
			}
			if tt.first != "" && (programs[0].Program != tt.first || programs[0].Companion()) {
				t.Errorf("got %+v first, want %s", programs[0], tt.first)
			}
			for _, p := range programs {
				if p.Program == tt.companion && !p.Companion() {
					t.Errorf("%+v is not a companion", p)
				}
			}
		})
	}
}

func TestIgnoredBy(t *testing.T) {
	tests := []struct {
		name, path, pattern string
	}{
		{"path of the system", "/var/lib/systemd/coredump/x", "/var/lib/systemd/coredump"},
		{"path of a home", "/root/.local/share/Steam/steamapps", "~/.local/share/Steam"},
		{"name at any depth", "/home/al/src/app/node_modules/x", "node_modules"},
		{"glob of a name", "/home/al/src/a.tmp", "*.tmp"},
		{"other home", "/srv/.local/share/Steam", ""},
		{"not for everything in a container that some ignore", "/home/al/.cache/unheard-of", ""},
		{"nothing", "/home/al/src/main.go", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := IgnoredBy(Homes{}, tt.path)
			if got.Pattern != tt.pattern || ok != (tt.pattern != "") {
				t.Errorf("IgnoredBy(%s) = %+v, %v, want %q", tt.path, got, ok, tt.pattern)
			}
		})
	}
}

func TestParseErrorsOfTheCountsNameTheLine(t *testing.T) {
	more := func(text string) error {
		_, err := parseKnown("home\ta\tfile\t2\t\nhome\td\tdirectory\t2\t", text, "")
		return err
	}
	same := func(text string) error {
		_, err := parseKnown("home\ta\tfile\t2\t", "", text)
		return err
	}
	programs := func(text string) error { _, err := parseProgramPaths(text); return err }
	ignored := func(text string) error { _, err := parseIgnored(text); return err }
	tests := []struct {
		name  string
		parse func(string) error
		text  string
		want  string
	}{
		{"more: fields", more, "home\ta", "known-paths-more.tsv:1: expected 9 fields, got 2"},
		{"more: unknown path", more, "home\tb\t0\t2\t\t0\t\t\t0", `known-paths-more.tsv:1: path b is not in known-paths.tsv with the mode ""`},
		{"more: kind", more, "home\ta\t2\t0\t\t0\t\t\t0", "known-paths-more.tsv:1: path a is not of the kind that known-paths.tsv gives"},
		{"more: number", more, "home\ta\t0\tx\t\t0\t\t\t0", `known-paths-more.tsv:1: expected 0 to 230 repositories, got "x"`},
		{"same: one name", same, "~/a", `same.tsv:1: expected two paths or more, got "~/a"`},
		{"same: twice", same, "~/a\t~/a", "same.tsv:1: duplicate path ~/a"},
		{"same: nothing known", same, "~/b\t~/c", `same.tsv:1: none of the paths is in known-paths.tsv: "~/b\t~/c"`},
		{"programs: fields", programs, "x\thome\ta\t1\t2", `program-paths.tsv:1: expected a program and 5 more fields, got "x\thome\ta\t1\t2"`},
		{"programs: scope", programs, "x\tuser\ta\t1\t2\t", `program-paths.tsv:1: expected the scope home or system, got "user"`},
		{"programs: more than all", programs, "x\thome\ta\t3\t2\t", `program-paths.tsv:1: expected some of at most 230 repositories, got "3" of "2"`},
		{"programs: twice", programs, "x\thome\ta\t1\t2\t\nx\thome\ta\t1\t2\t", "program-paths.tsv:2: duplicate program x of a"},
		{"ignored: fields", ignored, "a", "ignored-paths.tsv:1: expected 4 fields, got 1"},
		{"ignored: no owner", ignored, "a\t0\t0\t0", `ignored-paths.tsv:1: expected a pattern of at least one owner, got "a\t0\t0\t0"`},
		{"ignored: slash", ignored, "a/b\t1\t0\t0", `ignored-paths.tsv:1: expected a clean path or the name of one component, got "a/b"`},
		{"ignored: glob", ignored, "[\t1\t0\t0", `ignored-paths.tsv:1: expected a pattern of at least one owner, got "[\t1\t0\t0"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.parse(tt.text); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestCountsFitTogether(t *testing.T) {
	if !strings.Contains(knownPathsText, "counted over 230 repositories") || Repositories != 230 {
		t.Error("Repositories is not the number in known-paths.tsv")
	}
	if table := programPaths(); len(table.home) < 150 || len(table.host) < 70 {
		t.Errorf("program-paths.tsv: %d paths in homes and %d others", len(table.home), len(table.host))
	}
	if rows := ignoredPaths(); len(rows) != 48 {
		t.Errorf("ignored-paths.tsv: %d patterns", len(rows))
	}
	entry, _ := Lookup(Homes{}, "/var/lib/acme")
	if entry.Mode != "0755" || entry.ModeRepositories == 0 || entry.User == "" {
		t.Errorf("known-paths-more.tsv is not used: %+v", entry)
	}
	companions := 0
	for range PathsOfPrograms {
		companions++
	}
	if companions != 301 {
		t.Errorf("%d pairs do not name a companion, want 301", companions)
	}
}

func TestContainerLayer(t *testing.T) {
	for point, want := range map[string]bool{
		"/var/lib/containers/storage/overlay/abc/merged":                true,
		"/var/lib/containers/storage/overlay":                           true,
		"/home/al/.local/share/containers/storage/overlay/abc/merged":   true,
		"/var/lib/containers/storage/overlay-containers/a/userdata/shm": true,
		"/var/lib/docker/overlay2/abc/merged":                           true,
		"/var/lib/docker/rootfs/overlayfs/abc":                          true,
		"/var/lib/docker/containers/abc/mounts/shm":                     true,
		"/var/lib/containers/storage/volumes/v/_data":                   false,
		"/var/lib/docker":         false,
		"/srv/overlay/abc/merged": false,
		"/merged":                 false,
		"/":                       false,
	} {
		if got := ContainerLayer(point); got != want {
			t.Errorf("ContainerLayer(%s) = %v", point, got)
		}
	}
}

// FuzzParseCounts checks that what the parsers of the counts accept can be used.
func FuzzParseCounts(f *testing.F) {
	f.Add("x\thome\ta\t1\t2\tfile:1", "a\t1\t1\t0", "home\ta\t0\t2\t\t0\t\t\t0", "~/a\t/b")
	f.Add("", "*/n\t2\t2\t0\n~/.x\t2\t0\t2", "", "a")
	f.Fuzz(func(t *testing.T, programs, ignored, more, same string) {
		if table, err := parseProgramPaths(programs); err == nil {
			for name, pairs := range table.host {
				if !strings.HasPrefix(name, "/") || len(pairs) == 0 || pairs[0].Of < pairs[0].Repositories {
					t.Errorf("accepted %q: %+v", name, pairs)
				}
			}
		}
		if rows, err := parseIgnored(ignored); err == nil {
			for _, row := range rows {
				row.matches("/home/al/x", "x", true)
			}
		}
		table, err := parseKnown("home\ta\tfile\t2\t\nsystem\t/b\tdirectory\t200\t", more, same)
		if err == nil && (table.home["a"].Own != 2 || table.host["/b"].Repositories > Repositories) {
			t.Errorf("accepted %+v", table)
		}
	})
}
