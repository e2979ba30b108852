package triage_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/DaRacci/list-ephemeral/triage"
)

// splitLines splits a text at newlines.
func splitLines(text []byte) (all []string) {
	for l := range bytes.Lines(text) {
		all = append(all, string(bytes.TrimSuffix(l, []byte("\n"))))
	}
	return all
}

// BenchmarkOf looks up a million paths with 1,000 decisions, one of which covers each tenth path.
func BenchmarkOf(b *testing.B) {
	var s triage.Set
	for i := range 1000 {
		s.Add(at(fmt.Sprintf("/home/al/.local/share/app-%d/data", i*10), triage.Ignore, 0))
	}
	a := s.Active(noon, nil)
	var all [][]byte
	for i := range 1_000_000 {
		all = append(all, fmt.Appendf(nil, "/home/al/.local/share/app-%d/data/%d/file-%d.txt", i/100, i%7, i))
	}
	b.ReportAllocs()
	for b.Loop() {
		undecided := 0
		for _, path := range all {
			if _, decided := a.OfBytes(path); !decided {
				undecided++
			}
		}
		if undecided != 900_000 {
			b.Fatal(undecided)
		}
	}
}

// BenchmarkParse parses a file with 10,000 decisions.
func BenchmarkParse(b *testing.B) {
	var s triage.Set
	for i := range 10_000 {
		s.Add(at(fmt.Sprintf("/home/al/.local/share/app-%d/data", i), triage.Ignore, 0))
	}
	text := triage.Format(s)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if loaded, err := triage.Parse(text); err != nil || loaded.Set.Len() != 10_000 {
			b.Fatal(err)
		}
	}
}
