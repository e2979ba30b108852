package boot

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/octal"
)

// Overlay is what the mount table says of the layers of an overlay. Paths are the arguments of
// mount(2): they refer to the mount namespace and the working directory of that call.
type Overlay struct {
	// Upper is where all changes go, "" if the overlay is read-only.
	Upper string
	// Work is the directory beside it, on the same mount, that the kernel prepares files in.
	Work string
}

// ParseOverlay reads upperdir and workdir from the super options of an overlay, as [mounts.Mount]
// has them. Two escapes are undone: the octal ones of the mount table (fs/seq_file.c, seq_escape),
// and below them the backslashes by which mount(2) is given a comma or a backslash (fs/overlayfs,
// ovl_unescape), which the kernel records. Of an option that is given twice, the last value counts.
func ParseOverlay(super string) Overlay {
	var found Overlay
	for part := range strings.SplitSeq(super, ",") {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		switch key {
		case "upperdir":
			found.Upper = unescapeLayer(octal.Unescape(value))
		case "workdir":
			found.Work = unescapeLayer(octal.Unescape(value))
		}
	}
	return found
}

// unescapeLayer removes the backslash in front of each character that has one. A backslash
// at the end is kept.
func unescapeLayer(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// option returns the value of one option of a file system, "" if it is not there.
func option(super, key string) string {
	for part := range strings.SplitSeq(super, ",") {
		if k, value, ok := strings.Cut(part, "="); ok && k == key {
			return octal.Unescape(value)
		}
	}
	return ""
}
