package known

// Noise reports whether a directory contains files that users do not search for by name: downloads,
// build results, caches, and files installed by packages. A search ranks them last. The arguments
// are the names of the directory, its parent and its grandparent. "/" has an empty name and is its
// own parent.
func Noise(name, parent, above []byte) bool {
	switch string(name) {
	case "node_modules", "site-packages", ".git", "target", "steamapps", "overlay", "overlay2":
		return true
	case "mod":
		return string(parent) == "pkg" // Go modules
	case "registry":
		return string(parent) == ".cargo"
	case "usr":
		return len(parent) == 0
	case "storage":
		return string(above) == "firefox" // data of web pages
	}
	return CacheDir(name)
}
