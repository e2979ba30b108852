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
	case named.Text == "" && len(c.StoragePaths) > 0:
		c.Snippet.StoragePath = c.StoragePaths[0]
	case named.Text != "" && len(c.StoragePaths) == 0:
		c.StoragePaths = List{named}
	}
}

// systemExcludes returns the built-in patterns that hold on every machine: what
// the boot makes again, and caches. They are those of the original, less what hid
// people's data: "**/*log" and "**/*logs" (a project named blog, and /var/log,
// which most configurations keep), "tmp" at any depth, and what identifies the
// machine, /etc/machine-id and the keys in /etc/ssh.
func systemExcludes() []string {
	return []string{
		"etc/passwd", "etc/NIXOS", "etc/group", "etc/resolv.conf",
		"etc/shadow", "etc/subgid", "etc/subuid", "etc/sudoers",
		"var/lib/libvirt/{qemu.conf,nwfilter,dnsmasq}", "var/cache", "var/.updated",
		"var/lib/NetworkManager/timestamps", "var/lib/dhcpcd",
		"/tmp",
	}
}

// homeExcludes returns the built-in patterns that begin in the home, without it.
// The original has all of ~/.cargo, where credentials and installed programs are.
func homeExcludes() []string {
	patterns := []string{
		".cache", ".npm", ".cargo/registry", ".mozilla/firefox/*/cache2/entries", ".steam", ".pki", ".pulse-cookie",
		".local/state/wireplumber", ".local/share/vulkan/implicit_layer.d",
		".config/BambuStudio", ".config/**/com.1password.1password.json", ".config/opencode/node_modules",
	}
	// What an Electron program keeps and makes anew, in its own directory and in
	// those of its session partitions.
	for _, program := range []string{"Code", "SideQuest", "1Password", "1Password/Partitions/1password"} {
		for _, name := range []string{
			"Cache", "Code Cache", "CachedData", "GPUCache", "Session Storage", "Shared Dictionary",
			"DawnGraphiteCache", "DawnWebGPUCache", "Crashpad", "SharedStorage", "Trust Tokens",
			"Trust Tokens-journal", "Local Storage", "Cookies", "Cookies-journal", "Dictionaries",
			"Network Persistent State", "Preferences", "TransportSecurity",
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
