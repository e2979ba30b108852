package adopt

import (
	"os"
	"runtime"
	"strconv"
	"testing"
)

// BenchmarkTreeMemory copies a directory of 20 directories with 1,000 files each. It reports the
// memory that the nodes take until they are put in place.
func BenchmarkTreeMemory(b *testing.B) {
	const dirs, files = 20, 1_000
	g := newGround(b)
	for d := range dirs {
		g.must(os.MkdirAll(g.at("app/"+strconv.Itoa(d)), 0o755))
		for f := range files {
			g.must(os.WriteFile(g.at("app/"+strconv.Itoa(d)+"/file-with-a-name-"+strconv.Itoa(f)), nil, 0o644))
		}
	}
	root, err := rootDir()
	g.must(err)
	defer root.close()
	from, err := root.below(g.source)
	g.must(err)
	defer from.close()
	storage, err := openStorage(root, g.store, nil)
	g.must(err)
	defer storage.close()
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	total, copies := uint64(0), uint64(0)
	for b.Loop() {
		r := &run{storage: storage, links: links{storage: storage, made: map[inode]*copyWithNames{}}}
		r.content.progress = new(Progress)
		at := &place{from: from, path: absolute(g.source), staging: &stagingDir{dir: storage}}
		name := strconv.FormatUint(copies, 10)
		before := inUse()
		top, t := r.copyTree(b.Context(), &staged{at: at, source: "app", name: "app", stage: name})
		total += inUse() - before
		copies++
		if t.problems.More > 0 {
			b.Fatal(t.problems.Problems)
		}
		g.must(storage.remove(name))
		runtime.KeepAlive(top)
	}
	b.ReportMetric(float64(total)/float64(copies*(dirs*files+dirs+1)), "B/node")
}
