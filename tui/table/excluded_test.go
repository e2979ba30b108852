package table_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

func TestExcludedCacheCountsEachDirectoryOnce(t *testing.T) {
	l := listing(t, "/h/me/app/a", "/h/me/app/b", "/h/me/other/c", "/h/me/z")
	var dirs []uint32
	for dir := range uint32(l.Dirs()) {
		dirs = append(dirs, index.DirNode(dir))
	}
	nodes := append(dirs, l.Order()...)
	asked := map[string]int{}
	count := table.CountExcluded(func(_ context.Context, dir string) scan.Extent {
		asked[dir]++
		return scan.Extent{Files: len(dir), Bytes: 100}
	})
	splits := func(dir string) bool { return strings.Count(dir, "/") < 3 }
	var c table.ExcludedCache
	gen, wanted := c.Begin(nodes)
	if _, more := c.Begin(nodes); more != nil {
		t.Errorf("%d more directories while some are counted", len(more))
	}
	if _, all := c.Of(dirs...); all {
		t.Error("all are known before they are counted")
	}
	c.Take(gen, count.Count(t.Context(), l, splits, wanted))
	if sum, all := c.Of(nodes...); !all || sum != (scan.Extent{Files: len("/h/me/app") + len("/h/me/other"), Bytes: 200}) {
		t.Errorf("sum %+v, all %t", sum, all)
	}
	if _, more := c.Begin(nodes); more != nil || len(asked) != 2 || asked["/h/me/app"] != 1 {
		t.Errorf("%d more directories, asked %v", len(more), asked)
	}
	c.Forget()
	if c.Take(gen, []table.Excluded{{Node: dirs[0]}}); len(dirs) > 0 {
		if _, all := c.Of(dirs[0]); all {
			t.Error("an answer from before the rescan was stored")
		}
	}
}

func TestCountLeavesTheRestAfterASlowDirectory(t *testing.T) {
	l := listing(t, "/a/x", "/b/x", "/b/y", "/c/x", "/c/y", "/c/z")
	dirs := []uint32{index.DirNode(3), index.DirNode(2), index.DirNode(1)}
	count := table.CountExcluded(func(_ context.Context, dir string) scan.Extent {
		time.Sleep(150 * time.Millisecond)
		return scan.Extent{Files: len(dir)}
	})
	whole := func(string) bool { return false }
	if got := count.Count(t.Context(), l, whole, dirs); len(got) != 1 || got[0].Node != dirs[2] {
		t.Errorf("counted %v, want the one with the fewest files", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := count.Count(ctx, l, whole, dirs); got != nil {
		t.Errorf("counted %v after the end", got)
	}
}
