package main

import "fmt"

// home is the home of the tree's only user.
const home = "home/racci"

const (
	// leastFiles is the smallest size of a tree that contains every part once.
	leastFiles = 1000
	// flatShare is the percentage of files that are in very large directories.
	flatShare = 9
	// flatLeast and flatMost bound the entries of such a directory.
	flatLeast, flatMost = 20_000, 25_000
)

// part is a part of the tree: its share of the files, and the function that plans a
// piece of it. The function is called with increasing numbers until the share is used
// up. Names that could occur in two pieces contain the number.
type part struct {
	share int
	piece func(b *builder, i int)
}

// parts lists the parts of the tree. With the patterns of excludes.txt about 70 of 100
// files remain, and there are about 15 directories for each 100 files.
func parts() []part {
	return []part{
		// Parts that remain.
		{42, (*builder).project},
		{8, (*builder).steam},
		{6, (*builder).appConfig},
		{4, (*builder).browserStorage},
		{5, (*builder).service},
		{3, (*builder).documents},
		{2, (*builder).server},
		{1, (*builder).hostile},
		{1, (*builder).chain},
		// Parts that are excluded.
		{13, (*builder).hashedCache},
		{9, (*builder).electronCache},
		{2, (*builder).browserCache},
		{3, (*builder).npmCache},
		{2, (*builder).cargo},
		{1, (*builder).logs},
		{2, (*builder).systemCache},
	}
}

// planTree plans a tree of the given number of files.
func planTree(files int, seed uint64) (*plan, error) {
	if files < leastFiles {
		return nil, fmt.Errorf("plan tree: expected at least %d files, got %d", leastFiles, files)
	}
	b := newBuilder(seed, files)
	b.left = files
	b.single()
	b.flat(files)
	rest, shares := b.left, 0
	for _, p := range parts() {
		shares += p.share
	}
	for n, p := range parts() {
		b.left = rest * p.share / shares
		if n == 0 { // the first part also gets the remainder of the divisions
			for _, q := range parts() {
				b.left -= rest * q.share / shares
			}
			b.left += rest
		}
		for i := 0; b.left > 0; i++ {
			p.piece(b, i)
		}
	}
	return b.done()
}

// flat plans the directories of 20,000 to 25,000 entries, of which one in four is
// excluded. A small tree has one such directory, with fewer entries.
func (b *builder) flat(files int) {
	places := []string{
		home + "/Projects/dataset/frames", home + "/.local/share/mail/cur",
		"var/lib/spool/queue", home + "/.cache/thumbnails/large",
	}
	whole := b.left
	most := files * flatShare / 100
	for i := 0; i == 0 || most >= flatMost; i++ {
		n := min(flatLeast+b.dice.IntN(flatMost-flatLeast+1), files/5)
		most -= n
		dir := places[i%len(places)]
		if i >= len(places) {
			dir = fmt.Sprintf("%s-%d", dir, i)
		}
		b.left = n
		b.files(dir, n, ".png", ".eml", ".json")
		whole -= n
	}
	b.left = whole
}

// chain plans a chain of 120 nested directories, with two files in each.
func (b *builder) chain(i int) {
	const depth = 120
	dir := fmt.Sprintf("%s/Projects/deep-%d", home, i)
	for level := range depth {
		dir = fmt.Sprintf("%s/level%d", dir, level)
		b.files(dir, 2, ".txt")
	}
}

// single plans the paths that every tree has once: names that occur literally in
// patterns or declarations, and empty directories.
func (b *builder) single() {
	b.named("etc", "passwd", "group", "shadow", "subgid", "subuid", "sudoers", "NIXOS", "machine-id",
		"resolv.conf", "adjtime", "fstab", "hostname", "hosts", "locale.conf", "os-release")
	b.named("etc/ssh", "sshd_config", "ssh_host_ed25519_key", "ssh_host_ed25519_key.pub")
	b.named("etc/nixos", "hardware.json")
	b.named("etc/NetworkManager/system-connections", "home.nmconnection", "work.nmconnection")
	b.named("etc/coolercontrol", "config.toml")
	b.named("var", ".updated")
	b.named("var/lib", "logrotate.status")
	b.named("var/lib/NetworkManager", "timestamps", "secret_key")
	b.named("var/lib/dhcpcd", "eth0.lease")
	b.named("var/lib/libvirt", "qemu.conf")
	b.named("var/lib/libvirt/nwfilter", "allow-arp.xml")
	b.named("var/lib/libvirt/qemu", "domain.xml")
	b.named("var/lib/bluetooth/00:11:22:33:44:55", "settings")
	b.named("root", ".bash_history", ".profile")
	b.named("root/.ssh", "authorized_keys")
	b.named(home, ".bashrc", ".pulse-cookie", ".gitconfig", ".zsh_history", "-leading-dash")
	b.named(home+"/.ssh", "id_ed25519", "id_ed25519.pub", "known_hosts", "config")
	b.named(home+"/.gnupg/private-keys-v1.d", "A1.key", "B2.key")
	b.named(home+"/.pki/nssdb", "cert9.db", "key4.db")
	b.named(home+"/.config/Code", "Cookies", "Cookies-journal", "Preferences", "TransportSecurity",
		"Network Persistent State", "Trust Tokens", "Trust Tokens-journal", "languagepacks.json")
	b.named(home+"/.config/1Password", "1password.sqlite", "Preferences")
	b.named(home+"/.config/1Password/settings", "settings.json")
	b.named(home+"/.config/chromium/NativeMessagingHosts", "com.1password.1password.json")
	b.named(home+"/.config", "arkrc", "mimeapps.list", "user-dirs.dirs")
	b.named(home+"/.config/gtk-3.0", "bookmarks", "settings.ini")
	b.named(home+"/.config/nushell", "history.txt", "config.nu")
	b.named(home+"/.local/share/fish", "fish_history")
	b.named(home+"/.local/share/keyrings", "login.keyring")
	b.named(home+"/.local/share/Trash/files", "old.txt")
	b.named(home+"/.local/state/wireplumber", "default-nodes", "restore-stream")
	b.named(home+"/.steam", "steam.pid", "registry.vdf")
	b.odd(home+"/.steam", "root", kindSymlink)
	b.odd(home+"/.steam", "steam.pipe", kindFIFO)
	b.odd(home+"/.config", "systemd", kindSymlink)
	for _, empty := range []string{"srv/empty", "mnt", "boot", home + "/Templates", home + "/Desktop/empty/inner"} {
		b.dir(empty)
	}
}
