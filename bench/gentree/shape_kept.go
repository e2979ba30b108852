package main

import (
	"fmt"
	"strconv"
)

// project plans a repository with its sources, its git directory and its installed
// packages.
func (b *builder) project(i int) {
	dir := fmt.Sprintf("%s/Projects/%s-%d", home, b.word(), i)
	b.named(dir, "README.md", "LICENSE", "package.json", "Makefile", "build.log")
	for n := range b.about(12) {
		b.files(fmt.Sprintf("%s/src/%s/%s%d", dir, b.word(), b.word(), n), b.about(8), ".go", ".ts", ".rs", ".md")
	}
	b.git(dir + "/.git")
	for n := range b.about(50) {
		b.nodePackage(fmt.Sprintf("%s/node_modules/%s%d-%s", dir, b.word(), n, b.word()))
	}
	for range 6 {
		b.odd(dir+"/node_modules/.bin", b.hex(6), kindSymlink)
	}
}

func (b *builder) git(dir string) {
	b.named(dir, "HEAD", "config", "index", "description", "packed-refs", "ORIG_HEAD")
	b.named(dir+"/hooks", "pre-commit.sample", "pre-push.sample", "update.sample")
	b.named(dir+"/logs", "HEAD")
	b.named(dir+"/refs/heads", "main")
	b.dir(dir + "/refs/tags")
	// Loose objects: the directory is named by the first two digits of the hash.
	for range b.about(400) {
		b.hashes(dir+"/objects/"+b.hex(2), 3, 38)
	}
}

func (b *builder) nodePackage(dir string) {
	b.named(dir, "package.json", "README.md", "LICENSE", "index.js")
	b.files(dir+"/lib", b.about(10), ".js", ".d.ts", ".js.map")
	if b.dice.IntN(2) == 0 {
		b.files(dir+"/dist/esm", b.about(10), ".mjs", ".mjs.map")
	}
	if b.dice.IntN(8) == 0 {
		b.files(dir+"/node_modules/"+b.word(), b.about(6), ".js")
	}
}

// steam plans a game: large directories of its data, and its Windows prefix.
func (b *builder) steam(i int) {
	base := home + "/.local/share/Steam/steamapps"
	b.named(base, fmt.Sprintf("appmanifest_%d.acf", 1000+i))
	game := fmt.Sprintf("%s/common/The %s of %s %d", base, b.word(), b.word(), i)
	for n := range b.about(16) {
		b.files(fmt.Sprintf("%s/Data/%s%d", game, b.word(), n), b.about(30), ".pak", ".dds", ".wav", ".bank")
	}
	prefix := fmt.Sprintf("%s/compatdata/%d/pfx", base, 1000+i)
	b.files(prefix+"/drive_c/windows/system32", b.about(60), ".dll", ".exe")
	b.named(prefix, "system.reg", "user.reg", "userdef.reg")
	b.odd(prefix+"/dosdevices", "c:", kindSymlink)
}

// appConfig plans the files of a program in the home.
func (b *builder) appConfig(i int) {
	app := b.word() + "-app" + strconv.Itoa(i)
	b.files(home+"/.config/"+app, b.about(4), ".json", ".toml", ".conf")
	b.files(home+"/.config/"+app+"/"+b.word(), b.about(6), ".json", ".css")
	b.files(home+"/.local/share/"+app, b.about(8), ".db", ".sqlite", ".dat")
	for range b.about(2) {
		b.files(home+"/.local/share/"+app+"/"+b.hex(8), b.about(8), ".bin", ".idx")
	}
	b.files(home+"/.local/state/"+app, b.about(2), ".state", ".log")
	if i%8 == 0 {
		b.files(home+"/.var/app/org."+app+"/config", b.about(4), ".ini")
	}
}

// browserStorage plans the files of web sites in a Firefox profile.
func (b *builder) browserStorage(i int) {
	profile := home + "/.mozilla/firefox/racci"
	if i == 0 {
		b.named(profile, "places.sqlite", "cookies.sqlite", "prefs.js", "logins.json", "key4.db")
	}
	site := fmt.Sprintf("%s/storage/default/https+++www.%s%d.example^userContextId=%d", profile, b.word(), i, i%5)
	b.named(site, ".metadata-v2")
	b.files(site+"/idb", b.about(4), ".sqlite", ".sqlite-wal")
	b.files(site+"/cache/morgue/"+strconv.Itoa(b.dice.IntN(256)), b.about(8), ".final")
}

// service plans the files of a system service below /var/lib and /etc.
func (b *builder) service(i int) {
	name := b.word() + strconv.Itoa(i)
	b.files("etc/"+name, b.about(3), ".conf", ".d")
	b.files("var/lib/"+name, b.about(12), ".db", ".state", ".json")
	layer := "var/lib/docker/overlay2/" + b.hex(40)
	b.named(layer, "link", "lower", "committed")
	b.files(layer+"/diff/usr/lib/"+b.word(), b.about(20), ".so", ".py")
	b.files(layer+"/diff/usr/share/"+b.word(), b.about(20), ".mo", ".txt")
	b.dir(layer + "/work")
	b.files("var/lib/docker/volumes/"+name+"/_data", b.about(10), ".ibd", ".wal")
}

// documents plans the user's documents, with names in several scripts.
func (b *builder) documents(i int) {
	folders := []string{
		"Documents", "Pictures", "Music", "Downloads", "Videos",
		"Documents/Übersicht", "Documents/写真", "Pictures/Отпуск", "Music/Σίγμα", "Desktop/🎮 games",
	}
	endings := []string{".pdf", " (Kopie).odt", "–final.jpg", " 日本語.txt", "é.flac", " 🎉.md", "мир.epub"}
	b.files(fmt.Sprintf("%s/%s/%s %d", home, b.one(folders), b.word(), i), b.about(24), endings...)
}

// server plans paths outside home, /etc and /var.
func (b *builder) server(i int) {
	b.files(fmt.Sprintf("srv/www/%s%d/assets", b.word(), i), b.about(20), ".html", ".css", ".svg")
	b.files(fmt.Sprintf("opt/%s%d/lib", b.word(), i), b.about(14), ".so", ".jar")
	b.files(fmt.Sprintf("root/.config/%s%d", b.word(), i), b.about(4), ".conf")
	b.files(fmt.Sprintf("usr/local/share/%s%d", b.word(), i), b.about(8), ".txt")
}

// hostile plans names that programs may mishandle. No name contains both a newline and
// text that a pattern has to match, because old versions of fd would not match it.
func (b *builder) hostile(i int) {
	names := []string{
		"new\nline", "two\n\nlines\n", "carriage\rreturn", "tab\tbed", "\x1b[31mred\x1b[0m", "bell\a",
		"\xff\xfe\xfd", "half \xc3", "overlong \xc0\xaf", "quote\"d", "apostrophe's", "`tick`", "${HOME}",
		"$(id)", "back\\slash", " leading blank", "trailing blank ", "*star?", "[set]", "{a,b}", "#hash",
		"!bang", "~tilde", "semi;colon", "a=b&c|d", "\u202ertl.exe", "zero\u200bwidth", "e\u0301 decomposed",
	}
	dir := fmt.Sprintf("%s/Misc/%d", home, i)
	b.named(dir, names...)
	for n, name := range names {
		if n%4 == i%4 {
			b.files(dir+"/in "+name, b.about(4), "", ".txt")
		}
	}
}
