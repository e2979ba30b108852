package truepath

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

func TestTrustedFollowsOnlyLinksOfTrustedUsers(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		os.MkdirAll(filepath.Join(dir, "real/a/b"), 0o755),
		os.MkdirAll(filepath.Join(dir, "home"), 0o755),
		os.Symlink("../real", filepath.Join(dir, "home/root's")),
		os.Symlink(filepath.Join(dir, "real"), filepath.Join(dir, "home/alice's")),
		os.Lchown(filepath.Join(dir, "home/alice's"), 1234, 1234),
		os.Symlink("../home/alice's/a", filepath.Join(dir, "real/chain")),
		os.Symlink("loop", filepath.Join(dir, "loop")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ path, alice, bob string }{
		{"real/a/b", "real/a/b", "real/a/b"},
		{"home/root's/a/b", "real/a/b", "real/a/b"},
		{"home/alice's", "home/alice's", "home/alice's"}, // the last component is not resolved
		{"home/alice's/a/b", "real/a/b", ""},
		{"real/chain/b", "real/a/b", ""},
		{"home/root's/gone/x", "real/gone/x", "real/gone/x"},
		{"gone/x/y", "gone/x/y", "gone/x/y"},
		{"loop/x", "loop/x", "loop/x"},
	}
	for _, tt := range tests {
		for uid, want := range map[uint32]string{1234: tt.alice, 1235: tt.bob} {
			got, err := Trusted(filepath.Join(dir, tt.path), 0, uid)
			var link *LinkError
			switch {
			case want == "" && errors.As(err, &link):
				if link.Link != filepath.Join(dir, "home/alice's") || link.Target != filepath.Join(dir, "real") || link.UID != 1234 || link.Instead != filepath.Join(dir, "real/a/b") {
					t.Errorf("Trusted(%s): %+v", tt.path, link)
				}
			case want == "":
				t.Errorf("Trusted(%s) as user %d is %s, %v", tt.path, uid, got, err)
			case err != nil || got != filepath.Join(dir, want):
				t.Errorf("Trusted(%s) as user %d is %s, %v, want %s", tt.path, uid, got, err, want)
			}
		}
	}
}
