package known

import (
	"path"
	"strings"
	"sync"
)

// splits are the containers, and the directories of which known-paths.tsv says that people usually
// keep parts rather than the whole.
var splits = sync.OnceValue(func() placeTable { return splitsOf(containers(), knownPaths()) })

// Splits reports whether people do not keep a directory as a whole: it is a container, or public
// configurations keep parts of it more often than the whole. It takes as long as Container.
func (h Homes) Splits(dir string) bool {
	return h.above[dir] || splits().has(h, dir)
}

// keptWholeBy is the share of configurations, in percent, from which a container is usually kept as a
// whole: ~/.cache and /etc/ssh are, ~/.config and /var/lib are not.
const keptWholeBy = 10

// Shared reports whether a directory is a container that people rarely keep as a whole, because it
// belongs to several programs. It takes as long as Lookup.
func (h Homes) Shared(dir string) bool {
	if !h.Container(dir) {
		return false
	}
	entry, _ := Lookup(h, dir)
	return entry.Repositories*100 < Repositories*keptWholeBy
}

// Unit returns what people usually keep of a path as one: the topmost directory at or above it that
// does not split, or the path itself. A directory that splits has no unit: ok is false. The
// path is absolute and clean. Only names count: what is mounted or persisted is not known here.
func (h Homes) Unit(name string, isDir bool) (unit string, ok bool) {
	for i := 1; i < len(name); i++ {
		if name[i] == '/' && !h.Splits(name[:i]) {
			return name[:i], true
		}
	}
	return name, !isDir || !h.Splits(name)
}

// splitsOf returns the directories that split. Of the numbers in the table, those of the whole and
// those of its parts are compared from the bottom up, as in the problem of the heaviest antichain
// of a tree: the units below a directory are the parts, or the whole, whichever more configurations
// have written.
func splitsOf(containers placeTable, table pathTable) placeTable {
	out := placeTable{home: map[string]bool{}, host: map[string]bool{}}
	for name := range containers.home {
		out.home[name] = true
	}
	for name := range containers.host {
		out.host[name] = true
	}
	// The home itself is a container, "/" too.
	splitTree(out.home, table.home, ".")
	splitTree(out.host, table.host, "/")
	return out
}

// splitTree adds the directories of one scope.
func splitTree(out map[string]bool, entries map[string]Entry, top string) {
	children := map[string][]string{}
	seen := map[string]bool{top: true}
	for name := range entries {
		for ; !seen[name]; name = path.Dir(name) {
			seen[name] = true
			children[path.Dir(name)] = append(children[path.Dir(name)], name)
		}
	}
	// visit returns how many have written the units at or below a directory.
	var visit func(name string) int
	visit = func(name string) int {
		parts := 0
		for _, child := range children[name] {
			parts += visit(child)
		}
		own := entries[name].Own
		switch {
		case out[name]: // a container, however many keep it as a whole
			return max(own, parts)
		case partsWin(own, parts):
			out[name] = true
			return parts
		}
		return own
	}
	visit(top)
}

// fewestParts is how many entries below a directory make them its units. Fewer are chance: with 1,
// 79.4 % of the units of paths that the data does not have are right, with 4 83.4 %, and units of
// other configurations are right more often too (91.2 % and 91.3 %, TestUnitOfUnseenPaths and
// TestUnitIsWhatOtherConfigurationsKeep).
const fewestParts = 4

// partsWin reports whether the parts of a directory are its units. A tie is for the whole, and so is
// a small difference: the parts of a directory are several entries of one configuration.
func partsWin(whole, parts int) bool { return parts >= fewestParts && 2*parts >= 3*whole }

// layerPoints are the mount points that container engines make inside their own storage, as
// suffixes of paths with "*" for one component. The data of a layer is in the
// directory beside it, so such a mount does not divide the storage.
//
//	overlay/*/merged, overlay2/*/merged    containers/storage (Podman, Buildah, CRI-O), Docker
//	storage/overlay                        containers/storage makes the mount private
//	rootfs/overlayfs/*                     Docker with the containerd image store
//	overlay-containers/*/userdata/shm      Podman
//	containers/*/mounts/shm                Docker
var layerPoints = [...]string{
	"overlay/*/merged", "overlay2/*/merged", "storage/overlay", "rootfs/overlayfs/*",
	"overlay-containers/*/userdata/shm", "containers/*/mounts/shm", "btrfs/subvolumes/*", "vfs/dir/*",
}

// engineStores are the names of the directories in which container engines keep their storage.
var engineStores = [...]string{"containers", "docker"}

// ContainerLayer reports whether a mount point is one that a container engine makes inside its own
// storage: /var/lib/containers/storage/overlay/ID/merged, for example.
func ContainerLayer(point string) bool {
	for _, layer := range layerPoints {
		above := point
		rest := layer
		for rest != "" {
			slash := strings.LastIndexByte(rest, '/')
			if want := rest[slash+1:]; want != "*" && want != path.Base(above) || above == "/" {
				break
			}
			above, rest = path.Dir(above), rest[:max(slash, 0)]
		}
		if rest == "" && inEngineStore(above) {
			return true
		}
	}
	return false
}

// inEngineStore reports whether a component of a path is the name of an engine's storage.
func inEngineStore(name string) bool {
	for component := range strings.SplitSeq(name, "/") {
		for _, store := range engineStores {
			if component == store {
				return true
			}
		}
	}
	return false
}
