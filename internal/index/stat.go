package index

import (
	"context"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

// StatFunc is scan.Stat, or a replacement of it in tests.
type StatFunc func(path string) (scan.Kind, scan.Info, error)

// NodeStat is what stat(2) returns for a node; for a directory, the sum of the sizes of its
// files and the time of the newest.
type NodeStat struct {
	Size    int64
	ModTime int64 // seconds since 1970
	Files   int   // that were looked at
	Gone    bool  // none of them is there
}

// FilesOf returns how many candidates a node is, or contains.
func (l *Listing) FilesOf(node uint32) int {
	if !IsDir(node) {
		return 1
	}
	s := l.spans[node&^dirBit]
	if before := l.candidatesBefore(); before != nil {
		return int(before[s.End] - before[s.Start])
	}
	return int(s.End - s.Start)
}

// statTime is how long StatNodes works: then the screen shows the result, and asks for the
// rest.
const statTime = 50 * time.Millisecond

// StatNodes returns the stat of the first of some nodes: at least of one, and of as many as
// take about 50 ms.
func (l *Listing) StatNodes(ctx context.Context, stat StatFunc, nodes []uint32) []NodeStat {
	start := time.Now()
	var found []NodeStat
	for _, node := range nodes {
		if len(found) > 0 && time.Since(start) > statTime || ctx.Err() != nil {
			break
		}
		found = append(found, l.StatNode(ctx, stat, node))
	}
	return found
}

// StatNode returns the stat of a node. It calls stat for all files of a directory.
func (l *Listing) StatNode(ctx context.Context, stat StatFunc, node uint32) NodeStat {
	sum := NodeStat{Files: l.FilesOf(node), Gone: true}
	var path []byte
	add := func(id uint32) {
		path = l.AppendPath(path[:0], id)
		if kind, info, err := stat(string(path)); err == nil {
			sum.Gone = false
			if kind != scan.KindDir { // a directory's own says nothing of what is in it
				sum.Size = sizes.Add(sum.Size, info.Size)
			}
			sum.ModTime = max(sum.ModTime, info.ModTime.Unix())
		}
	}
	if !IsDir(node) {
		add(node)
		return sum
	}
	s := l.spans[node&^dirBit]
	for _, id := range l.order[s.Start:s.End] {
		if ctx.Err() != nil {
			break
		}
		if !l.NonCandidate(id) {
			add(id)
		}
	}
	return sum
}

// Size returns the sum of the sizes of the selected files.
func (s *Selection) Size(ctx context.Context, stat StatFunc, l *Listing) (int64, error) {
	var sum int64
	weigh := func(node uint32) {
		if ctx.Err() == nil {
			sum = sizes.Add(sum, l.StatNode(ctx, stat, node).Size)
		}
	}
	s.dirs.Each(func(dir uint32) { weigh(dir | dirBit) })
	s.files.Each(weigh)
	return sum, ctx.Err()
}
