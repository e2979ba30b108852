package tui

import "github.com/DaRacci/list-ephemeral/internal/known"

// noisy reports whether a node lies in a directory full of files that nobody looks
// for by name: what was downloaded, built or cached, and what packages bring. They
// are found, but after the others. It is known once there are entries.
func (l *listing) noisy(node uint32) bool {
	if isDirNode(node) {
		return l.noise.has(node &^ dirBit)
	}
	return l.noise.has(l.holder(node))
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
