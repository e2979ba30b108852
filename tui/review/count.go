package review

import (
	"context"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/triage"
)

// Progress is how many of the places of a listing are decided.
type Progress struct {
	Decided, All int
	// Sizes are the sizes in bytes of the paths that were postponed, if totals are known.
	Sizes map[string]int64
}

// Count counts the places on which the user has decided: all files in them are covered by a decision.
// It returns the error of ctx soon after ctx is done. totals may be nil.
func Count(ctx context.Context, l *index.Listing, groups *index.Groups, totals *index.Totals, active *triage.Active) (Progress, error) {
	var p Progress
	var path []byte
	for _, group := range groups.All() {
		for _, node := range group.Places {
			if ctx.Err() != nil {
				return p, ctx.Err()
			}
			p.All++
			var decided bool
			if path, decided = Decided(l, node, active, path); decided {
				p.Decided++
			}
		}
	}
	if totals != nil && active.Count(triage.NotNow) > 0 {
		p.Sizes = sizesOf(ctx, l, totals, active.With(triage.NotNow))
	}
	return p, ctx.Err()
}

// Decided reports whether a decision covers a node, or everything below it. buf is a buffer for
// paths; it is returned for the next call.
func Decided(l *index.Listing, node uint32, active *triage.Active, buf []byte) ([]byte, bool) {
	buf = l.AppendNode(buf[:0], node)
	if _, decided := active.OfBytes(buf); decided {
		return buf, true
	}
	if !index.IsDir(node) || active.Len() == 0 {
		return buf, false
	}
	below := l.Below(index.DirOf(node))
	for _, file := range l.Order()[below.Start:below.End] {
		if l.NonCandidate(file) {
			continue
		}
		buf = l.AppendNode(buf[:0], file)
		if _, decided := active.OfBytes(buf); !decided {
			return buf, false
		}
	}
	return buf, below.End > below.Start
}

// sizesOf returns the sizes of paths in the listing.
func sizesOf(ctx context.Context, l *index.Listing, totals *index.Totals, paths []string) map[string]int64 {
	wanted := make(map[string]bool, len(paths))
	for _, path := range paths {
		wanted[path] = true
	}
	nodes, _ := l.Locate(ctx, wanted, "")
	sizes := make(map[string]int64, len(nodes))
	for _, node := range nodes {
		sizes[string(l.AppendNode(nil, node))] = totals.Of(node).Size
	}
	return sizes
}
