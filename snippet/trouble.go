package snippet

import (
	"path"
	"strings"
)

// privateState is where services with DynamicUser= keep their state. Its mode has to
// be 0700, or they do not start (systemd.exec(5)).
const privateState = "/var/lib/private"

// rewritten reports whether NixOS writes a file at every activation, or systemd at
// every boot: what is persisted there gets lost, or in their way.
func rewritten(p string) bool {
	switch p {
	case "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/subuid", "/etc/subgid", "/etc/resolv.conf",
		"/etc/NIXOS", "/etc/.clean", "/etc/.updated", "/var/.updated":
		return true
	}
	return false
}

// troubles says what a path may meet, in any dialect of Nix.
func troubles(item *Item) (reasons []string) {
	if rewritten(item.Path) {
		reasons = append(reasons, "the system writes this anew at every boot")
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
	if p == "" || s.known.Container(p) {
		return ""
	}
	return p
}

// private reports whether a path lies directly in the directory that must have mode
// 0700.
func private(p string) bool { return path.Dir(p) == privateState }

// hostKey reports whether a file is a key of the SSH server, or its public half.
func hostKey(p string) bool {
	name, found := strings.CutPrefix(p, "/etc/ssh/ssh_host_")
	return found && (strings.HasSuffix(name, "_key") || strings.HasSuffix(name, "_key.pub"))
}
