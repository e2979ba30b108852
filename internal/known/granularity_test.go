package known

import (
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"testing"
)

// split is a part of the counts of known-paths.tsv.
type split struct {
	build pathTable
	test  []sample
}

// sample is a path that a number of configurations of the test part keep.
type sample struct {
	name   string // absolute
	dir    bool
	weight int
}

// outcome counts the paths of the test part by what Unit says of them.
type outcome struct{ all, exact, level, coarser, finer, container int }

func (o outcome) share(n int) float64 { return 100 * float64(n) / float64(o.all) }

// judge asks for the unit of files in each path and compares it with the path.
func (s split) judge(t *testing.T) outcome {
	t.Helper()
	places := splitsOf(containers(), s.build)
	unit := func(name string) string {
		for i := 1; i < len(name); i++ {
			if name[i] == '/' && !places.has(Homes{}, name[:i]) {
				return name[:i]
			}
		}
		return name
	}
	var o outcome
	for _, p := range s.test {
		files := []string{p.name}
		if p.dir {
			files = []string{p.name + "/f1", p.name + "/sub/f2"}
		}
		o.all += p.weight
		got := unit(files[0])
		same := got == p.name && unit(files[len(files)-1]) == p.name
		switch {
		case same:
			o.exact += p.weight
		case got == path.Dir(p.name) || got == files[0] && !(Homes{}).Container(p.name):
			o.level += p.weight
		case len(got) < len(p.name):
			o.coarser += p.weight
		default:
			o.finer += p.weight
		}
		if !same && (Homes{}).Container(p.name) {
			o.container += p.weight
		}
	}
	return o
}

// addRow adds a row of the data to a part.
func (s *split) addRow(scope, name string, e Entry, build, test int) {
	if build >= 2 { // as in the data: paths that one configuration keeps are not in it
		e.Own = build
		if scope == "home" {
			s.build.home[name] = e
		} else {
			s.build.host[name] = e
		}
	}
	if scope == "home" {
		name = "/home/al/" + name
	}
	if test > 0 {
		s.test = append(s.test, sample{name, e.Dir, test})
	}
}

func eachRow(visit func(scope, name string, e Entry)) {
	for _, name := range slices.Sorted(maps.Keys(knownPaths().home)) {
		visit("home", name, knownPaths().home[name])
	}
	for _, name := range slices.Sorted(maps.Keys(knownPaths().host)) {
		visit("system", name, knownPaths().host[name])
	}
}

// TestUnitIsWhatOtherConfigurationsKeep draws a fifth of the configurations for the test, twenty
// times, and makes the units out of the others. The data has only the number of configurations for
// each path, so each path draws its own.
func TestUnitIsWhatOtherConfigurationsKeep(t *testing.T) {
	var sum outcome
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 16))
		s := split{build: pathTable{home: map[string]Entry{}, host: map[string]Entry{}}}
		eachRow(func(scope, name string, e Entry) {
			test := 0
			for i := range e.Own { // hypergeometric: Own draws without replacement
				if random.IntN(Repositories-i) < Repositories/5-test {
					test++
				}
			}
			s.addRow(scope, name, e, e.Own-test, test)
		})
		sum = sum.add(s.judge(t))
	}
	report(t, sum, 91, 4)
}

// TestUnitOfUnseenPaths withholds a fifth of the paths themselves, so only the paths above, below
// and beside them are known.
func TestUnitOfUnseenPaths(t *testing.T) {
	var sum outcome
	for fold := range 5 {
		s := split{build: pathTable{home: map[string]Entry{}, host: map[string]Entry{}}}
		random := rand.New(rand.NewPCG(1, 16))
		eachRow(func(scope, name string, e Entry) {
			if random.IntN(5) == fold {
				s.addRow(scope, name, e, 0, e.Own)
			} else {
				s.addRow(scope, name, e, e.Own, 0)
			}
		})
		sum = sum.add(s.judge(t))
	}
	report(t, sum, 82, 13)
}

func (o outcome) add(p outcome) outcome {
	return outcome{o.all + p.all, o.exact + p.exact, o.level + p.level, o.coarser + p.coarser, o.finer + p.finer, o.container + p.container}
}

func report(t *testing.T, o outcome, exact, level float64) {
	t.Helper()
	t.Logf("%d paths: %.1f %% equal, %.1f %% one level off, %.1f %% coarser, %.1f %% finer; %.1f %% are containers kept as a whole",
		o.all, o.share(o.exact), o.share(o.level), o.share(o.coarser), o.share(o.finer), o.share(o.container))
	if o.share(o.exact) < exact || o.share(o.level) > level {
		t.Errorf("equal for %.1f %%, want %.0f %% or more; one level off for %.1f %%, want %.0f %% or less", o.share(o.exact), exact, o.share(o.level), level)
	}
}

func TestUnitByKnowledge(t *testing.T) {
	homes := HomesOf("/users/eve")
	tests := []struct {
		name, path string
		dir        bool
		want       string // "" if the directory splits
	}{
		{"most keep the whole", "/users/eve/.mozilla/firefox/p/x", false, "/users/eve/.mozilla"},
		{"most keep a part", "/home/al/.config/nushell/history.txt", false, "/home/al/.config/nushell/history.txt"},
		{"beside that part", "/home/al/.config/nushell/plugins/x", false, "/home/al/.config/nushell/plugins"},
		{"the whole of which most keep a part", "/home/al/.config/nushell", true, ""},
		{"directory with one known part", "/home/al/.config/qutebrowser/bookmarks/urls", false, "/home/al/.config/qutebrowser/bookmarks"},
		{"vendor", "/root/.config/JetBrains/Idea/x", false, "/root/.config/JetBrains"},
		{"container", "/var/lib", true, ""},
		{"state of a dynamic user", "/var/lib/private/ollama/x", false, "/var/lib/private/ollama"},
		{"host keys", "/etc/ssh/ssh_host_rsa_key", false, "/etc/ssh/ssh_host_rsa_key"},
		{"connections", "/etc/NetworkManager/system-connections/x", false, "/etc/NetworkManager/system-connections"},
		{"shared but kept as one", "/home/al/.local/share/applications/x.desktop", false, "/home/al/.local/share/applications"},
		{"shared", "/home/al/.local/share/icons/hicolor/x/y", false, "/home/al/.local/share/icons/hicolor"},
		{"log", "/var/log/journal/x/y", false, "/var/log"},
		{"unknown", "/home/al/.config/unheard-of/a/b", false, "/home/al/.config/unheard-of"},
		{"root", "/", true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := homes.Unit(tt.path, tt.dir); ok != (tt.want != "") || ok && got != tt.want {
				t.Errorf("Unit(%s) = %s, %v, want %s", tt.path, got, ok, tt.want)
			}
		})
	}
}
