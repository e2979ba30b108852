package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/pattern"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
)

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
	set, err := pattern.Compile([]pattern.Pattern{{Text: "skip"}})
	if err != nil {
		t.Fatal(err)
	}
	opts := scan.Options{Policy: scan.NewPolicy(scan.Rules{Roots: []string{root}, Exclude: set})}
	for _, tt := range []struct{ limit, batch int }{{0, 7}, {0, 30}, {0, 100}, {3, 7}, {7, 7}, {8, 7}, {30, 7}, {40, 7}} {
		for _, keep := range []bool{false, true} {
			var out bytes.Buffer
			p := &rowPrinter{
				printer: &printer{out: report.NewWriter(&out), limit: tt.limit}, opts: opts, keep: keep,
				format: report.DirLongFormat(report.PathStyle{}, nil, time.Now()), numbers: true, batch: tt.batch,
			}
			err := error(nil)
			for i := 0; i < dirs && err == nil; i++ {
				err = p.add(t.Context(), scan.NewRow(fmt.Sprintf("%s/%05d", root, i), scan.KindDir))
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
			if err := p.out.Flush(); err != nil {
				t.Fatal(err)
			}
			if lines, along := strings.Count(out.String(), "\n"), strings.Count(out.String(), " +1 "); lines != want || along != want {
				t.Errorf("%+v: %d lines, %d of them with one excluded file, want %d:\n%s", tt, lines, along, want, out.String())
			}
		}
	}
}
