package session

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// ownedBy returns a session whose owners are read from files below a temporary root.
func ownedBy(t *testing.T, files map[string]string) *Session {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	table, err := mounts.Read()
	if err != nil {
		t.Fatal(err)
	}
	cfg := newConfig()
	cfg.Home = "/home/ann"
	return &Session{Config: cfg, Mounts: table, Owners: NewOwners(), Policy: scan.NewPolicy(scan.Rules{Mounts: table, Roots: []string{"/"}}), options: Options{System: root}}
}

// demo is a unit with a state directory.
const demo = "[Service]\nStateDirectory=demo-of-tests\nStateDirectoryMode=0750\nCacheDirectory=demo-of-tests\nExecStart=/usr/bin/demod\n"

func TestOwnersAreReadBelowTheSystem(t *testing.T) {
	s := ownedBy(t, map[string]string{"etc/systemd/system/demo.service": demo})
	o := s.OwnerOf("/var/lib/demo-of-tests/x")
	if o.Name != "demo.service" || o.Kind != owner.KindState || o.From.Line != 2 {
		t.Errorf("%+v", o)
	}
	if first, second := s.OwnerTable(), s.OwnerTable(); first != second {
		t.Error("the table is read twice")
	}
}

func TestOwnerFilterAcceptsUnitAndKinds(t *testing.T) {
	s := ownedBy(t, map[string]string{"etc/systemd/system/demo.service": demo})
	paths := map[string]scan.Entry{}
	for _, path := range []string{"/var/lib/demo-of-tests/x", "/var/cache/demo-of-tests/x", "/opt/x"} {
		paths[path] = scan.Entry{Path: []byte(path), Kind: scan.KindFile}
	}
	for _, tt := range []struct {
		filter OwnerFilter
		want   string
	}{
		{OwnerFilter{Unit: "demo", Kinds: []owner.Kind{owner.KindState}}, "/var/lib/demo-of-tests/x"},
		{OwnerFilter{Unit: "demo.service", Kinds: []owner.Kind{owner.KindCache, owner.KindLog}}, "/var/cache/demo-of-tests/x"},
	} {
		accepts, err := tt.filter.Of(s)
		if err != nil {
			t.Fatal(err)
		}
		for path, e := range paths {
			if got := accepts(&e); got != (path == tt.want) {
				t.Errorf("%+v, %s: %v", tt.filter, path, got)
			}
		}
	}
	if accepts, err := (OwnerFilter{}).Of(s); accepts != nil || err != nil {
		t.Errorf("the zero filter: %v", err)
	}
	if _, err := (OwnerFilter{Unit: "a\x1bb"}).Of(s); err == nil {
		t.Error("an unknown unit is accepted")
	}
}

func TestItemOfAMissingDirectoryIsThatOfItsUnit(t *testing.T) {
	s := ownedBy(t, map[string]string{"etc/systemd/system/demo.service": demo})
	const path = "/var/lib/demo-of-tests"
	if item := s.Item(path, scan.KindUnknown, scan.Info{}, false); item.Dir || item.Access != nil || item.Comment != "" {
		t.Errorf("without a style: %+v", item)
	}
	s.styled = true
	item := s.Item(path, scan.KindUnknown, scan.Info{}, false)
	if !item.Dir || item.Access == nil || item.Access.Mode != 0o750 || item.Comment != "demo.service" {
		t.Errorf("%+v", item)
	}
	s.noComments = true
	if item := s.Item(path, scan.KindUnknown, scan.Info{}, false); item.Comment != "" || item.Access == nil {
		t.Errorf("without comments: %+v", item)
	}
	s.noComments, s.Style.Dialect = false, setting.DialectJSON
	if item := s.Item(path, scan.KindUnknown, scan.Info{}, false); item.Comment != "" {
		t.Errorf("in JSON: %+v", item)
	}
	s.Style.Dialect = setting.DialectPlain
	disk := s.Item(path, scan.KindDir, scan.Info{Mode: 0o711}, false)
	if disk.Access == nil || disk.Access.Mode != 0o711 || disk.Kind != snippet.Ordinary {
		t.Errorf("what is on the disk: %+v", disk)
	}
}

func TestInstancesReplaceTheStarOfATemplate(t *testing.T) {
	template := owner.Declaration{Template: true}
	for name, want := range map[string]string{
		"x@a.service": "/var/lib/x/a", "x@a": "/var/lib/x/a", "x@.service": "/var/lib/x/*", "x@../../etc": "/var/lib/x/*", "x@..": "/var/lib/x/*",
	} {
		if got := instanceName(name, &template)("/var/lib/x/*"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestOneProgramHasOneName asks for paths of some programs of which only data is there.
func TestOneProgramHasOneName(t *testing.T) {
	s := ownedBy(t, map[string]string{"etc/passwd": "ann:x:1000:100::/home/ann:/bin/sh\n"})
	for path, want := range map[string]string{
		"/home/ann/.mozilla/firefox/p/x": "firefox", "/home/ann/.config/mozilla/firefox/p": "firefox", "/home/ann/.mozilla/x": "firefox",
		"/home/ann/.config/Code/User/x": "vscode", "/home/ann/.vscode/x": "vscode", "/home/ann/Music/song": "",
	} {
		if got := s.ProgramOf(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestItemOfADirectoryNamesALinkIntoTheStore(t *testing.T) {
	s := ownedBy(t, nil)
	dir := t.TempDir()
	for name, target := range map[string]string{"z": "/nix/store/x", "b": "/nix/store/y", "a": "/etc/a"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if item := s.Item(dir, scan.KindDir, scan.Info{}, false); item.StoreLink != "b" {
		t.Errorf("%+v", item)
	}
	s.Style.Dialect = setting.DialectPaths
	if item := s.Item(dir, scan.KindDir, scan.Info{}, false); item.StoreLink != "" {
		t.Errorf("in a list of paths: %+v", item)
	}
}
