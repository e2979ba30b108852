package owned

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// opened opens a file and returns its descriptor.
func opened(t *testing.T, name string) int {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return int(f.Fd())
}

func mkdir(mode os.FileMode) func(name string) error {
	return func(name string) error { return errors.Join(os.Mkdir(name, 0o700), os.Chmod(name, mode)) }
}

// closed closes a descriptor that a call may have returned.
func closed(fd int, err error) error {
	if err == nil {
		_ = os.NewFile(uintptr(fd), "d").Close()
	}
	return err
}

func hasMode(t *testing.T, what, name string, mode os.FileMode) {
	t.Helper()
	if info, err := os.Lstat(name); err != nil || info.Mode() != mode {
		t.Errorf("%s: mode %v, %v, want %v", what, info.Mode(), err, mode)
	}
}

// TestOpenAcceptsOnlyOwnedDirectories opens entries of all kinds and checks that they are not
// changed.
func TestOpenAcceptsOnlyOwnedDirectories(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		make func(name string) error
		want error
	}{
		"0700":       {mkdir(0o700), nil},
		"setgid":     {mkdir(os.ModeSetgid | 0o700), nil},
		"umask 0277": {mkdir(0o500), nil},
		"0750":       {mkdir(0o750), ErrMode},
		"sticky":     {mkdir(os.ModeSticky | 0o700), ErrMode},
		"file":       {func(name string) error { return os.WriteFile(name, nil, 0o700) }, ErrKind},
		"symlink":    {func(name string) error { return os.Symlink("/etc", name) }, ErrKind},
	} {
		for _, parentMode := range []os.FileMode{0o755, 0o777} {
			top := t.TempDir()
			d := filepath.Join(top, "d")
			if err := errors.Join(tt.make(d), os.Chmod(top, parentMode)); err != nil {
				t.Fatal(err)
			}
			before, err := os.Lstat(d)
			if err != nil {
				t.Fatal(err)
			}
			if err := closed(Open(opened(t, top), "d")); !errors.Is(err, tt.want) {
				t.Errorf("%s: Open = %v, want %v", name, err, tt.want)
			}
			hasMode(t, name+" after Open", d, before.Mode())
			if err := closed(Make(opened(t, top), "d")); !errors.Is(err, tt.want) {
				t.Errorf("%s: Make = %v, want %v", name, err, tt.want)
			}
			hasMode(t, name+" after Make", d, before.Mode())
		}
	}
}

// TestClaimSetsTheMode claims a directory made by Make in a parent where other users may rename
// entries.
func TestClaimSetsTheMode(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	if err := os.Chmod(top, os.ModeSetgid|0o777); err != nil {
		t.Fatal(err)
	}
	fd, err := Make(opened(t, top), "d")
	if err != nil {
		t.Fatal(err)
	}
	if err := Claim(fd); err != nil {
		t.Error(err)
	}
	hasMode(t, "claimed", filepath.Join(top, "d"), os.ModeDir|0o700)
	if err := Check(opened(t, top), fd); err != nil {
		t.Error(err)
	}
	if err := closed(fd, nil); err != nil {
		t.Error(err)
	}
}

// TestMarkIsValidOnlyForItsDirectory copies a marked directory with its attributes.
func TestMarkIsValidOnlyForItsDirectory(t *testing.T) {
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
	if err := Claim(fd); err != nil {
		t.Fatal(err)
	}
	if err := Check(parent, fd); err != nil {
		t.Errorf("with a mark: %v", err)
	}
	if out, err := exec.Command("cp", "-a", one, two).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	if err := Check(parent, opened(t, two)); !errors.Is(err, ErrMark) {
		t.Errorf("a copy of the directory: %v", err)
	}
	if err := os.Chmod(top, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Check(parent, opened(t, two)); err != nil {
		t.Errorf("in a parent where no other user may rename entries: %v", err)
	}
}
