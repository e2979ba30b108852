package scan

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// gathered returns the rows that a RowWriter makes of a listing, as text.
func gathered(t *testing.T, rollup *Rollup, opts Options) []string {
	t.Helper()
	var rows []string
	g := RowWriter{Rollup: rollup, Emit: func(r *Row) error {
		rows = append(rows, fmt.Sprintf("%s %d %d", r.Path, r.Files, r.Bytes))
		return nil
	}}
	if _, err := List(t.Context(), opts, g.Add); err != nil {
		t.Fatal(err)
	}
	if err := g.End(); err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestRowWriterEqualsCountingInAMap makes random trees, in which directories are candidates too. It
// compares the stream of rows with the sorted contents of a map of all units.
func TestRowWriterEqualsCountingInAMap(t *testing.T) {
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
		rules := Rules{Roots: []string{root}}
		for range random.IntN(4) {
			rules.Persisted = append(rules.Persisted, Persisted{Path: paths[random.IntN(len(paths))] + "/a"})
		}
		policy := NewPolicy(rules)
		rollup := NewRollup(policy, root)
		opts := Options{Policy: policy, Info: true, Kinds: KindsOf(KindFile)}
		if random.IntN(2) == 0 {
			opts.Kinds = KindsOf(KindFile, KindDir)
		}
		if diff := cmp.Diff(inAMap(t, rollup, opts), gathered(t, rollup, opts)); diff != "" {
			t.Errorf("seed %d: rows differ (-map +stream):\n%s", seed, diff)
		}
	}
}

func inAMap(t *testing.T, rollup *Rollup, opts Options) []string {
	t.Helper()
	type sums struct{ files, bytes int64 }
	units := map[string]sums{}
	if _, err := List(t.Context(), opts, func(e *Entry) error {
		unit, ok := rollup.Unit(string(e.Path), e.Kind == KindDir)
		if !ok {
			return nil
		}
		key := unit.Path
		if unit.Dir {
			key += "/"
		}
		s := units[key]
		if e.Kind != KindDir {
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

func TestRowWriterReturnsErrorsOfEmit(t *testing.T) {
	wrong := errors.New("wrong")
	g := RowWriter{Rollup: NewRollup(NewPolicy(Rules{})), Emit: func(*Row) error { return wrong }}
	if err := g.Add(&Entry{Path: []byte("/x"), Kind: KindFile}); err != nil {
		t.Errorf("the first candidate: %v", err)
	}
	if err := g.Add(&Entry{Path: []byte("/y"), Kind: KindFile}); !errors.Is(err, wrong) {
		t.Errorf("the second: %v", err)
	}
	if err := g.Add(&Entry{Path: []byte("/z"), Kind: KindFile}); err != nil {
		t.Errorf("the third: %v", err)
	}
	if err := g.End(); !errors.Is(err, wrong) {
		t.Errorf("the end: %v", err)
	}
}
