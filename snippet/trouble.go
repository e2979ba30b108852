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

// privateState is the directory for the state of services with DynamicUser=. They start only if its
// mode is 0700 (systemd.exec(5)).
const privateState = "/var/lib/private"

// neverMounted returns why a directory must not be a mount point of persistent data, whatever it
// contains; "" if it may be one. At every boot, NixOS writes files that the boot needs to /etc,
// /usr and similar directories (system.activationScripts), and a mount would hide them. /boot is a
// separate file system.
func neverMounted(p string) string {
	top := p
	if i := strings.IndexByte(p[1:], '/'); i >= 0 {
		top = p[:1+i]
	}
	switch top {
	case "/nix":
		return "it is in /nix, which the boot needs unchanged"
	case "/proc", "/sys", "/dev", "/run":
		return "it is in " + top + ", which the kernel and the boot recreate"
	}
	switch p {
	case "/etc", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64":
		return "a mount there would hide files that the boot writes; persist directories in it instead"
	case "/boot":
		return "a mount there would hide the boot partition"
	}
	return ""
}

// troubles returns the problems that a path may cause in all Nix dialects.
func troubles(item *Item) (reasons []string) {
	if known.Rewritten(item.Path) {
		reasons = append(reasons, "the system rewrites this file at every boot")
	}
	switch item.Path {
	case "/etc/shadow":
		reasons = append(reasons, "set passwords with users.users.<name>.hashedPasswordFile")
	case "/var":
		reasons = append(reasons, "the boot recreates much of it (caches, logs, spools); persist directories in it instead")
	case "/tmp", "/var/tmp":
		reasons = append(reasons, "it is a directory for temporary files")
	}
	if misreadBySystemd(item.Path) {
		reasons = append(reasons, `systemd may misinterpret ', \, % or a control character in this name`)
	}
	if item.Replaced && !item.Dir {
		reasons = append(reasons, "programs replace it when they save, which fails if the file is a mount point (EBUSY)")
	}
	if item.StoreLink != "" && item.Dir {
		reasons = append(reasons, "it contains symlinks into the Nix store, such as "+inQuotes(item.StoreLink)+
			": they are kept too, also after the configuration no longer makes them")
	}
	return reasons
}

// misreadBySystemd reports whether systemd would read a path in tmpfiles.d(5) or a mount unit as a
// different one. The modules write the path there in quotes, but without escapes. In systemd 252 a
// ' ends the quotes, a backslash starts an escape, and a % starts a specifier if a possible one
// follows.
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

// parentOf returns the directory above a path that can be recommended instead of it, or "". It must
// belong to one program and have a name without problems.
func (s *selection) parentOf(p string) string {
	for p = s.parent(p); p != "" && misreadBySystemd(p); {
		p = s.parent(p)
	}
	return s.advisable(p)
}

// ofTheBoot reports whether the boot creates a directory, whatever is persisted. No entry may
// change the mode or owner of such a directory, because all users depend on them.
func (s *selection) ofTheBoot(dir string) bool {
	return dir == "/" || dir == "/home" || neverMounted(dir) != "" || !s.allHomes[dir] && s.aboveHome(dir)
}

// advisable returns dir if it can be recommended, otherwise "".
func (s *selection) advisable(dir string) string {
	if dir == "" || !utf8.ValidString(dir) || misreadBySystemd(dir) || s.known.Container(dir) || s.refuse(dir) != "" {
		return ""
	}
	return dir
}

// private reports whether a path is directly in privateState.
func private(p string) bool { return path.Dir(p) == privateState }

// warnPrivate adds a note if a module would create privateState with its default mode. carried is
// set if the entry includes the mode of the directory that contains the item.
func (e *entry) warnPrivate(item *Item, carried bool) {
	if paths.Below(item.Path, privateState) && (!carried || !private(item.Path)) {
		e.warn(item, "services with DynamicUser= need "+privateState+" to have mode 0700", privateState)
	}
}

// warnParents adds a note if a module would create a directory above an item with a different mode
// or owner, and that matters. The default of the modules is mode 0755, owned by root, or in a home
// by the user. Of several directories, the note names the topmost one that can be recommended,
// otherwise the topmost one. carried is set if the entry includes the mode and owner of the
// directory that contains the item.
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

// changed describes how a directory changes if a module creates it, as a clause without a subject;
// "" if that does not matter. In a home it matters only for directories that only the user may
// enter, because the home itself is closed. Directories that all programs share do not matter: many
// programs create ~/.config with mode 0700 (XDG Base Directory Specification).
func (s *selection) changed(p *place, dir string, a *Access) string {
	switch {
	case a == nil, dir == privateState, dir == "/tmp", dir == "/var/tmp": // the boot sets the mode of /tmp and /var/tmp
		return ""
	case p.user.Home != "":
		if !a.secret() || s.known.Container(dir) {
			return ""
		}
	case a.User != "" && a.User != byRoot.user:
		return "gets root:root 0755 instead of " + printableOwner(a.User, a.Group) + " " + octal.Mode(a.Mode)
	case a.Mode&0o007 == 0o005:
		return ""
	}
	return "gets mode 0755 instead of " + octal.Mode(a.Mode)
}

// printableOwner returns user and group; the group is "" if unknown.
func printableOwner(user, group string) string {
	if group != "" {
		user += ":" + group
	}
	return printable.Name(user)
}

// hostKey reports whether a file is a private or public key of the SSH server.
func hostKey(p string) bool {
	name, found := strings.CutPrefix(p, "/etc/ssh/ssh_host_")
	return found && (strings.HasSuffix(name, "_key") || strings.HasSuffix(name, "_key.pub"))
}
