package config

import (
	"path"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

// setDefaults sets the defaults that depend on other values.
func (c *Config) setDefaults() {
	if c.Excludes == nil {
		c.Excludes = builtinExcludes(c.Home)
	}
	// Storage that is set by one key applies to the other.
	switch named := c.Snippet.StoragePath; {
	case named.Text == "" && len(c.StoragePaths) == 1: // of several, the machine decides
		c.Snippet.StoragePath = c.StoragePaths[0]
	case named.Text != "" && len(c.StoragePaths) == 0:
		c.StoragePaths = List{named}
	}
}

// systemExcludes returns the built-in patterns for all machines: files that the boot recreates, and
// caches. They are the patterns of the original program, except those that excluded data, secrets
// or the identity of the machine: // - "**/*log" and "**/*logs", which match a project named blog,
// and /var/log, which most configurations persist; - "tmp" at any depth; - /etc/machine-id and the
// keys in /etc/ssh; - /etc/shadow, which contains the passwords of mutable users. // In
// /var/lib/dhcpcd only the leases are excluded: "duid" identifies the machine, and "secret" is a
// secret (dhcpcd(8)).
func systemExcludes() []string {
	return []string{
		"etc/passwd", "etc/NIXOS", "etc/group", "etc/resolv.conf",
		"etc/subgid", "etc/subuid", "etc/sudoers",
		"var/lib/libvirt/{qemu.conf,nwfilter,dnsmasq}", "var/cache", "var/.updated",
		"var/lib/NetworkManager/timestamps", "var/lib/dhcpcd/*.{lease,lease6}",
		"/tmp",
	}
}

// homeExcludes returns the built-in patterns for the home directory, relative to it. They are the
// patterns of the original program, except those that excluded secrets or data. In ~/.cargo only
// the registry is excluded, because credentials and installed programs are next to it. Not excluded
// are ~/.pki (certificates and keys), ~/.pulse-cookie, ~/.config/BambuStudio (accounts and
// presets), ~/.steam (logins) and ~/.local/state/wireplumber. 11 and 12 of the 31 configurations in
// known-paths.tsv keep the last two.
func homeExcludes() []string {
	patterns := []string{
		".cache", ".npm", ".cargo/registry", ".mozilla/firefox/*/cache2/entries",
		".local/share/vulkan/implicit_layer.d",
		".config/**/com.1password.1password.json", ".config/opencode/node_modules",
	}
	// Files that an Electron program recreates, in its own directory and in those of its session
	// partitions. Logins are in Cookies, Local Storage, Session Storage, SharedStorage and Trust
	// Tokens, and settings in Preferences: these are not excluded.
	for _, program := range []string{"Code", "SideQuest", "1Password", "1Password/Partitions/1password"} {
		for _, name := range []string{
			"Cache", "Code Cache", "CachedData", "GPUCache", "Shared Dictionary",
			"DawnGraphiteCache", "DawnWebGPUCache", "Crashpad", "Dictionaries",
			"Network Persistent State", "TransportSecurity",
		} {
			patterns = append(patterns, path.Join(".config", program, name))
		}
	}
	return patterns
}

// builtinExcludes returns the built-in exclude patterns for a home directory, which is an absolute
// and clean path.
func builtinExcludes(home string) List {
	// A slash inside a pattern anchors it, so the leading slash can be removed. If the home is "/",
	// one of the two slashes is kept, because ".cache" would match at any depth.
	prefix := strings.TrimPrefix(pattern.Literal(home)+"/", "/")
	patterns := systemExcludes()
	for _, text := range homeExcludes() {
		patterns = append(patterns, prefix+text)
	}
	list := make(List, len(patterns))
	for i, text := range patterns {
		list[i] = Value{Text: text, Origin: Origin{Key: "excludes[" + strconv.Itoa(i) + "]"}}
	}
	return list
}
