package corpus

import (
	"fmt"
	"strings"
)

// The paths of the system: configuration, state and installed packages.

func (g *generator) etc(i int) {
	dir := "/etc/" + g.word()
	if i%2 == 0 {
		dir = fmt.Sprintf("/etc/%s.d", g.pick(words))
	}
	for range 2 + g.IntN(10) {
		g.put("%s/%02d-%s.%s", dir, g.IntN(100), g.word(), g.pick([]string{"conf", "cfg", "rules", "service", "json", "yaml"}))
	}
}

func (g *generator) varLib(i int) {
	switch i % 4 {
	case 0:
		base := 10000 + g.IntN(90000)
		for n := range 200 {
			g.put("/var/lib/postgresql/16/base/%d/%d", base, 1000+n)
		}
	case 1:
		pkg := g.word()
		for _, suffix := range []string{"list", "md5sums", "postinst", "prerm", "conffiles", "triggers"} {
			g.put("/var/lib/dpkg/info/%s.%s", pkg, suffix)
		}
	case 2:
		for range 20 {
			g.put("/var/log/journal/4f1c2a/system@%s-%s.journal", g.hex(32), g.hex(16))
		}
		g.put("/var/log/%s/%s.log", g.pick(words), g.word())
	default:
		dir := g.word()
		for range 5 + g.IntN(10) {
			g.put("/var/lib/%s/%s/%s.%s", dir, g.pick(words), g.word(), g.pick([]string{"db", "state", "json", "conf", "key", "pem", "sock"}))
		}
	}
}

func (g *generator) usr(int) {
	pkg := g.word()
	switch g.IntN(4) {
	case 0:
		for range 3 + g.IntN(12) {
			g.put("/usr/share/doc/%s/%s.%s", pkg, g.pick([]string{"copyright", "changelog", "README", "NEWS", "examples/config", "examples/" + g.pick(words)}), g.pick([]string{"gz", "txt", "html", "md"}))
		}
	case 1:
		for range 5 + g.IntN(30) {
			g.put("/usr/lib/python3/dist-packages/%s/%s.py", strings.ReplaceAll(pkg, "-", "_"), strings.ReplaceAll(g.word(), "-", "_"))
		}
	case 2:
		for range 5 + g.IntN(20) {
			g.put("/usr/share/icons/%s/%s/%s/%s.svg", g.pick([]string{"Adwaita", "breeze", "hicolor"}), g.pick([]string{"16x16", "32x32", "scalable"}), g.pick([]string{"apps", "status", "mimetypes"}), g.word())
		}
	default:
		for range 5 + g.IntN(20) {
			g.put("/usr/lib/%s/%s/%s.so.%d", g.pick([]string{"x86_64-linux-gnu", "modules/6.1.0", "firefox", "thunderbird"}), g.pick(words), g.word(), g.IntN(9))
		}
	}
}

func (g *generator) usrHeaders(int) {
	dir := g.word()
	for range 10 + g.IntN(60) {
		g.put("/usr/include/%s/%s/%s.%s", dir, g.pick(words), strings.ReplaceAll(g.word(), "-", "_"), g.pick([]string{"h", "hpp"}))
	}
}
