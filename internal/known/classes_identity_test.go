package known_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// xCookie is the only secret that is hidden: it opens an X server that has ended.
const xCookie = "~/.Xauthority"

// secrets returns the paths of testdata/secrets.txt, without xCookie.
func secrets(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/secrets.txt")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		if name := strings.TrimSuffix(line, "\n"); !strings.HasPrefix(name, "#") && name != xCookie {
			names = append(names, name)
		}
	}
	if len(names) < 300 {
		t.Fatalf("got %d paths, want at least 300", len(names))
	}
	return names
}

// inHomes returns a path for each of some homes, or the path itself if it is not in a home.
func inHomes(name string, homes ...string) []string {
	rest, ok := strings.CutPrefix(name, "~")
	if !ok {
		return []string{name}
	}
	var names []string
	for _, home := range homes {
		names = append(names, home+rest)
	}
	return names
}

// TestIdentityIsNeverHiddenNorPruned checks every path on every machine, with the homes, the kinds of
// file and the names of caches in turn.
func TestIdentityIsNeverHiddenNorPruned(t *testing.T) {
	names := secrets(t)
	homes := []string{"/root", "/users/eve"}
	kinds := []known.FileKind{known.FileRegular, known.FileRegular, known.FileDirectory}
	for i, machine := range machines() {
		classes := known.NewClasses(known.HomesOf("/users/eve"), machine, known.ClassOptions{CacheNames: i%5 < 2})
		for j, name := range names {
			for _, path := range inHomes(name, homes[(i/3+j)%len(homes)]) {
				assertShown(t, classes, path, kinds[(i+j)%len(kinds)])
			}
		}
		if t.Failed() {
			t.Fatalf("with the facts %v", machine.Facts)
		}
	}
}

// TestIdentityIsShownInEveryHome checks homes whose names are not usual.
func TestIdentityIsShownInEveryHome(t *testing.T) {
	homes := []string{"/home/al", "/root", "/h/*", "/var/lib/build", "/home/é ö"}
	classes := known.NewClasses(known.HomesOf(homes...), known.Machine{}, known.ClassOptions{CacheNames: true})
	for _, name := range secrets(t) {
		for _, path := range inHomes(name, homes...) {
			assertShown(t, classes, path, known.FileRegular)
			assertShown(t, classes, path, known.FileDirectory)
		}
	}
}

// TestCookieOfTheXServerIsRuntime documents the exception. The display manager or startx makes a
// new cookie for each server (Xsecurity(7)), so the file is worthless after a boot.
func TestCookieOfTheXServerIsRuntime(t *testing.T) {
	classes := known.NewClasses(known.Homes{}, known.Machine{}, known.ClassOptions{})
	for _, path := range inHomes(xCookie, "/root", "/home/al") {
		if got := classes.Of(path, known.File{Kind: known.FileRegular}); got.Class != known.ClassRuntime {
			t.Errorf("%s is %v by %q", path, got.Class, got.Pattern)
		}
	}
	if slices.Contains(secrets(t), xCookie) {
		t.Errorf("%s is among the paths that are never hidden", xCookie)
	}
}
