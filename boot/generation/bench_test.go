package generation_test

import (
	"fmt"
	"testing"

	"github.com/DaRacci/list-ephemeral/boot/generation"
)

// large is a generation with 60 mounts, 300 other units, 1,500 links in /etc and 300 in a home.
func large(b *testing.B) *machine {
	m := newMachine(b)
	for i := range 60 {
		m.mount(fmt.Sprintf("/keep/var/lib/d%02d", i), fmt.Sprintf("/var/lib/d%02d", i), "bind", local)
	}
	for i := range 300 {
		m.unit(fmt.Sprintf("u%03d.service", i), "[Service]\nExecStart=/bin/true\n", "multi-user.target")
	}
	m.file("/nix/store/h-file", "x")
	for i := range 1500 {
		m.link(fmt.Sprintf("%s/d%d/f%d", etc, i%40, i), "/nix/store/h-file")
	}
	files := m.home("ann", "/home/ann")
	for i := range 300 {
		m.link(fmt.Sprintf("%s/.config/d%d/f%d", files, i%20, i), "/nix/store/h-file")
	}
	return m
}

func BenchmarkRead(b *testing.B) {
	m := large(b)
	b.ReportAllocs()
	for b.Loop() {
		m.read(generation.Options{})
	}
}

func BenchmarkKeeps(b *testing.B) {
	g := large(b).read(generation.Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := g.Keeps("/var/lib/d42/a/b/c/d"); !ok {
			b.Fatal("not kept")
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	g := large(b).read(generation.Options{})
	b.ReportAllocs()
	for b.Loop() {
		generation.Compare(g, g)
	}
}
