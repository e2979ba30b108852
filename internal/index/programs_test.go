package index_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/bench/corpus"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/scan"
)

func TestProgramFilterEqualsGrep(t *testing.T) {
	var s index.Store
	corpus.Each(20_000, 9, func(path string) { s.AddPath([]byte(path), scan.KindFile) })
	s.AddPath([]byte("/home/me/1Password/x"), scan.KindFile)
	l := listOf(t, &s)
	programs := []string{"firefox", "Code", "_1password-gui", "e", "sr", "nothing", "_"}
	sums, err := l.CountPrograms(t.Context(), programs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, program := range programs {
		name := known.Normalize(program)
		var want []string
		for _, p := range pathsOf(l) {
			if name != "" && strings.Contains(strings.ToLower(p), name) {
				want = append(want, p)
			}
		}
		part, err := l.Part(t.Context(), l.OfProgram(program))
		if err != nil {
			t.Fatal(err)
		}
		if got := pathsOf(part); !slices.Equal(got, want) {
			t.Errorf("%s: %d paths, want %d", program, len(got), len(want))
		}
		equal(t, "count of "+program, sums.Files[i], len(want))
	}
	equal(t, "firefox has files", sums.Files[0] > 0, true)
}

func TestPartsAndCountsStopWhenCancelled(t *testing.T) {
	var s index.Store
	s.AddPath([]byte("/a"), scan.KindFile)
	l := listOf(t, &s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Part(ctx, func(uint32) bool { return true }); !errors.Is(err, context.Canceled) {
		t.Errorf("err is %v", err)
	}
	if _, err := l.CountPrograms(ctx, []string{"a"}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("err is %v", err)
	}
}

// byName splits /home and returns the name of the directory or file, without its dot.
func byName() index.Programs {
	return index.Programs{
		Splits: func(dir string) bool { return dir == "/home" },
		Of: func(path string) string {
			if strings.HasSuffix(path, "/own") {
				return ""
			}
			return strings.TrimPrefix(strings.TrimSuffix(path, "/"), "/home/")
		},
	}
}

func TestProgramsAreFoundByTheUnitsOfFiles(t *testing.T) {
	var s index.Store
	for _, path := range []string{"/home/a/x", "/home/a/b/y", "/home/b/x", "/home/lone", "/home/own"} {
		s.AddPath([]byte(path), scan.KindFile)
	}
	l := listOf(t, &s)
	stats, err := l.StatAll(t.Context(), sizeOfName, nil)
	if err != nil {
		t.Fatal(err)
	}
	totals := l.Totals(stats)
	programs, sums, err := l.FindPrograms(t.Context(), byName(), totals)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "programs", programs, []string{"a", "b", "lone"})
	equal(t, "counts", sums.Files, []int{2, 1, 1})
	counted, err := l.CountPrograms(t.Context(), []string{"lone", "b"}, totals)
	if err != nil {
		t.Fatal(err)
	}
	for i, program := range programs {
		part, err := l.Part(t.Context(), l.BelongsTo(byName(), program))
		if err != nil {
			t.Fatal(err)
		}
		paths := pathsOf(part)
		equal(t, "files of "+program, len(paths), sums.Files[i])
		var size int64
		for _, path := range paths {
			_, info, _ := sizeOfName(path)
			size += info.Size
		}
		equal(t, "size of "+program, sums.Sizes[i], size)
	}
	_, lone, _ := sizeOfName("/home/lone")
	equal(t, "size by name", counted.Sizes[0], lone.Size)
	if _, without, err := l.FindPrograms(t.Context(), byName(), nil); err != nil || without.Sizes != nil {
		t.Errorf("sizes that are not known: %v, %v", without.Sizes, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := l.FindPrograms(ctx, byName(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("err is %v", err)
	}
}
