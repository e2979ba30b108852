package trace

import "testing"

func TestHardLinksAreCreated(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		dir := t.TempDir()
		sh(t, dir, "echo x >old")
		pastTick(dir + "/old")
		got := run(t, Options{Backend: b}, "ln", dir+"/old", dir+"/new")
		if op := got.paths()[dir+"/new"]; op&Create == 0 {
			t.Errorf("the new name: got %v", op)
		}
		if op := got.paths()[dir+"/old"]; op&changing != 0 {
			t.Errorf("the old name: got %v", op)
		}
	})
}

func TestMagicLinksAreFollowed(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		dir := t.TempDir()
		got := run(t, Options{Backend: b}, "sh", "-c", "cd /proc; echo x >.."+dir+"/a; echo y >/dev/.."+dir+"/b")
		for _, name := range []string{"/a", "/b"} {
			if op := got.paths()[dir+name]; op&Create == 0 {
				t.Errorf("%s: %v", name, op)
			}
		}
	})
}

func TestFilesInRenamedDirectoriesHaveNewNames(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		dir := t.TempDir()
		got := run(t, Options{Backend: b}, "sh", "-c", "cd "+dir+"; mkdir tmp; echo x >tmp/f; mkdir tmp/sub; echo y >tmp/sub/g; mv tmp half; mv half final; mv none nowhere 2>/dev/null; echo z >final/h; mkdir one; mv one two; rmdir two; mkdir other; echo k >other/k; mv other two")
		for _, name := range []string{"/final/f", "/final/sub/g", "/final/h", "/two/k"} {
			if op := got.paths()[dir+name]; op&Create == 0 {
				t.Errorf("%s: %v", name, op)
			}
		}
		if op := got.paths()[dir+"/final"]; op&Rename == 0 {
			t.Errorf("the directory: got %v", op)
		}
	})
}
