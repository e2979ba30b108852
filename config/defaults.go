package config

import (
	"path"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

// setDefaults gives what is not set its default, where that depends on the rest.
func (c *Config) setDefaults() {
	if c.Excludes == nil {
		c.Excludes = builtinExcludes(c.Home)
	}
	// Storage that is named in one place is storage in the other.
	switch named := c.Snippet.StoragePath; {
	case named.Text == "" && len(c.StoragePaths) == 1: // of several, the machine says which
		c.Snippet.StoragePath = c.StoragePaths[0]
	case named.Text != "" && len(c.StoragePaths) == 0:
		c.StoragePaths = List{named}
	}
}

// systemExcludes returns the built-in patterns that apply on every machine: what
// the boot creates again, and caches. They are those of the original, except the ones
// that hid data, secrets or the identity of the machine: "**/*log" and "**/*logs" (a
// project named blog, and /var/log, which most configurations keep), "tmp" at any depth,
// /etc/machine-id, the keys in /etc/ssh, and /etc/shadow, which has the passwords where
// users are mutable. Of /var/lib/dhcpcd only the leases are left out: "duid" identifies
// the machine, and "secret" is one (dhcpcd(8)).
func systemExcludes() []string {
	return []string{
		"etc/passwd", "etc/NIXOS", "etc/group", "etc/resolv.conf",
		"etc/subgid", "etc/subuid", "etc/sudoers",
		"var/lib/libvirt/{qemu.conf,nwfilter,dnsmasq}", "var/cache", "var/.updated",
		"var/lib/NetworkManager/timestamps", "var/lib/dhcpcd/*.{lease,lease6}",
		"/tmp",
	}
}

// homeExcludes returns the built-in patterns that begin in the home, without it. Those
// of the original with secrets or data in them are not here: of ~/.cargo only the
// registry is (credentials and installed programs are beside it); ~/.pki (certificates
// and keys), ~/.pulse-cookie, ~/.config/BambuStudio (accounts and presets), ~/.steam
// (who is logged in) and ~/.local/state/wireplumber are listed. 11 and 12 of the 31
// configurations in known-paths.tsv keep the last two.
func homeExcludes() []string {
	patterns := []string{
		".cache", ".npm", ".cargo/registry", ".mozilla/firefox/*/cache2/entries",
		".local/share/vulkan/implicit_layer.d",
		".config/**/com.1password.1password.json", ".config/opencode/node_modules",
	}
	// What an Electron program creates again, in its own directory and in those of its
	// session partitions. Logins are in Cookies, Local Storage, Session Storage,
	// SharedStorage and Trust Tokens, and settings in Preferences: these are listed.
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

// builtinExcludes returns the exclude patterns of a machine whose user has this
// home, an absolute and clean path.
func builtinExcludes(home string) List {
	// A slash inside anchors a pattern, so the one in front can go. Where the home
	// is "/" itself, one of two stays: ".cache" would match at any depth.
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
