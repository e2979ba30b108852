package known

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

func TestCacheDirComparesTheWholeName(t *testing.T) {
	for name, want := range map[string]bool{
		"Cache": true, "Code Cache": true, "GPUCache": true, "node_modules": true, "__pycache__": true, "cache2": true, ".cache": true,
		"_cacache": true, "CacheStorage": true, "cache": false, "Cache2": false, "node_module": false, "": false, "Caches": false, "\xff": false,
	} {
		if got := CacheDir([]byte(name)); got != want {
			t.Errorf("CacheDir(%q) = %v", name, got)
		}
	}
	names := CacheDirNames()
	if !slices.IsSorted(names) || !slices.Contains(names, "GPUCache") {
		t.Errorf("CacheDirNames() = %q", names)
	}
	for _, name := range names {
		if !CacheDir([]byte(name)) {
			t.Errorf("CacheDir(%q) = false", name)
		}
	}
}

func TestCachesAreDetectedByLocationAndName(t *testing.T) {
	tests := []struct {
		dir  string
		want bool
	}{
		{"/var/cache", true},
		{"/var/cache/jellyfin/x", true},
		{"/var/cached", false},
		{"/scratch/al", true},
		{"/scratch/al/x", true},
		{"/scratch/alice", false},
		{"/home/al/.cache/x", true},
		{"/home/al/.config/Code/GPUCache", true},
		{"/home/al/.config/Code/GPUCache/x/y", true},
		{"/home/al/.config/Code/User", false},
		{"/node_modules", true},
		{"/", false},
	}
	caches := Caches{Home: "/scratch/al"}
	for _, tt := range tests {
		if got := caches.Holds(tt.dir); got != tt.want {
			t.Errorf("Holds(%s) = %v", tt.dir, got)
		}
	}
	if (Caches{}).Holds("/scratch/al/x") {
		t.Error("/scratch/al/x is a cache without $XDG_CACHE_HOME")
	}
}

func TestTaggedReadsTheSignature(t *testing.T) {
	const signature = "Signature: 8a477f597d28d172789f06886806bc55"
	write := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o644) }
	}
	tests := []struct {
		name string
		make func(path string) error
		want bool
	}{
		{"only the signature", write(signature), true},
		{"text after the signature", write(signature + "\n# made by a test\n"), true},
		{"cut short", write(signature[:42]), false},
		{"another signature", write("Signature: 00000000000000000000000000000000"), false},
		{"a leading space", write(" " + signature), false},
		{"empty", write(""), false},
		{"none", func(string) error { return nil }, false},
		{"a directory", func(path string) error { return os.Mkdir(path, 0o755) }, false},
		{"a pipe without a writer", func(path string) error { return syscall.Mkfifo(path, 0o644) }, false},
		{"a symlink to a tag", func(path string) error {
			if err := os.WriteFile(path+".real", []byte(signature), 0o644); err != nil {
				return err
			}
			return os.Symlink(path+".real", path)
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := tt.make(filepath.Join(dir, TagName)); err != nil {
				t.Fatal(err)
			}
			if got := Tagged(dir); got != tt.want {
				t.Errorf("Tagged = %v", got)
			}
		})
	}
}
