package nspawn

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// UnitDir is where a machine has its own units, systemd.unit(5), below its root.
const UnitDir = "etc/systemd/system"

// Mount is the contents of a mount unit, systemd.mount(5).
type Mount struct {
	What, Where, Type, Options string
	// Needs is a path that has to be mounted before, or "".
	Needs string
}

// String returns the text of the unit.
func (m Mount) String() string {
	var b strings.Builder
	b.WriteString("[Unit]\nDefaultDependencies=no\nConflicts=umount.target\nBefore=local-fs.target umount.target\n")
	if m.Needs != "" {
		fmt.Fprintf(&b, "RequiresMountsFor=%s\n", m.Needs)
	}
	fmt.Fprintf(&b, "\n[Mount]\nWhat=%s\nWhere=%s\nType=%s\nOptions=%s\n", m.What, m.Where, m.Type, m.Options)
	return b.String()
}

// AddMount writes a mount unit, and enables it for local-fs.target, in the machine whose root
// file system is at root.
func AddMount(root string, m Mount) error {
	return AddUnit(root, Escape(m.Where)+".mount", m.String(), "local-fs.target")
}

// AddUnit writes a unit and enables it for another one.
func AddUnit(root, name, text, wantedBy string) error {
	dir := filepath.Join(root, UnitDir)
	wants := filepath.Join(dir, wantedBy+".wants")
	return errors.Join(
		os.MkdirAll(wants, 0o755),
		os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644),
		os.Symlink("../"+name, filepath.Join(wants, name)),
	)
}

// Escape returns the name of the unit for a clean, absolute path, without its suffix, as
// systemd-escape --path does (systemd.unit(5), "String escaping for inclusion in unit names").
func Escape(path string) string {
	trimmed := strings.Trim(path, "/")
	if trimmed == "" {
		return "-"
	}
	var b strings.Builder
	for i := 0; i < len(trimmed); i++ {
		c := trimmed[i]
		switch {
		case c == '/':
			b.WriteByte('-')
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == ':', c == '_', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String()
}
