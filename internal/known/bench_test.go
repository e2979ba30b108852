package known

import "testing"

// BenchmarkProgramMatch compares the component of a path that most often has
// nothing to do with the program.
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

// BenchmarkParseData reads all four data files, which a run does at most once.
func BenchmarkParseData(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = parsePaths(knownPathsText)
		_, _ = parsePlaces("containers.txt", containersText)
		_, _ = parseCaches(cachesText)
		_, _ = parseAliases(aliasesText)
	}
}
