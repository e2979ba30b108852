package main

import (
	"fmt"
	"strconv"
)

// hashedCache plans a cache with two levels of directories named by digits, like those
// of browsers, compilers and package managers.
func (b *builder) hashedCache(i int) {
	dir := fmt.Sprintf("%s/.cache/%s%d", home, b.word(), i)
	for range b.about(60) {
		b.hashes(fmt.Sprintf("%s/%s/%s", dir, b.hex(1), b.hex(2)), b.about(8), 32)
	}
}

// electronCache plans the caches next to the settings of an Electron program.
func (b *builder) electronCache(i int) {
	app := home + "/.config/" + []string{"Code", "SideQuest", "1Password", "1Password/Partitions/1password"}[i%4]
	b.hashes(app+"/Cache/Cache_Data", b.about(120), 16)
	b.hashes(app+"/Code Cache/js", b.about(60), 16)
	b.hashes(app+"/GPUCache", 4, 8)
	b.hashes(app+"/DawnGraphiteCache", 4, 8)
	for range b.about(6) {
		b.hashes(app+"/CachedData/"+b.hex(40)+"/chrome/js", b.about(12), 20)
	}
	b.files(fmt.Sprintf("%s/Local Storage/leveldb/%d", app, i), b.about(8), ".ldb", ".log")
	b.files(fmt.Sprintf("%s/User/workspaceStorage/%s", app, b.hex(32)), 2, ".json", ".vscdb")
}

// browserCache plans a Firefox cache: one directory, names of 40 digits.
func (b *builder) browserCache(i int) {
	b.hashes(fmt.Sprintf("%s/.mozilla/firefox/profile%d/cache2/entries", home, i%4), 1000, 40)
}

// npmCache plans npm's store: one or two directories for almost every file.
func (b *builder) npmCache(int) {
	b.hashes(fmt.Sprintf("%s/.npm/_cacache/content-v2/sha512/%s/%s", home, b.hex(2), b.hex(2)), 2, 60)
}

// cargo plans the source of a crate.
func (b *builder) cargo(i int) {
	dir := fmt.Sprintf("%s/.cargo/registry/src/index.crates.io/%s-1.%d.0", home, b.word(), i)
	b.named(dir, "Cargo.toml", "README.md")
	b.files(dir+"/src", b.about(14), ".rs")
	b.files(dir+"/tests", b.about(4), ".rs")
}

// logs plans paths that only "**/*log" and "**/*logs" match: whole directories, and
// single files outside of them.
func (b *builder) logs(i int) {
	b.files("var/log/"+b.word()+strconv.Itoa(i), b.about(8), ".log", ".log.gz", ".journal")
	b.files("var/lib/agent/"+strconv.Itoa(i), b.about(4), ".log")
	b.files(fmt.Sprintf("srv/agent/%d/logs", i), b.about(4), ".txt")
}

// systemCache plans /var/cache and the two directories for temporary files.
func (b *builder) systemCache(i int) {
	b.files("var/cache/"+b.word()+strconv.Itoa(i), b.about(12), ".cache", ".bin")
	b.files(fmt.Sprintf("tmp/%s-%d", b.word(), i), b.about(3), "")
	b.files(fmt.Sprintf("var/tmp/%s-%d", b.word(), i), b.about(3), "")
}
