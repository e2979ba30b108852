package tui

import "github.com/DaRacci/list-ephemeral/internal/known"

// noisy reports whether a node lies in a directory full of files that nobody looks
// for by name: what was downloaded, built or cached, and what packages bring. They
// are found, but after the others.
func (t *tree) noisy(node uint32) bool {
	dir := t.holder(node)
	if isDirNode(node) {
		dir = node &^ dirBit
	}
	for ; dir != 0; dir = t.dirs[dir].parent {
		if t.isNoise(dir) {
			return true
		}
	}
	return false
}

func (t *tree) isNoise(dir uint32) bool {
	parent := t.dirs[dir].parent
	switch string(t.dirName(dir)) {
	case "node_modules", "site-packages", ".git", "target", "steamapps", "overlay", "overlay2":
		return true
	case "mod":
		return string(t.dirName(parent)) == "pkg" // Go's
	case "registry":
		return string(t.dirName(parent)) == ".cargo"
	case "usr":
		return parent == 0
	case "storage":
		return string(t.dirName(t.dirs[parent].parent)) == "firefox" // what web pages keep
	}
	return known.CacheDir(t.dirName(dir))
}
