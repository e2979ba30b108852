package index

import "context"

// Locate returns, as nodes, those whose path is in paths, and, as same, those whose path equals
// one. There can be two nodes for a path, because a file and a directory can have the same path. If
// ctx is done, Locate returns nil.
func (l *Listing) Locate(ctx context.Context, paths map[string]bool, one string) (nodes, same []uint32) {
	var buf []byte
	compare := func(node uint32) {
		buf = l.AppendNode(buf[:0], node)
		if paths[string(buf)] {
			nodes = append(nodes, node)
		}
		if one == string(buf) {
			same = append(same, node)
		}
	}
	for dir := range l.dirs {
		if l.spans[dir].Start < l.spans[dir].End {
			compare(uint32(dir) | dirBit)
		}
	}
	for i, id := range l.order {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, nil
		}
		compare(id)
	}
	return nodes, same
}
