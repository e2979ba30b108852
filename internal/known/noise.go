package known

// Noise reports whether a directory is full of files that users do not search for by name: what
// was downloaded, built or cached, and what packages install. A search ranks them last. It
// takes the names of the directory, of its parent and of the one above that; "/" has an
// empty name, and is its own parent.
func Noise(name, parent, above []byte) bool {
	switch string(name) {
	case "node_modules", "site-packages", ".git", "target", "steamapps", "overlay", "overlay2":
		return true
	case "mod":
		return string(parent) == "pkg" // Go's
	case "registry":
		return string(parent) == ".cargo"
	case "usr":
		return len(parent) == 0
	case "storage":
		return string(above) == "firefox" // what web pages keep
	}
	return CacheDir(name)
}
