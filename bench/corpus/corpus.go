// Package corpus generates the paths of a developer's machine: a home with
// repositories and the packages in them, browsers, games, containers and caches, and
// a system around it. The files of [Targets] are among them. The names are invented,
// but their shapes and shares are those of real machines: six files a directory, 90
// bytes a path.
package corpus

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

const home = "/home/alice/"

// Each calls yield with about n paths, directory by directory; the same seed gives the
// same paths. It yields each target once.
func Each(n int, seed uint64, yield func(path string)) {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, seed)), yield: yield}
	planted := map[string]bool{}
	for _, t := range Targets() {
		if !planted[t.Path] {
			planted[t.Path] = true
			g.yield(t.Path)
		}
	}
	total := 0
	for _, p := range parts {
		total += p.share
	}
	for _, p := range parts {
		g.left = n * p.share / total
		for i := 0; g.left > 0; i++ {
			p.piece(g, i)
		}
	}
}

// parts lists the kinds of paths, with their shares.
var parts = []struct {
	share int
	piece func(*generator, int)
}{
	{15, (*generator).nodeProject},
	{8, (*generator).rustProject},
	{7, (*generator).repository},
	{5, (*generator).python},
	{4, (*generator).goModule},
	{4, (*generator).cargoCrate},
	{5, (*generator).steam},
	{6, (*generator).container},
	{4, (*generator).browser},
	{5, (*generator).app},
	{4, (*generator).cache},
	{3, (*generator).documents},
	{2, (*generator).etc},
	{5, (*generator).varLib},
	{16, (*generator).usr},
	{7, (*generator).usrHeaders},
}

type generator struct {
	*rand.Rand
	left  int
	yield func(path string)
}

func (g *generator) put(format string, args ...any) {
	g.left--
	g.yield(fmt.Sprintf(format, args...))
}

func (g *generator) pick(words []string) string { return words[g.IntN(len(words))] }

func (g *generator) hex(n int) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for range n {
		b.WriteByte(digits[g.IntN(len(digits))])
	}
	return b.String()
}

// word returns a name of one or two words, like those of packages.
func (g *generator) word() string {
	switch g.IntN(4) {
	case 0:
		return g.pick(words)
	case 1:
		return g.pick(words) + g.pick(words)
	}
	return g.pick(words) + "-" + g.pick(words)
}

// camel returns a name like those of JavaScript and C++ files.
func (g *generator) camel() string {
	w := g.pick(words)
	return g.pick(words) + strings.ToUpper(w[:1]) + w[1:]
}

func (g *generator) nodeProject(i int) {
	project := fmt.Sprintf("%ssrc/%s-%d", home, g.word(), i)
	for _, name := range []string{"package.json", "package-lock.json", "tsconfig.json", "README.md", ".eslintrc.json", ".gitignore", ".npmrc", ".vscode/settings.json"} {
		if g.IntN(3) > 0 {
			g.put("%s/%s", project, name)
		}
	}
	for range 20 + g.IntN(60) {
		g.put("%s/src/%s/%s.%s", project, g.pick(words), g.camel(), g.pick([]string{"ts", "tsx", "css", "test.ts"}))
	}
	for range 100 + g.IntN(300) {
		pkg := g.word()
		if g.IntN(5) == 0 {
			pkg = "@" + g.pick(words) + "/" + pkg
		}
		dir := project + "/node_modules/" + pkg
		for _, name := range []string{"package.json", "README.md", "LICENSE", "index.js", "index.d.ts", ".npmrc", "CHANGELOG.md", "tsconfig.json"} {
			if g.IntN(2) == 0 {
				g.put("%s/%s", dir, name)
			}
		}
		for range g.IntN(4) {
			sub := g.pick([]string{"lib", "dist", "src", "dist/cjs", "dist/esm", "test", "bin", "types", "config"})
			for range 2 + g.IntN(8) {
				g.put("%s/%s/%s.%s", dir, sub, g.camel(), g.pick([]string{"js", "js.map", "d.ts", "mjs", "json"}))
			}
		}
	}
	g.gitObjects(project, 100)
}

func (g *generator) gitObjects(project string, n int) {
	for _, name := range []string{"HEAD", "config", "index", "description", "hooks/pre-commit.sample", "info/exclude", "logs/HEAD", "refs/heads/main", "packed-refs"} {
		g.put("%s/.git/%s", project, name)
	}
	for range n/2 + g.IntN(n) {
		g.put("%s/.git/objects/%s/%s", project, g.hex(2), g.hex(38))
	}
}

func (g *generator) rustProject(i int) {
	project := fmt.Sprintf("%ssrc/%s-rs-%d", home, g.word(), i)
	g.put("%s/Cargo.toml", project)
	g.put("%s/Cargo.lock", project)
	g.put("%s/.cargo/config.toml", project)
	for range 10 + g.IntN(30) {
		g.put("%s/src/%s/%s.rs", project, g.pick(words), g.pick(words))
	}
	for _, mode := range []string{"debug", "release"} {
		for range 100 + g.IntN(200) {
			name := g.pick(words) + "_" + g.pick(words) + "-" + g.hex(16)
			g.put("%s/target/%s/deps/%s.d", project, mode, name)
			g.put("%s/target/%s/deps/lib%s.rlib", project, mode, name)
			g.put("%s/target/%s/.fingerprint/%s/invoked.timestamp", project, mode, name)
			g.put("%s/target/%s/.fingerprint/%s/lib-%s.json", project, mode, name, g.pick(words))
			g.put("%s/target/%s/build/%s/out/%s.rs", project, mode, name, g.pick(words))
		}
	}
	g.gitObjects(project, 60)
}

func (g *generator) repository(i int) {
	project := fmt.Sprintf("%s%s/%s_%d", home, g.pick([]string{"src", "work", "git"}), g.word(), i)
	for range 10 + g.IntN(20) {
		dir := g.pick(words)
		if g.IntN(2) == 0 {
			dir += "/" + g.pick(words)
		}
		for range 2 + g.IntN(9) {
			g.put("%s/%s/%s.%s", project, dir, g.word(), g.pick([]string{"c", "h", "go", "py", "md", "yaml", "sh", "nix", "conf", "toml"}))
		}
	}
	g.gitObjects(project, 400)
}

func (g *generator) python(i int) {
	dir := fmt.Sprintf("%ssrc/%s-py-%d/.venv/lib/python3.12/site-packages", home, g.word(), i)
	if g.IntN(3) == 0 {
		dir = home + ".local/lib/python3.12/site-packages"
	}
	for range 30 {
		pkg := strings.ReplaceAll(g.word(), "-", "_")
		for range 3 + g.IntN(10) {
			name := strings.ReplaceAll(g.word(), "-", "_")
			g.put("%s/%s/%s.py", dir, pkg, name)
			g.put("%s/%s/__pycache__/%s.cpython-312.pyc", dir, pkg, name)
		}
		for _, name := range []string{"METADATA", "RECORD", "WHEEL", "entry_points.txt"} {
			g.put("%s/%s-%d.%d.dist-info/%s", dir, pkg, g.IntN(9), g.IntN(20), name)
		}
	}
}

func (g *generator) goModule(int) {
	dir := fmt.Sprintf("%sgo/pkg/mod/github.com/%s/%s@v%d.%d.%d", home, g.pick(words), g.word(), g.IntN(3), g.IntN(30), g.IntN(9))
	for range 5 + g.IntN(20) {
		sub := g.pick(words)
		for range 2 + g.IntN(8) {
			g.put("%s/%s/%s.go", dir, sub, strings.ReplaceAll(g.word(), "-", "_"))
		}
	}
}

func (g *generator) cargoCrate(int) {
	dir := fmt.Sprintf("%s.cargo/registry/src/index.crates.io-%s/%s-%d.%d.%d", home, "6f17d22bba15001f", g.word(), g.IntN(3), g.IntN(30), g.IntN(9))
	for _, name := range []string{"Cargo.toml", "Cargo.toml.orig", ".cargo-ok", ".cargo_vcs_info.json", "LICENSE-MIT", "README.md"} {
		g.put("%s/%s", dir, name)
	}
	for range 5 + g.IntN(40) {
		g.put("%s/%s/%s.rs", dir, g.pick([]string{"src", "tests", "benches", "src/" + g.pick(words)}), g.pick(words))
	}
}

func (g *generator) steam(i int) {
	apps := home + ".local/share/Steam/steamapps/"
	game := strings.ReplaceAll(g.word(), "-", " ")
	for range 30 {
		sub := fmt.Sprintf("%s/%s", g.pick([]string{"data", "assets", "content", "bin", "maps"}), g.pick(words))
		for range 5 + g.IntN(20) {
			g.put("%scommon/%s %d/%s/%s_%03d.%s", apps, game, i, sub, g.pick(words), g.IntN(1000), g.pick([]string{"pak", "dds", "ogg", "lua", "cfg", "xml"}))
		}
	}
	prefix := fmt.Sprintf("%scompatdata/%d/pfx/drive_c/", apps, 100000+i)
	for range 200 {
		g.put("%swindows/%s/%s.%s", prefix, g.pick([]string{"system32", "syswow64", "Fonts", "inf"}), g.word(), g.pick([]string{"dll", "exe", "ttf", "inf"}))
	}
	for _, name := range []string{"settings.ini", "config.json", "save1.sav", "profile.dat"} {
		g.put("%susers/steamuser/AppData/Roaming/%s/%s", prefix, game, name)
	}
}

func (g *generator) container(int) {
	dir := fmt.Sprintf("%s.local/share/containers/storage/overlay/%s/diff", home, g.hex(64))
	if g.IntN(2) == 0 {
		dir = fmt.Sprintf("/var/lib/docker/overlay2/%s/diff", g.hex(64))
	}
	for _, name := range []string{"fstab", "passwd", "shadow", "resolv.conf", "machine-id", "ssh/ssh_config", "bash.bashrc", "adjtime", "hosts", "skel/.bashrc"} {
		if g.IntN(2) == 0 {
			g.put("%s/etc/%s", dir, name)
		}
	}
	for range 30 {
		sub := g.pick([]string{"usr/lib/x86_64-linux-gnu", "usr/share/doc", "usr/bin", "app", "root", "usr/lib/python3", "var/lib/dpkg/info", "etc"})
		for range 3 + g.IntN(10) {
			g.put("%s/%s/%s/%s", dir, sub, g.pick(words), g.word())
		}
	}
}

func (g *generator) browser(i int) {
	profile := home + ".mozilla/firefox/x3k9d1ab.default-release"
	if i%3 == 1 {
		profile = home + ".mozilla/firefox/" + g.hex(8) + ".work"
	}
	if i < 2 {
		for _, name := range []string{"permissions.sqlite", "formhistory.sqlite", "handlers.json", "times.json", "containers.json", "extension-settings.json", "cert9.db", "key4.db"} {
			g.put("%s/%s", profile, name)
		}
	}
	for range 40 {
		site := fmt.Sprintf("%s/storage/default/https+++www.%s.com", profile, g.word())
		g.put("%s/.metadata-v2", site)
		g.put("%s/idb/%d%s.sqlite", site, g.IntN(1<<30), g.pick(words))
		g.put("%s/ls/data.sqlite", site)
		for range g.IntN(4) {
			g.put("%s/cache/morgue/%d/{%s}.final", site, g.IntN(256), g.hex(32))
		}
	}
	chrome := home + ".config/google-chrome/Default"
	for range 40 {
		g.put("%s/%s/%06d.%s", chrome, g.pick([]string{"Local Storage/leveldb", "Session Storage", "Sync Data/LevelDB", "Extension State"}), g.IntN(1000000), g.pick([]string{"ldb", "log"}))
		g.put("%s/IndexedDB/https_%s.com_0.indexeddb.leveldb/%06d.ldb", chrome, g.word(), g.IntN(1000000))
		g.put("%s/Extensions/%s/1.%d_0/%s.js", chrome, g.hex(32), g.IntN(20), g.camel())
	}
}

func (g *generator) app(i int) {
	dir := fmt.Sprintf("%s%s/%s", home, g.pick([]string{".config", ".local/share", ".local/state", ".var/app"}), g.word())
	if i%2 == 0 {
		dir += fmt.Sprint(i % 500)
	}
	for _, name := range []string{"config", "config.json", "settings.json", "state.json", "Preferences", "Cookies", "history", "bookmarks.xml", "window.conf", "keys.json", "profiles.ini", "db.sqlite", "credentials.json"} {
		if g.IntN(4) == 0 {
			g.put("%s/%s", dir, name)
		}
	}
	for range 3 + g.IntN(6) {
		sub := g.pick([]string{"plugins", "themes", "logs", "storage", "User", "backups", "Cache", "GPUCache", "Code Cache/js", "Local Storage/leveldb", "sessions"})
		for range 2 + g.IntN(9) {
			g.put("%s/%s/%s.%s", dir, sub, g.word(), g.pick([]string{"json", "log", "conf", "db", "lua", "css", "png"}))
		}
	}
}

func (g *generator) cache(i int) {
	switch i % 4 {
	case 0:
		for range 200 {
			g.put("%s.cache/mozilla/firefox/x3k9d1ab.default-release/cache2/entries/%s", home, strings.ToUpper(g.hex(40)))
		}
	case 1:
		dir := g.hex(2)
		for range 50 {
			g.put("%s.cache/go-build/%s/%s-%s", home, dir, g.hex(64), g.pick([]string{"a", "d"}))
		}
	case 2:
		dir := g.word()
		for range 10 + g.IntN(100) {
			g.put("%s.cache/%s/%s/%s.%s", home, dir, g.pick([]string{"thumbs", "http", "index", "blobs"}), g.word(), g.pick([]string{"cache", "bin", "json", "tmp"}))
		}
	default:
		for range 100 {
			g.put("%s.npm/_cacache/content-v2/sha512/%s/%s/%s", home, g.hex(2), g.hex(2), g.hex(124))
		}
	}
}

func (g *generator) documents(i int) {
	switch i % 3 {
	case 0:
		day := fmt.Sprintf("%d/%02d-%02d", 2008+g.IntN(17), 1+g.IntN(12), 1+g.IntN(28))
		for range 10 + g.IntN(60) {
			g.put("%sPictures/%s/IMG_%04d.%s", home, day, g.IntN(10000), g.pick([]string{"jpg", "JPG", "CR2", "mp4"}))
		}
	case 1:
		artist, album := strings.ReplaceAll(g.word(), "-", " "), strings.ReplaceAll(g.word(), "-", " ")
		for n := range 8 + g.IntN(8) {
			g.put("%sMusic/%s/%s/%02d - %s.flac", home, artist, album, n+1, strings.ReplaceAll(g.word(), "-", " "))
		}
	default:
		dir := g.pick([]string{"Uni", "Tax", "Letters", "Invoices", "Scans", "Manuals"})
		for range 5 + g.IntN(20) {
			g.put("%sDocuments/%s/%d/%s.%s", home, dir, 2010+g.IntN(15), strings.ReplaceAll(g.word(), "-", " "), g.pick([]string{"pdf", "odt", "docx", "txt", "tex"}))
		}
	}
}

// words are the parts of names. They include the words of the targets, so many paths
// resemble the targets.
var words = strings.Fields(`
	access account action adapter admin agent alias alert alpha analyzer animation api app archive array assert asset async atom
	audio auth auto avatar backup balance base batch bash binary bind bluetooth block board book bookmark boot border bot bounce box branch bridge
	browser buffer build bundle button cache calendar call camera canvas card cast cell chain channel chart chat check chrome circle class clean
	client clip clock clone cloud cluster code codec collection color column command commit common compare compile component compress config
	connect console const container content context control cookie copy core count cover crypto css cursor custom cycle daemon data date debug
	decode deep default delta dep design detail device dialog dict diff digest direct disk dispatch display dock docker document dom domain door
	download draft drag draw driver drop dump dynamic easy echo edge edit editor effect element emoji empty encode engine entry enum env error
	escape event example exec export express extend extra factory fast feature feed fetch field file filter find firefox fish fix flag flat flex
	flow focus fold font form format forward frame framework free fs full function fuse gallery game gate gen git global glob gnome grafana graph
	grid group guard guide handler hash head health heap help hidden history hook host html http hub icon id image import index info init inline
	input inspect install instance int interface internal io is item iter job join json kernel key keyring kind kit kitty known lab label lang layer
	layout lazy leaf lib light limit line link lint list live load local lock log login logic loop lua machine macro mail main make manager map
	mark mask match math media memory menu merge message meta method metric middleware mime mini mirror mix mobile mock mode model module monitor
	mount mouse move multi mutex name native net network next node noise normal note notify npm null number object observe offset open option order
	origin output overlay owner pack package pad page pair panel parse part pass patch path pattern peer perf permission picker pipe pixel place
	plain plan player plugin point policy pool popup port post prefix preset print private process prof profile progress promise prop protocol
	provider proxy public pull pulse push query queue quick quote random range rate raw react read record redirect reduce ref region registry
	relay release remote render repeat replace report request reset resize resolve resource response rest result retry rich ring role root rotate
	route router row rule run runtime safe sample save scale scan schema scope score screen script scroll search secret section security select
	sequence serial server service session set settings setup shadow shape share shell shim short show sign signal simple single size skip sleep
	slice slide slot smart snap socket sort sound source space span spec spell spin split sql ssh stack stage standard star start state static
	status steam step storage store stream string strip style sub suite sum support surface svg swap switch symbol sync syntax system tab table
	tag tail target task team temp template term terminal test text theme thread throttle thumb tick time timer title token tool tooltip top touch
	trace track transform transition tree trigger trim tunnel type unicode union unit unix update upload url user util valid value variable vector
	vendor verify version video view virtual visit volume wait walk warn watch wave web widget width window wire wizard word work worker wrap
	write xml yaml zip zone zoom zsh`)
