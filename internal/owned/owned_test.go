package owned

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// opened opens a file for its descriptor.
func opened(t *testing.T, name string) int {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return int(f.Fd())
}

func TestOpenTakesWhatIsOurs(t *testing.T) {
	t.Parallel()
	mkdir := func(mode os.FileMode) func(name string) error {
		return func(name string) error { return errors.Join(os.Mkdir(name, 0o700), os.Chmod(name, mode)) }
	}
	for name, tt := range map[string]struct {
		make func(name string) error
		want error
	}{
		"0700":       {mkdir(0o700), nil},
		"setgid":     {mkdir(os.ModeSetgid | 0o700), nil},
		"umask 0777": {mkdir(0), nil},
		"0750":       {mkdir(0o750), ErrMode},
		"sticky":     {mkdir(os.ModeSticky | 0o700), ErrMode},
		"file":       {func(name string) error { return os.WriteFile(name, nil, 0o700) }, ErrKind},
		"symlink":    {func(name string) error { return os.Symlink("/etc", name) }, ErrKind},
	} {
		top := t.TempDir()
		if err := tt.make(filepath.Join(top, "d")); err != nil {
			t.Fatal(err)
		}
		fd, err := Open(opened(t, top), "d")
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if err != nil {
			continue
		}
		_ = os.NewFile(uintptr(fd), "d").Close()
		if info, err := os.Stat(filepath.Join(top, "d")); err != nil || info.Mode() != os.ModeDir|0o700 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
}

// TestAMarkIsOfOneDirectory copies a marked directory with its attributes.
func TestAMarkIsOfOneDirectory(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	one, two := filepath.Join(top, "1"), filepath.Join(top, "2")
	if err := errors.Join(os.Mkdir(one, 0o700), os.Chmod(top, 0o777)); err != nil {
		t.Fatal(err)
	}
	parent, fd := opened(t, top), opened(t, one)
	if err := Check(parent, fd); !errors.Is(err, ErrMark) {
		t.Errorf("without a mark: %v", err)
	}
	Mark(fd)
	if err := Check(parent, fd); err != nil {
		t.Errorf("with a mark: %v", err)
	}
	if out, err := exec.Command("cp", "-a", one, two).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	if err := Check(parent, opened(t, two)); !errors.Is(err, ErrMark) {
		t.Errorf("a copy of it: %v", err)
	}
	if err := os.Chmod(top, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Check(parent, opened(t, two)); err != nil {
		t.Errorf("where nobody else may rename: %v", err)
	}
}
