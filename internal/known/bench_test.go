package known

import "testing"

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
