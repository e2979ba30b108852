package known

import (
	"strings"
	"testing"
)

// BenchmarkProgramMatch matches components, most of which do not belong to the program, as is
// usual.
func BenchmarkProgramMatch(b *testing.B) {
	program := NewProgram("signal-desktop")
	components := [][]byte{[]byte("IMG_20240613_181522.jpg"), []byte("index.d.ts"), []byte("Signal"), []byte("languages-signature")}
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range components {
			program.Match(ComponentOf(c))
		}
	}
}

// BenchmarkParseData parses four data files. The program parses each at most once.
func BenchmarkParseData(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = parsePaths(knownPathsText)
		_, _ = parsePlaces("containers.txt", containersText)
		_, _ = parseCaches(cachesText)
		_, _ = parseAliases(aliasesText)
	}
}

// BenchmarkClassesStep asks about the entries of one directory, as a walk does.
func BenchmarkClassesStep(b *testing.B) {
	names := strings.Fields(`main.go README.md index.d.ts libc.so.6 node_modules lib config HEAD
		3f1c9a0be47d2c5518e2c6b1e0d9a7f4c2b8e615 manifest.json places.sqlite 000123.ldb LOCK CURRENT
		IMG_20240613_181522.jpg notes.txt .bashrc __init__.py Cargo.lock Cookies`)
	c := NewClasses(Homes{}, Machine{Facts: []Fact{FactNixOS}}, ClassOptions{})
	for _, bb := range []struct{ name, dir string }{
		{"no row alive", "/usr/lib"},
		{"home", "/home/al"},
		{"below a home", "/home/al/src/app"},
		{"below dot config", "/home/al/.config/easyeffects"},
		{"etc", "/etc"},
		{"in a cache", "/home/al/.cache/mozilla"},
	} {
		at := WalkStart
		for _, name := range splitPath(bb.dir) {
			_, at = c.Step(at, []byte(name), FileDirectory)
		}
		for _, kind := range []FileKind{FileRegular, FileDirectory} {
			b.Run(bb.name+"/"+kind.String(), func(b *testing.B) {
				entries := make([][]byte, len(names))
				for i, name := range names {
					entries[i] = []byte(name)
				}
				b.ReportAllocs()
				for b.Loop() {
					for _, name := range entries {
						c.Step(at, name, kind)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(entries)), "ns/entry")
			})
		}
	}
}

// BenchmarkClassesOf asks about one path, as explain does.
func BenchmarkClassesOf(b *testing.B) {
	c := NewClasses(Homes{}, Machine{Facts: []Fact{FactNixOS}}, ClassOptions{})
	b.ReportAllocs()
	for b.Loop() {
		c.Of("/home/al/.config/app/Default/Preferences", File{Kind: FileRegular})
	}
}

// BenchmarkNewClasses makes the classes of a machine, which a run does at most once.
func BenchmarkNewClasses(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		rows, _ := parseClasses(classesText)
		newClasses(rows, Homes{}, Machine{Facts: []Fact{FactNixOS}})
	}
}
