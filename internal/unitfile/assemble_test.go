package unitfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/rootfs"
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// tree makes files in a new directory and opens it. A content "-> X" is a symlink, "fifo" a FIFO.
func tree(t testing.TB, content map[string]string) (*rootfs.FS, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		at := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		if target, ok := strings.CutPrefix(text, "-> "); err == nil && ok {
			err = os.Symlink(target, at)
		} else if err == nil && text == "fifo" {
			err = unix.Mkfifo(at, 0o644)
		} else if err == nil {
			err = os.WriteFile(at, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	files, err := rootfs.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return files, dir
}

// units is a machine with two directories of units.
var units = map[string]string{
	"etc/s/plain.service":                     "[S]\nk=etc\n",
	"lib/s/plain.service":                     "[S]\nk=lib\n",
	"etc/s/plain.service.d/b.conf":            "[S]\nk=b\n",
	"lib/s/plain.service.d/a.conf":            "[S]\nk=a\n",
	"lib/s/plain.service.d/b.conf":            "[S]\nk=hidden\n",
	"lib/s/plain.service.d/c.conf":            "-> /dev/null",
	"lib/s/plain.service.d/.d.conf":           "[S]\nk=hidden\n",
	"lib/s/plain.service.d/e.txt":             "[S]\nk=hidden\n",
	"lib/s/service.d/b.conf":                  "[S]\nk=hidden\n",
	"lib/s/service.d/z.conf":                  "[S]\nk=all\n",
	"etc/s/a-.mount.d/x.conf":                 "[S]\nk=less\n",
	"lib/s/a-b.mount.d/x.conf":                "[S]\nk=hidden\n",
	"lib/s/a-b.mount":                         "[S]\nk=v\n",
	"lib/s/t@.timer":                          "[S]\nk=t\n",
	"etc/s/t@i.timer.d/x.conf":                "[S]\nk=i\n",
	"etc/s/masked.service":                    "-> /dev/null",
	"lib/s/masked.service":                    "[S]\nk=v\n",
	"etc/s/empty.service":                     "",
	"etc/s/alias.service":                     "-> plain.service",
	"etc/s/absolute.service":                  "-> /lib/s/a-b.mount",
	"etc/s/linked.service":                    "-> /store/other.service",
	"store/other.service":                     "[S]\nk=store\n",
	"etc/s/loop1.target":                      "-> loop2.target",
	"etc/s/loop2.target":                      "-> loop1.target",
	"etc/s/fifo.socket":                       "fifo",
	"etc/s/large.socket":                      strings.Repeat("#", unitfile.MaxLine+1),
	"etc/s/dangling.socket":                   "-> /store/nothing",
	"etc/s/broken.socket":                     "[S]\nk=v\n[T\nk=w\n",
	"etc/s/half.socket":                       "[S]\nk=v\n",
	"etc/s/half.socket.d/a.conf":              "fifo",
	"etc/s/multi-user.target.wants/a-b.mount": "-> ../a-b.mount",
	"lib/s/x.target.requires/a-b.mount":       "-> /lib/s/a-b.mount",
	"lib/s/t@i.timer.upholds/a-b.mount":       "-> /nowhere",
	"merged":                                  "-> /lib/s",
}

func TestAssemble(t *testing.T) {
	t.Parallel()
	files, _ := tree(t, units)
	search := unitfile.Search(files, "/etc/s", "/run/s", "/lib/s", "/merged")
	for _, tt := range []struct{ name, unit, want string }{
		{"drop-ins are read by name, the earlier directory hides", "plain.service", "loaded plain.service /etc/s/plain.service [etc a b all] 0"},
		{"an earlier directory hides a more specific name", "a-b.mount", "loaded a-b.mount /lib/s/a-b.mount [v less] 0"},
		{"an instance of a template", "t@i.timer", "loaded t@i.timer /lib/s/t@.timer [t i] 0"},
		{"a template by itself", "t@.timer", "loaded t@.timer /lib/s/t@.timer [t] 0"},
		{"a link to /dev/null masks", "masked.service", "masked masked.service /etc/s/masked.service [] 0"},
		{"an empty file masks", "empty.service", "masked empty.service /etc/s/empty.service [] 0"},
		{"a link to another unit is an alias", "alias.service", "loaded plain.service /etc/s/plain.service [etc a b all] 0"},
		{"a link out of the search path is no alias", "linked.service", "loaded linked.service /etc/s/linked.service [store hidden all] 0"},
		{"an unknown unit is missing", "no.service", "missing no.service  [] 0"},
		{"an invalid name is missing", "../s/plain.service", "missing ../s/plain.service  [] 0"},
		{"a loop of links is refused", "loop1.target", "refused loop1.target /etc/s/loop2.target [] 1"},
		{"a FIFO does not block", "fifo.socket", "refused fifo.socket /etc/s/fifo.socket [] 1"},
		{"more than 1 MiB is refused", "large.socket", "refused large.socket /etc/s/large.socket [] 1"},
		{"a dangling link is missing", "dangling.socket", "missing dangling.socket /etc/s/dangling.socket [] 1"},
		{"a broken section refuses the unit", "broken.socket", "refused broken.socket /etc/s/broken.socket [v] 1"},
		{"a drop-in that cannot be read leaves the rest", "half.socket", "loaded half.socket /etc/s/half.socket [v] 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u := unitfile.Search(files, "/etc/s", "/run/s", "/lib/s", "/merged").Assemble(tt.unit)
			var values []string
			for _, s := range u.Settings {
				values = append(values, s.Value)
			}
			if got := fmt.Sprint(u.State, " ", u.ID, " ", u.Path, " ", values, " ", len(u.Problems)); got != tt.want || u.Name != tt.unit {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	if diff := cmp.Diff([]string{"multi-user.target", "t@i.timer", "x.target"}, search.PulledInBy("a-b.mount")); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"t@.timer"}, search.Names(".timer")); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if problems := search.Problems(); len(problems) != 0 {
		t.Errorf("%v", problems)
	}
}

func TestExtendAGeneratedUnit(t *testing.T) {
	t.Parallel()
	files, _ := tree(t, map[string]string{"etc/s/srv.mount.d/overrides.conf": "[Mount]\nWhat=/other\n"})
	u := &unitfile.Unit{Name: "srv.mount", ID: "srv.mount", Settings: []unitfile.Setting{{Section: "Mount", Key: "What", Value: "/keep"}}}
	unitfile.Search(files, "/etc/s").Extend(u)
	if got := u.Value("Mount", "What"); got != "/other" || u.State != unitfile.Loaded || len(u.DropIns) != 1 {
		t.Errorf("%+v", u)
	}
}
