package boot

// Roots returns the trees to look for candidates in, sorted by mount point.
//
// If any were stated, it is those alone. Otherwise it is "/", whatever its fate is, and every
// tree of data that is wiped, wherever it is mounted, except for
//
//   - a bind mount of a directory that is visible below another root, where its files are
//     found anyway;
//   - a mount of a file: it has no candidates in it.
//
// Interfaces of the kernel and what is mounted in places of the running system, as /run, are
// never roots by default.
func (t *Trees) Roots() []Tree {
	var roots []Tree
	for i, n := range t.decided.nodes {
		if t.isRoot(n) {
			roots = append(roots, t.all[i])
		}
	}
	return roots
}

func (t *Trees) isRoot(n *node) bool {
	switch {
	case len(t.stated) > 0:
		return n.stated
	case n.point == "/":
		return true
	case n.role != RoleData || n.fate != Wiped || n.top.File:
		return false
	}
	return n.source == nil || !t.isRoot(n.source)
}
