package known

// Rewritten reports whether NixOS writes a file at every activation, or systemd at every boot. A
// persisted file there is overwritten, or prevents the write.
func Rewritten(path string) bool {
	switch path {
	case "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/subuid", "/etc/subgid", "/etc/resolv.conf",
		"/etc/NIXOS", "/etc/.clean", "/etc/.updated", "/var/.updated":
		return true
	}
	return false
}
