package nixfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/nixfile"
)

// BenchmarkFind searches a configuration as large as the largest public ones.
func BenchmarkFind(b *testing.B) {
	dir := b.TempDir()
	text := strings.Repeat("  services.x.enable = true;\n", 100)
	for i := range 1300 {
		path := filepath.Join(dir, fmt.Sprint(i%40), fmt.Sprint(i)+".nix")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{\n"+text+"}\n"), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, complete := nixfile.Find(b.Context(), dir, []string{"persistence"}, nixfile.Limits{}); !complete {
			b.Fatal("a limit was reached")
		}
	}
}
