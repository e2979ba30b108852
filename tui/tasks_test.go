package tui

import (
	"context"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/fixture"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
)

// fixtureScreen opens the screen on the fixture machine, after a scan. The verdicts, the places and their
// owners are those of the real packages; only the files are in memory.
func fixtureScreen(t testing.TB, opts Options) *driver {
	t.Helper()
	m := fixture.New(1)
	homes := known.HomesOf(fixture.Home)
	classes := known.NewClasses(homes, known.Machine{}, known.ClassOptions{CacheNames: true})
	var persisted []scan.Persisted
	for _, mount := range m.Mounts {
		persisted = append(persisted, scan.Persisted{Path: mount})
	}
	policy := scan.NewPolicy(scan.Rules{
		Storage: []string{fixture.Storage}, Persisted: persisted, Hide: true,
		Classes: func() *known.Classes { return classes },
	})
	rollup := scan.NewRollup(policy, fixture.Home)
	owners := owner.Read(t.Context(), owner.Options{Root: t.TempDir(), Users: []owner.User{}, Classes: classes})
	files := map[string]*fixture.File{}
	opts.Home, opts.Host, opts.FileSystem, opts.Loss = fixture.Home, "racci@forge", "/ on tmpfs", "will be lost"
	opts.Configurations, opts.Dialects, opts.Programs = known.Repositories, []string{"plain"}, []string{"firefox", "vscode", "git"}
	opts.Machine = fakeMachine{splits: rollup.Splits, place: func(path string) Place {
		o := owners.Of(path)
		place := Place{Kept: o.Share.Repositories, Secret: classes.Of(path, known.File{Kind: known.FileDirectory}).Class == known.ClassIdentity}
		if o.Name != "" {
			place.Owner = index.Owner{Type: o.Type.String(), Name: o.Name}
		}
		if strings.HasPrefix(path, fixture.Home+"/") {
			place.Home = fixture.Home
		}
		return place
	}}
	if opts.Excluded != nil {
		opts.Excluded = func(_ context.Context, dir string) scan.Extent { return excludedIn(m, policy, dir) }
	}
	d := newScreen(t, opts)
	d.app.statCache.Stat = func(path string) (scan.Kind, scan.Info, error) {
		f, found := files[path]
		if !found {
			return scan.KindDir, scan.Info{}, nil
		}
		return scan.KindFile, scan.Info{Size: f.Size, ModTime: fakeNow.Add(-f.Age)}, nil
	}
	for i := range m.Files {
		f := &m.Files[i]
		if f.Kind != fixture.KindRegular {
			continue
		}
		files[f.Path] = f
		if policy.Judge(f.Path, scan.KindFile).Class == scan.ClassCandidate {
			d.store.AddPath([]byte(f.Path), scan.KindFile)
		}
	}
	d.tick()
	d.end(nil)
	d.send(tea.WindowSizeMsg{Width: 120, Height: 35})
	return d
}

// pressed presses keys, and returns their number. "text:abc" is three keys.
func (d *driver) pressed(names ...string) (n int) {
	d.t.Helper()
	for _, name := range names {
		d.keys(name)
		n++
		if text, typed := strings.CutPrefix(name, "text:"); typed {
			n += len(text) - 1
		}
	}
	return n
}

// TestTasksOfPeople does what people want with the keys that it takes, on the fixture machine.
func TestTasksOfPeople(t *testing.T) {
	home := fixture.Home
	for _, task := range []struct {
		name     string
		keys     []string
		most     int
		selected []string // what is kept in the end, one line of Nix each
		has      []string // what the screen shows
	}{
		{"what is biggest", nil, 0, nil, []string{"largest: /var/lib/libvirt/ 89M", "will be lost"}},
		{"Firefox", []string{"/", "text:firefox", "space"}, 9, []string{home + "/.mozilla"}, []string{`kept ~/.mozilla/`}},
		{"Firefox, written with a capital", []string{"/", "text:Firefox", "space"}, 9, []string{home + "/.mozilla"}, nil},
		{"Firefox, mistyped", []string{"/", "text:frefox", "space"}, 9, []string{home + "/.mozilla"}, nil},
		{"VS Code by its program", []string{"ctrl+p", "text:code", "enter", "ctrl+a"}, 8, []string{home + "/.config/Code", home + "/.vscode"}, nil},
		{"VS Code in the programs", []string{"tab", "/", "text:vscode", "space"}, 9, []string{home + "/.config/Code", home + "/.vscode"}, nil},
		{"a path as it is printed", []string{"/", "text:~/.ssh", "space"}, 8, []string{home + "/.ssh"}, nil},
		{"what most people keep", []string{"m"}, 3, []string{
			home + "/.ssh", "/root/.ssh", "/etc/NetworkManager/system-connections", "/var/lib/nixos", "/var/log", "/etc/machine-id",
		}, []string{"that half of 230 configurations keep"}},
		{"the secrets that come first", []string{"space", "space"}, 2, []string{home + "/.ssh", home + "/.gnupg"}, nil},
		{"the biggest first", []string{"s", "space"}, 2, []string{"/var/lib/libvirt"}, []string{"size▾"}},
		{"a review", []string{"space", "v"}, 2, []string{home + "/.ssh"}, []string{"⟨selected v⟩", "[Places 1]"}},
	} {
		t.Run(task.name, func(t *testing.T) {
			d := fixtureScreen(t, Options{})
			if n := d.pressed(task.keys...); n > task.most {
				t.Errorf("%d keys, want at most %d", n, task.most)
			}
			d.has(task.has...)
			got := d.selected()
			slices.Sort(got)
			want := slices.Sorted(slices.Values(task.selected))
			equal(t, "kept", got, append([]string{}, want...))
		})
	}
}

func TestARoundTripThroughTheViewsKeepsTheOrder(t *testing.T) {
	d := realScreen(t, Options{})
	before := d.shown()
	d.keys("tab", "tab", "tab", "tab")
	equal(t, "rows", d.shown(), before)
	d.hasNot("⟨sort: path")
	d.keys("s", "tab", "tab", "tab", "tab")
	d.has("⟨sort: size s⟩")
}

func TestLeavingASearchReturnsToWhatSpaceSelected(t *testing.T) {
	d := fixtureScreen(t, Options{})
	d.keys("/", "text:firefox", "space", "esc")
	equal(t, "cursor", d.cursor(), fixture.Home+"/.mozilla")
	d.keys("/", "text:firefox", "down", "esc")
	equal(t, "cursor that was moved", d.cursor(), "/var/lib/systemd/coredump")
	d.keys("/", "text:ssh", "space", "text:_host", "esc")
	equal(t, "cursor after another query", d.cursor(), "/etc/ssh/ssh_host_rsa_key")
}

func TestPlacesWithoutAProgramAreNotKeptTogether(t *testing.T) {
	d := fixtureScreen(t, Options{View: setting.ViewPrograms})
	d.app.list.moveTo(slices.Index(d.shown(), "program no program"))
	d.keys("space")
	equal(t, "kept", d.selected(), []string{})
	d.has("Enter opens these places")
	d.keys("up", "enter", "down")
	if d.app.snippet != nil || !strings.HasPrefix(d.cursor(), "/") {
		t.Errorf("Enter did not open the places; the cursor is on %q", d.cursor())
	}
}

func TestEnterAfterSpaceInASearchShowsTheSnippet(t *testing.T) {
	d := fixtureScreen(t, Options{View: setting.ViewPrograms})
	d.keys("/", "text:vscode", "space")
	if of := d.app.list.programAt(d.app.list.cursor); of == nil || of.Owner.Name != "" {
		t.Fatalf("Space did not move on to the places without a program: %+v", of)
	}
	d.keys("enter")
	if d.app.snippet == nil {
		t.Error("Enter did not show the snippet")
	}
}

// TestOneKeyKeepsTheFiveThatPeopleKeepMost compares what m keeps with the places of the fixture machine
// that most configurations keep.
func TestOneKeyKeepsTheFiveThatPeopleKeepMost(t *testing.T) {
	d := fixtureScreen(t, Options{})
	type place struct {
		path string
		kept int
	}
	var all []place
	for _, group := range d.app.overview.groups.All() {
		for _, node := range group.Places {
			path := d.app.progress.latest.AppendNode(nil, node)
			all = append(all, place{string(path), d.app.facts.Of(path).Kept})
		}
	}
	slices.SortFunc(all, func(a, b place) int { return b.kept - a.kept })
	d.keys("m")
	kept := d.selected()
	for _, p := range all[:5] {
		if !slices.Contains(kept, p.path) {
			t.Errorf("%s, which %d configurations keep, is not kept", p.path, p.kept)
		}
	}
	if least := all[len(kept)-1]; !slices.Contains(kept, least.path) || 2*least.kept < known.Repositories || 2*all[len(kept)].kept >= known.Repositories {
		t.Errorf("m keeps %d places; the last has %d of %d, the next %d", len(kept), least.kept, known.Repositories, all[len(kept)].kept)
	}
}
