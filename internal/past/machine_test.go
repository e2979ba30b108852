package past_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/leak"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/past"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// ground is a directory with a tree that a boot wipes, and storage.
type ground struct {
	t            testing.TB
	dir          string // without symlinks in its path
	root, stored string
	config       map[string]any
}

func newGround(t testing.TB) *ground {
	t.Helper()
	leak.Check(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must.Do(t, err)
	g := &ground{t: t, dir: dir, root: dir + "/root", stored: dir + "/persist"}
	g.config = map[string]any{"excludes": []string{}, "storagePaths": []string{g.stored}}
	must.Do(t, os.Mkdir(g.root, 0o755), os.Mkdir(g.stored, 0o755))
	return g
}

// write writes a file below the ground.
func (g *ground) write(name, text string) {
	g.t.Helper()
	name = filepath.Join(g.dir, name)
	must.Do(g.t, os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644))
}

// session returns a session whose only root is the one of the ground.
func (g *ground) session() *session.Session {
	g.t.Helper()
	text, err := json.Marshal(g.config)
	must.Do(g.t, err)
	g.write("config.json", string(text))
	s, err := session.New(session.Options{Config: g.dir + "/config.json", Roots: []string{g.root}})
	must.Do(g.t, err)
	return s
}

// find finds states, and closes them after the test.
func (g *ground) find(s *session.Session, o past.Options) *past.States {
	g.t.Helper()
	p, err := past.Find(g.t.Context(), s, o)
	must.Do(g.t, err)
	g.t.Cleanup(p.Close)
	return p
}

// withSnapshots mounts a btrfs on the root, whose snapshots btrbk(1) has made: snapshot i is the root
// as change(i) leaves it. The newest one is the last.
func (g *ground) withSnapshots(count int, change func(i int)) {
	g.t.Helper()
	probe.Need(g.t, probe.Root, probe.Loop, probe.Btrfs)
	image, top := g.dir+"/image", g.dir+"/top"
	must.Do(g.t, os.WriteFile(image, nil, 0o600), os.Truncate(image, 256<<20), os.Mkdir(top, 0o755))
	must.Run(g.t, "mkfs.btrfs", "-q", image)
	device := strings.TrimSpace(must.Run(g.t, "losetup", "--find", "--show", image))
	g.t.Cleanup(func() {
		_ = unix.Unmount(g.root, unix.MNT_DETACH)
		_ = unix.Unmount(top, unix.MNT_DETACH)
		must.Run(g.t, "losetup", "--detach", device)
	})
	must.Run(g.t, "mount", device, top)
	must.Run(g.t, "btrfs", "-q", "subvolume", "create", top+"/data")
	must.Do(g.t, os.Mkdir(top+"/btrbk_snapshots", 0o755))
	must.Run(g.t, "mount", "-o", "subvol=data", device, g.root)
	for i := range count {
		change(i)
		must.Run(g.t, "btrfs", "-q", "subvolume", "snapshot", "-r", g.root, fmt.Sprintf("%s/btrbk_snapshots/data.202601%02d", top, i+1))
	}
}
