package snippet

import (
	"path"
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// privateState is where services with DynamicUser= keep their state. Its mode has to
// be 0700, or they do not start (systemd.exec(5)).
const privateState = "/var/lib/private"

// neverMounted says why a tree must not be a mount point of persistent data,
// whatever is in it; "" if it may be one. In /etc, /usr and their like NixOS writes
// at every boot what the boot needs, which a mount would hide (its
// system.activationScripts); /boot is a file system of its own.
func neverMounted(p string) string {
	top := p
	if i := strings.IndexByte(p[1:], '/'); i >= 0 {
		top = p[:1+i]
	}
	switch top {
	case "/nix":
		return "it is in /nix, which the boot needs as it is"
	case "/proc", "/sys", "/dev", "/run":
		return "it is in " + top + ", which the kernel and the boot create again"
	}
	switch p {
	case "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64":
		return "a mount there would hide what the boot writes into it; persist directories in it instead"
	case "/boot":
		return "a mount there would hide the boot partition"
	}
	return ""
}

// troubles says what a path may meet, in any dialect of Nix.
func troubles(item *Item) (reasons []string) {
	if known.Rewritten(item.Path) {
		reasons = append(reasons, "the system writes this file again at every boot")
	}
	switch item.Path {
	case "/etc/shadow":
		reasons = append(reasons, "set passwords with users.users.<name>.hashedPasswordFile")
	case "/var":
		reasons = append(reasons, "the boot writes much of it again (caches, logs, spools): directories in it are a better choice")
	case "/tmp", "/var/tmp":
		reasons = append(reasons, "it is a directory for temporary files")
	}
	if misreadBySystemd(item.Path) {
		reasons = append(reasons, `systemd may take ', \, % or a control character in this name for something else`)
	}
	if item.Replaced && !item.Dir {
		reasons = append(reasons, "programs replace it when they save, which a file that is a mount refuses (EBUSY)")
	}
	return reasons
}

// misreadBySystemd reports whether tmpfiles.d(5) or a mount unit takes a path for
// another one: the modules write it there as it is, but for quotes around it. In
// systemd 252 a ' ends the quotes, a backslash escapes, a % begins a specifier
// unless nothing that may be one follows.
func misreadBySystemd(p string) bool {
	for i := range len(p) {
		switch c := p[i]; {
		case c < ' ', c == 0x7f, c == '\'', c == '\\':
			return true
		case c == '%' && i+1 < len(p):
			if next := p[i+1] | 0x20; 'a' <= next && next <= 'z' || p[i+1] == '%' {
				return true
			}
		}
	}
	return false
}

// parentOf returns the nearest directory above a path that can be recommended
// instead of it: of one program, and with a name that everything carries; or "".
func (s *selection) parentOf(p string) string {
	for p = s.parent(p); p != "" && misreadBySystemd(p); {
		p = s.parent(p)
	}
	return s.advisable(p)
}

// ofTheBoot reports whether a directory is one that the boot creates, whatever is
// persisted: no entry may change its mode or owner, which all users depend on.
func (s *selection) ofTheBoot(dir string) bool {
	return dir == "/" || dir == "/home" || neverMounted(dir) != "" || !s.refused[dir] && s.aboveHome(dir)
}

// advisable returns a directory if it can be recommended, or "".
func (s *selection) advisable(dir string) string {
	if dir == "" || !utf8.ValidString(dir) || misreadBySystemd(dir) || s.known.Container(dir) || s.refuse(dir) != "" {
		return ""
	}
	return dir
}

// private reports whether a path lies directly in the directory that must have mode
// 0700.
func private(p string) bool { return path.Dir(p) == privateState }

// warnPrivate adds a note where a module would create the directory that must have
// mode 0700 with its default. carried says that it takes the mode of the directory that
// the item is in.
func (e *entry) warnPrivate(item *Item, carried bool) {
	if paths.Below(item.Path, privateState) && (!carried || !private(item.Path)) {
		e.warn(item, "services with DynamicUser= need "+privateState+" to have mode 0700", privateState)
	}
}

// warnParents adds a note on the directory above an item that a module changes by
// creating it with its default, where that matters. It gives it to root, or in a home to
// the user, with mode 0755. Of several it is the highest that can be recommended, else
// the highest. carried says that the module takes mode and owner of the directory that
// the item is in.
func (s *selection) warnParents(e *entry, p *place, item *Item, carried bool) {
	var found Note
	dir := path.Dir(item.Path)
	for i := -1; i < len(item.Above) && len(dir) > max(p.skip(), len("/")); i++ {
		access := item.Parent
		if i >= 0 {
			access = item.Above[i]
		}
		carried = carried && i < 0 && !s.ofTheBoot(dir)
		if change := s.changed(p, dir, access); change != "" && !carried {
			reason := "its directory " + change
			if i >= 0 {
				reason = inQuotes(dir) + " above it " + change
			}
			if instead := s.advisable(dir); instead != "" || found.Instead == "" {
				found = Note{item.Path, reason, instead}
			}
		}
		dir = path.Dir(dir)
	}
	if found.Reason != "" {
		e.notes = append(e.notes, found)
	}
}

// changed says what a module changes of a directory by creating it, as a clause without
// its subject; "" if that does not matter. In a home, which is closed itself, that
// is a directory which only the user may enter, but not one that all programs share: many
// create ~/.config with mode 0700 (XDG Base Directory Specification).
func (s *selection) changed(p *place, dir string, a *Access) string {
	switch {
	case a == nil, dir == privateState, dir == "/tmp", dir == "/var/tmp": // the boot sets the mode of the last two
		return ""
	case p.user.Home != "":
		if !a.secret() || s.known.Container(dir) {
			return ""
		}
	case a.User != "" && a.User != byRoot.user:
		return "gets root:root 0755, and has " + printableOwner(a.User, a.Group) + " " + octal.Mode(a.Mode)
	case a.Mode&0o007 == 0o005:
		return ""
	}
	return "gets mode 0755, and has " + octal.Mode(a.Mode)
}

// printableOwner returns user and group, which is "" if it is not known.
func printableOwner(user, group string) string {
	if group != "" {
		user += ":" + group
	}
	return printable.Name(user)
}

// hostKey reports whether a file is a key of the SSH server, or its public half.
func hostKey(p string) bool {
	name, found := strings.CutPrefix(p, "/etc/ssh/ssh_host_")
	return found && (strings.HasSuffix(name, "_key") || strings.HasSuffix(name, "_key.pub"))
}
