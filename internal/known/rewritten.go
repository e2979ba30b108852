package known

// Rewritten reports whether NixOS writes a file at every activation, or systemd at every
// boot: what is persisted there is overwritten, or prevents that.
func Rewritten(path string) bool {
	switch path {
	case "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/subuid", "/etc/subgid", "/etc/resolv.conf",
		"/etc/NIXOS", "/etc/.clean", "/etc/.updated", "/var/.updated":
		return true
	}
	return false
}
