package boot

// Roots returns the trees to look for candidates in, sorted by mount point.
//
// Stated trees replace the default roots. The default roots are "/", whatever its fate, and every
// tree of the role data that is wiped, at any mount point, except for
//
//   - bind mounts of directories that are visible below another root, where their files are found
//     anyway;
//   - mounts of files.
//
// Interfaces of the kernel, mounts in directories of the running system (/run), and the Nix store
// are never default roots.
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
