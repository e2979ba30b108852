package trace

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/octal"
)

// An overlay that is mounted in the namespace of a program shows the files of several directories,
// its layers. Changes are in the upper layer (Documentation/filesystems/overlayfs.rst).

// inLayers returns the path in our namespace of a path of an overlay: that of the first layer that
// has it. A path that no layer has is one of the upper layer, where it was or would be.
func (m *mapper) inLayers(mount *mounts.Mount, inside string) (string, bool) {
	layers, known := m.all.layers[mount.Device]
	if !known {
		m.all.layers[mount.Device] = nil // the layers of a layer cannot be on the same overlay
		layers = m.all.findLayers(m.view.key.namespace, mount.SuperOptions)
		m.all.layers[mount.Device] = layers
	}
	for _, layer := range layers {
		path := filepath.Join(layer, inside)
		if _, err := statx(path); err == nil {
			return path, true
		}
	}
	if len(layers) == 0 {
		return "", false
	}
	return filepath.Join(layers[0], inside), true
}

// findLayers returns the layers of an overlay as directories of our namespace. Their paths are those
// given to mount(2), from the root and the working directory of that time, so every generation of
// the namespace is tried, beginning with the oldest.
func (all *mappers) findLayers(namespace, options string) (found []string) {
	for i, layer := range overlayLayers(options) {
		dir, ok := all.findLayer(namespace, layer)
		if ok {
			found = append(found, dir)
		} else if i == 0 {
			return nil // changes cannot be found
		}
	}
	return found
}

func (all *mappers) findLayer(namespace, layer string) (string, bool) {
	for id, view := range all.views.list {
		if id == 0 || view.key.namespace != namespace {
			continue
		}
		candidates := []string{layer}
		if !filepath.IsAbs(layer) {
			candidates = nil
			for _, dir := range view.dirs {
				candidates = append(candidates, filepath.Join(dir, layer))
			}
		}
		for _, path := range candidates {
			if host, ok := all.of(id).toHost(path); ok && isDir(host) {
				return host, true
			}
		}
	}
	return layer, filepath.IsAbs(layer) && isDir(layer)
}

func isDir(path string) bool {
	st, err := statx(path)
	return err == nil && st.Mode&unix.S_IFMT == unix.S_IFDIR
}

// overlayLayers returns the directories of an overlay from its options in the mount table: the upper
// one, or "" for an overlay without one, and the lower ones from top to bottom.
func overlayLayers(options string) []string {
	upper := ""
	var lower []string
	for part := range strings.SplitSeq(options, ",") {
		key, value, _ := strings.Cut(part, "=")
		switch value = octal.Unescape(value); key {
		case "upperdir":
			upper = unescapeLayer(value)
		case "lowerdir":
			lower = append(lower, splitLayers(value)...)
		case "lowerdir+", "datadir+": // Linux 6.7
			lower = append(lower, unescapeLayer(value))
		}
	}
	return append([]string{upper}, lower...)
}

// splitLayers splits a list of directories at its colons. A backslash escapes a colon.
func splitLayers(list string) (layers []string) {
	start := 0
	for i := 0; i <= len(list); i++ {
		switch {
		case i == len(list) || list[i] == ':':
			if i > start { // "::" separates layers with data only
				layers = append(layers, unescapeLayer(list[start:i]))
			}
			start = i + 1
		case list[i] == '\\':
			i++
		}
	}
	return layers
}

// unescapeLayer removes the backslash before each escaped character (fs/overlayfs, ovl_unescape).
func unescapeLayer(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
