package snippet

import (
	"io/fs"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// TestRenderMatchesGoldenFiles compares with hand-written modules that nixfmt does not change and
// the real modules accept.
func TestRenderMatchesGoldenFiles(t *testing.T) {
	var (
		foo     = owned("/var/lib/foo", fs.ModeDir|0o755, "root", "root")
		bar     = owned("/var/lib/bar", fs.ModeDir|0o750, "bar", "bar")
		config  = dir("/home/alice/.config/foo")
		ssh     = owned("/home/alice/.ssh", fs.ModeDir|0o700, "alice", "users")
		dotBar  = file("/home/alice/.bar")
		conf    = Item{Path: "/etc/foo.conf", Parent: &Access{0o755, "root", "root"}}
		id      = Item{Path: "/etc/nix/id_rsa", Parent: &Access{0o700, "root", "root"}}
		machine = Item{Path: "/etc/machine-id", Access: &Access{0o644, "root", "root"}, Parent: &Access{0o755, "root", "root"}}
		users   = []User{{"alice", home, "users"}, {"1st.user", "/home/first", ""}}
	)
	tests := []struct {
		opts         Options
		items        []Item
		dirs, counts int
	}{
		{Options{Dialect: setting.DialectPlain}, []Item{
			owned("/var/lib/bar", fs.ModeDir|0o700, "alice", "users"), dotBar, dir("/home/alice/.local/share/My App"), foo, config, conf,
		}, 4, 2},
		{Options{Dialect: setting.DialectImpermanence}, []Item{bar, dotBar, ssh, foo, config, conf, id, file("/home/first/.x")}, 4, 4},
		{Options{Dialect: setting.DialectImpermanenceHM}, []Item{ssh, dotBar, config}, 2, 1},
		{Options{Dialect: setting.DialectPreservation}, []Item{bar, machine, ssh, foo, dotBar, config}, 4, 2},
	}
	for _, tt := range tests {
		t.Run(tt.opts.Dialect.String(), func(t *testing.T) {
			golden, err := os.ReadFile("testdata/" + tt.opts.Dialect.String() + ".nix")
			if err != nil {
				t.Fatal(err)
			}
			tt.opts.Home, tt.opts.Users, tt.opts.Form = home, users, Module
			got := Render(tt.items, tt.opts)
			if diff := cmp.Diff(string(golden), got.Text); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if got.Directories != tt.dirs || got.Files != tt.counts || got.LeftOut != nil || got.Warnings != nil {
				t.Errorf("got %d directories, %d files, notes %v, %v", got.Directories, got.Files, got.LeftOut, got.Warnings)
			}
		})
	}
}
