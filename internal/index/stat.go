package index

import (
	"context"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

// StatFunc is the type of scan.Stat. Tests replace it.
type StatFunc func(path string) (scan.Kind, scan.Info, error)

// NodeStat is the result of stat(2) for a file. For a directory, it has the total size of its
// files and the time of the newest one.
type NodeStat struct {
	Size    int64
	ModTime int64 // seconds since 1970
	Files   int   // number of candidates
	Gone    bool  // no file exists any more
}

// FilesOf returns the number of candidates in a directory, or 1 for a file.
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

// statTime is how long StatNodes works. The screen shows the result and then requests the rest.
const statTime = 50 * time.Millisecond

// StatNodes stats nodes in order and stops after about 50 ms, but not before the first node is
// done. The result can therefore be shorter than nodes.
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
			if kind != scan.KindDir { // st_size of a directory is not the size of its contents
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

// Size returns the total size of the selected files and directories.
func (s *Selection) Size(ctx context.Context, stat StatFunc, l *Listing) (int64, error) {
	var sum int64
	addSize := func(node uint32) {
		if ctx.Err() == nil {
			sum = sizes.Add(sum, l.StatNode(ctx, stat, node).Size)
		}
	}
	s.dirs.Each(func(dir uint32) { addSize(dir | dirBit) })
	s.files.Each(addSize)
	return sum, ctx.Err()
}
