package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIsSwapRecognisesSwapFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, mark string, at int) string {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		text := strings.Repeat("\x00", at-len(mark)) + mark + strings.Repeat("\x00", 9000)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	small, large := write("swap/a", "SWAPSPACE2", 4<<10), write("b", "SWAPSPACE2", 64<<10)
	for _, file := range []string{small, large} {
		if !hasSwapSignature(file) {
			t.Errorf("%s is not recognised", file)
		}
	}
	other := write("files/c", "SWAPSPACE3", 4<<10)
	link := filepath.Join(dir, "link")
	if err := os.Symlink(small, link); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{other, link, dir, dir + "/none"} {
		if hasSwapSignature(file) {
			t.Errorf("%s is recognised as swap", file)
		}
	}
	if !containsSwap(filepath.Dir(small)) || containsSwap(filepath.Dir(other)) {
		t.Error("the directory with swap is not recognised, or one without swap is")
	}
	s := &Session{}
	for path, isDir := range map[string]bool{"/swapfile": false, "/.swapvol": true} {
		if !s.isSwap(path, isDir) {
			t.Errorf("%s is not recognised by its name", path)
		}
	}
	s.swaps = append(s.swaps, "/deep/in/some/place/s")
	if !s.isSwap("/deep/in/some/place/s", false) || !s.isSwap("/deep/in", true) || s.isSwap("/deep/inside", true) || s.isSwap("/swapfile.txt", false) {
		t.Error("a swap file in use or its directory is not recognised, or another path is")
	}
}

func TestSwapsInUse(t *testing.T) {
	const table = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n" +
		"/dev/dm-1                               partition\t8388604\t\t0\t\t-2\n" +
		"/swap/my\\040file                       file\t\t8388604\t\t0\t\t-3\n"
	if diff := cmp.Diff([]string{"/swap/my file"}, swapsInUse(table)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
