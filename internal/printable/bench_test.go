package printable

import "testing"

func BenchmarkAppendName(b *testing.B) {
	for _, bb := range []struct{ name, path string }{
		{"plain", "/home/alice/.local/share/containers/storage/overlay-layers/layers.json.lock"},
		{"letters", "/home/alice/Bilder/日本/2026-11-22 Größe/файл с именем.jpg"},
		{"hostile", "/home/alice/evil\x1b[2J\n\xff\u202egnp.exe"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			name, dst := []byte(bb.path), make([]byte, 0, 256)
			b.ReportAllocs()
			b.SetBytes(int64(len(name)))
			for b.Loop() {
				dst = AppendName(dst[:0], name)
			}
		})
	}
}
