package pattern

import (
	"fmt"
	"strings"
	"testing"
)

// realPatterns are the 106 patterns of a real configuration: directories of programs based on
// Chromium, some paths in /etc and /var, logs and caches.
func realPatterns() []Pattern {
	texts := strings.Fields(`etc/passwd etc/NIXOS etc/group etc/machine-id etc/resolv.conf etc/ssh etc/shadow
		etc/subgid etc/subuid etc/sudoers var/lib/libvirt/{qemu.conf,nwfilter,dnsmasq} var/cache var/.updated
		var/lib/NetworkManager/timestamps var/lib/dhcpcd **/*logs **/*log tmp home/alice/.cache home/alice/.npm
		home/alice/.cargo home/alice/.mozilla/firefox/*/cache2/entries home/alice/.steam home/alice/.pki
		home/alice/.pulse-cookie home/alice/.local/state/wireplumber home/alice/.local/share/vulkan/implicit_layer.d
		home/alice/.config/BambuStudio home/alice/.config/**/com.1password.1password.json
		home/alice/.config/opencode/node_modules`)
	chromium := strings.Split("Cache,Code Cache,CachedData,GPUCache,Session Storage,Shared Dictionary,"+
		"DawnGraphiteCache,DawnWebGPUCache,Crashpad,SharedStorage,Trust Tokens,Trust Tokens-journal,"+
		"Local Storage,Cookies,Cookies-journal,Dictionaries,Network Persistent State,Preferences,TransportSecurity", ",")
	for _, program := range []string{"Code", "SideQuest", "1Password", "1Password/Partitions/1password"} {
		for _, name := range chromium {
			texts = append(texts, "home/alice/.config/"+program+"/"+name)
		}
	}
	patterns := make([]Pattern, len(texts))
	for i, text := range texts {
		patterns[i] = Pattern{Text: text, Source: fmt.Sprintf("excludes[%d]", i)}
	}
	return patterns
}

// realNames are typical names in a home directory: of source files, libraries, a cache, a browser
// profile and documents.
func realNames() [][]byte {
	var names [][]byte
	for _, name := range strings.Fields(`main.go README.md package.json index.d.ts LICENSE libc.so.6 libssl.a
		node_modules src lib config HEAD objects 3f1c9a0be47d2c5518e2c6b1e0d9a7f4c2b8e615 pack-8d2e.idx
		manifest.json favicon.ico places.sqlite places.sqlite-wal prefs.js storage.sqlite cert9.db logins.json
		000123.ldb LOCK CURRENT MANIFEST-000001 IMG_20240613_181522.jpg holiday.mp4 invoice-2023-11.pdf
		notes.txt thesis.tex .bashrc .gitignore .git __init__.py models.cpython-312.pyc core.h util.c Makefile
		x86_64-linux-gnu terminfo zoneinfo Europe Berlin en_US.UTF-8 dialog.py settings.ini catalog.xml a b.o
		Cargo.lock target debug deps build.rs style.css app.min.js app.min.js.map font.woff2 logo.svg`) {
		names = append(names, []byte(name))
	}
	return names
}

func realSet(b *testing.B) *Set {
	b.Helper()
	s, err := Compile(realPatterns())
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// perEntry reports the time per name, for rounds of several names.
func perEntry(b *testing.B, names [][]byte) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(names)), "ns/entry")
}

func BenchmarkMatch(b *testing.B) {
	s := realSet(b)
	for _, bb := range []struct {
		name, dir string
		names     [][]byte
	}{
		{"nothing alive", "usr/lib", realNames()},
		{"root", "", realNames()},
		{"home", "home/alice", realNames()},
		{"dot config", "home/alice/.config", realNames()},
		{"below dot config", "home/alice/.config/easyeffects", realNames()},
		{"code", "home/alice/.config/Code", realNames()},
		{"code, its own names", "home/alice/.config/Code", codeNames()},
	} {
		b.Run(bb.name, func(b *testing.B) {
			at, _ := enter(s, strings.TrimPrefix(bb.dir+"/x", "/"))
			matches := 0
			b.ReportAllocs()
			for b.Loop() {
				for _, name := range bb.names {
					if s.Match(at, name, false) {
						matches++
					}
				}
			}
			perEntry(b, bb.names)
			b.ReportMetric(float64(matches)/float64(b.N*len(bb.names)), "matches/entry")
		})
	}
}

// codeNames are the entries in the directory of an editor based on Chromium.
func codeNames() [][]byte {
	var names [][]byte
	for name := range strings.SplitSeq("Backups,blob_storage,Cache,CachedData,CachedExtensionVSIXs,"+
		"CachedProfilesData,Code Cache,code.lock,Cookies,Cookies-journal,Crashpad,DawnGraphiteCache,"+
		"DawnWebGPUCache,Dictionaries,DIPS,GPUCache,languagepacks.json,Local Storage,logs,machineid,"+
		"Network Persistent State,Preferences,Service Worker,Session Storage,Shared Dictionary,SharedStorage,"+
		"SharedStorage-wal,TransportSecurity,Trust Tokens,Trust Tokens-journal,User,WebStorage,Workspaces", ",") {
		names = append(names, []byte(name))
	}
	return names
}

func BenchmarkEnter(b *testing.B) {
	s := realSet(b)
	names := realNames()
	for _, bb := range []struct{ name, dir string }{
		{"nothing alive", "usr/lib"},
		{"home", "home/alice"},
		{"below dot config", "home/alice/.config/easyeffects"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			at, _ := enter(s, bb.dir+"/x")
			b.ReportAllocs()
			for b.Loop() {
				for _, name := range names {
					s.Enter(at, name)
				}
			}
			perEntry(b, names)
		})
	}
}

func BenchmarkFind(b *testing.B) {
	s := realSet(b)
	at, name := enter(s, "home/alice/.config/Code/Code Cache")
	b.ReportAllocs()
	for b.Loop() {
		s.Find(at, name, true)
	}
}

func BenchmarkCompile(b *testing.B) {
	patterns := realPatterns()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(patterns); err != nil {
			b.Fatal(err)
		}
	}
}
