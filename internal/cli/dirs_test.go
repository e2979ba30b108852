package cli

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/scan"
)

// gathered returns the rows that a gatherer makes of a listing, as text.
func gathered(t *testing.T, rollup *scan.Rollup, opts scan.Options) []string {
	t.Helper()
	var rows []string
	g := gatherer{rollup: rollup, done: func(r *row) error {
		rows = append(rows, fmt.Sprintf("%s %d %d", r.path, r.files, r.bytes))
		return nil
	}}
	if _, err := scan.List(t.Context(), opts, g.add); err != nil {
		t.Fatal(err)
	}
	if err := g.end(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestGathererEqualsCountingInAMap makes random trees, in which directories are
// candidates too, and compares the stream of rows with what a map of all units
// says at the end, sorted.
func TestGathererEqualsCountingInAMap(t *testing.T) {
	names := []string{"a", "b", "a-b", "a.b", "a b", "\xff", ".config", "z"}
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 33))
		root := t.TempDir()
		paths := []string{root}
		for range 60 {
			path := paths[random.IntN(len(paths))] + "/" + names[random.IntN(len(names))]
			if random.IntN(2) == 0 && os.Mkdir(path, 0o755) == nil {
				paths = append(paths, path)
			} else if _, err := os.Lstat(path); err != nil {
				_ = os.WriteFile(path, []byte("x"), 0o644)
			}
		}
		rules := scan.Rules{Roots: []string{root}}
		for range random.IntN(4) {
			rules.Persisted = append(rules.Persisted, scan.Persisted{Path: paths[random.IntN(len(paths))] + "/a"})
		}
		policy := scan.NewPolicy(rules)
		rollup := scan.NewRollup(policy, root)
		opts := scan.Options{Policy: policy, Info: true, Kinds: scan.KindsOf(scan.KindFile)}
		if random.IntN(2) == 0 {
			opts.Kinds = scan.KindsOf(scan.KindFile, scan.KindDir)
		}
		if diff := cmp.Diff(inAMap(t, rollup, opts), gathered(t, rollup, opts)); diff != "" {
			t.Errorf("seed %d: rows differ (-map +stream):\n%s", seed, diff)
		}
	}
}

func inAMap(t *testing.T, rollup *scan.Rollup, opts scan.Options) []string {
	t.Helper()
	type sums struct{ files, bytes int64 }
	units := map[string]sums{}
	if _, err := scan.List(t.Context(), opts, func(e *scan.Entry) error {
		unit, ok := rollup.Unit(string(e.Path), e.Kind == scan.KindDir)
		if !ok {
			return nil
		}
		key := unit.Path
		if unit.Dir {
			key += "/"
		}
		s := units[key]
		if e.Kind != scan.KindDir {
			s.files++
			s.bytes += e.Info().Size
		}
		units[key] = s
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var keys, rows []string
	for key := range units {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		rows = append(rows, fmt.Sprintf("%s %d %d", key, units[key].files, units[key].bytes))
	}
	return rows
}

func TestGathererPassesErrorsOn(t *testing.T) {
	wrong := errors.New("wrong")
	g := gatherer{rollup: scan.NewRollup(scan.NewPolicy(scan.Rules{})), done: func(*row) error { return wrong }}
	if err := g.add(&scan.Entry{Path: []byte("/x"), Kind: scan.KindFile}); err != nil {
		t.Errorf("the first candidate: %v", err)
	}
	if err := g.add(&scan.Entry{Path: []byte("/y"), Kind: scan.KindFile}); !errors.Is(err, wrong) {
		t.Errorf("the second: %v", err)
	}
	if err := g.add(&scan.Entry{Path: []byte("/z"), Kind: scan.KindFile}); err != nil {
		t.Errorf("the third: %v", err)
	}
	if err := g.end(); !errors.Is(err, wrong) {
		t.Errorf("the end: %v", err)
	}
}

func TestRowPrinterCountsInBatches(t *testing.T) {
	root := t.TempDir()
	const dirs = 30
	for i := range dirs {
		dir := fmt.Sprintf("%s/%05d/skip", root, i)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/1", []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	set, err := pattern.Compile((&app{excludes: []string{"skip"}}).excludePatterns(newConfig()))
	if err != nil {
		t.Fatal(err)
	}
	opts := scan.Options{Policy: scan.NewPolicy(scan.Rules{Roots: []string{root}, Exclude: set})}
	for _, tt := range []struct{ limit, batch int }{{0, 7}, {0, 30}, {0, 100}, {3, 7}, {7, 7}, {8, 7}, {30, 7}, {40, 7}} {
		for _, keep := range []bool{false, true} {
			var out bytes.Buffer
			p := &rowPrinter{
				printer: &printer{out: newWriter(&out), limit: tt.limit}, opts: opts, keep: keep,
				format: dirLongFormat(pathStyle{}, time.Now()), numbers: true, batch: tt.batch,
			}
			err := error(nil)
			for i := 0; i < dirs && err == nil; i++ {
				err = p.add(t.Context(), newRow(fmt.Sprintf("%s/%05d", root, i), scan.KindDir))
			}
			if err == nil {
				err = p.flush(t.Context())
			}
			want := dirs
			if tt.limit > 0 {
				want = min(dirs, tt.limit)
			}
			if enough := want == tt.limit; errors.Is(err, errEnough) != enough || err != nil && !enough {
				t.Errorf("%+v: %v", tt, err)
			}
			if err := p.out.flush(); err != nil {
				t.Fatal(err)
			}
			if lines, along := strings.Count(out.String(), "\n"), strings.Count(out.String(), " +1 "); lines != want || along != want {
				t.Errorf("%+v: %d lines, in %d one file comes along, want %d:\n%s", tt, lines, along, want, out.String())
			}
		}
	}
}

func TestNotesPreferExactThenLongNames(t *testing.T) {
	cfg := newConfig()
	cfg.Home = "/users/eve"
	cfg.Users = map[string]string{"bob": "/users/bob"}
	cfg.Programs = []string{"git", "gh", "github-desktop", "vscode", "code"}
	n := newNotes(&plan{config: cfg})
	for path, want := range map[string]note{
		"/users/eve/.config/github/x":         {"github-desktop", false, 0},
		"/users/eve/.config/gh/hosts.yml":     {"gh", false, 2},
		"/users/eve/.config/gh/x":             {"gh", false, 6},
		"/users/eve/.config/my-github-app/x":  {"github-desktop", false, 0},
		"/users/eve/.config/lights/x":         {"gh", false, 0},
		"/users/eve/.config/Code/git/Cache/x": {"vscode", true, 4},
		"/users/bob/.ssh/x":                   {"", false, 20},
		"/users/eve/.cache/x/y":               {"", true, 0},
		"/x":                                  {"", false, 0},
		"/var/lib/nixos/uid-map":              {"", false, 24},
	} {
		if got := n.of(path, false); got != want {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
	if got := n.of("/users/eve/.ssh", true); got.known != 20 {
		t.Errorf("~/.ssh: %+v", got)
	}
	if got := n.of("/users/eve/p/node_modules", true); !got.cache {
		t.Errorf("node_modules: %+v", got)
	}
}

func TestCachePlacesComeFromTheEnvironment(t *testing.T) {
	for value, want := range map[string]known.Caches{"/a//b/": {Home: "/a/b"}, "": {}, "relative": {}} {
		t.Setenv("XDG_CACHE_HOME", value)
		if got := caches(); got != want {
			t.Errorf("XDG_CACHE_HOME=%q: %+v, want %+v", value, got, want)
		}
	}
}

// newConfig returns a configuration without a file.
func newConfig() *config.Config { return &config.Config{Home: "/users/eve"} }
