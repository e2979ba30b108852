package trace

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// truth is a command whose changes are hard to name: something that the path depends on is
// different when the command has ended.
type truth struct {
	name          string
	setup, script string
	// want are the operations on paths below the directory of the test. A path with the operations 0
	// is not in the report, or only with Lookup.
	want map[string]Op
	root bool // needs root
	tool string
}

var truths = []truth{
	{
		name:  "a file below a symlink that is re-pointed",
		setup: "mkdir v1 v2; ln -s v1 cur", script: "echo 1 >cur/a; ln -sfn v2 cur; echo 2 >cur/b",
		want: map[string]Op{"v1/a": Create | Write, "v2/b": Create | Write, "v2/a": 0, "v1/b": 0},
	},
	{
		name:  "a file below a symlink that is replaced by rename",
		setup: "mkdir v1 v2; ln -s v1 cur", script: "echo 1 >cur/a; ln -s v2 new; mv -T new cur; echo 2 >cur/b",
		want: map[string]Op{"v1/a": Create | Write, "v2/b": Create | Write, "v2/a": 0},
	},
	{
		name:  "a chain of symlinks of which the second is re-pointed",
		setup: "mkdir v1 v2; ln -s v1 second; ln -s second first", script: "echo 1 >first/a; ln -sfn v2 second; echo 2 >first/b",
		want: map[string]Op{"v1/a": Create | Write, "v2/b": Create | Write, "v2/a": 0},
	},
	{
		name:  "a file written through a symlink that is removed",
		setup: "echo old >real; ln -s real l", script: "echo 1 >l; rm l",
		want: map[string]Op{"real": Write, "l": Delete},
	},
	{
		name:  "an absolute symlink to a directory, removed with its directory",
		setup: "mkdir d keep; ln -s $PWD/keep d/l", script: "echo 1 >d/l/f; rm -r d",
		want: map[string]Op{"keep/f": Create | Write, "d/l": Delete},
	},
	{
		name:  "a symlink made and removed by the command",
		setup: "mkdir keep", script: "ln -s keep l; echo 1 >l/f; rm l",
		want: map[string]Op{"keep/f": Create | Write},
	},
	{
		name:  "a symlink in a directory that is renamed",
		setup: "mkdir d keep; ln -s ../keep d/l", script: "echo 1 >d/l/f; mv d e; rm e/l",
		want: map[string]Op{"keep/f": Create | Write},
	},
	{
		name:  "a directory that is renamed and made again",
		setup: "mkdir d", script: "echo 1 >d/f; mv d e; mkdir d; echo 2 >d/g",
		want: map[string]Op{"e/f": Create | Write, "d/g": Create | Write, "e/g": 0},
	},
	{
		name:  "a file that is made before a directory is renamed, and removed after",
		setup: "mkdir d", script: "echo 1 >f; mv d e; rm f",
		want: map[string]Op{"f": Create | Write | Delete},
	},
	{
		name:  "a rename of a directory that fails",
		setup: "mkdir -p d e/full", script: "echo 1 >d/f; mv -T d e; true",
		want: map[string]Op{"d/f": Create | Write, "e/f": 0},
	},
	{
		name:  "two directories that are exchanged",
		setup: "mkdir a b", script: "echo 1 >a/f; echo 2 >b/g; python3 -c 'import ctypes; ctypes.CDLL(None).syscall(316, -100, b\"a\", -100, b\"b\", 2)'; echo 3 >a/h",
		want: map[string]Op{"b/f": Create | Write, "a/g": Create | Write, "a/h": Create | Write},
		tool: "python3",
	},
	{
		name:  "a deletion after which the time of the directory is set back",
		setup: "mkdir d; echo 1 >d/gone; touch -d 2001-01-01 d", script: "rm d/gone; touch -d 2001-01-01 d",
		want: map[string]Op{"d/gone": Delete},
	},
	{
		name:  "a deletion of what never existed",
		setup: "mkdir d", script: "rm -f d/none; echo x >d/other",
		want: map[string]Op{"d/none": 0, "d/other": Create | Write},
	},
	{
		name:  "metadata changed through descriptors that are open for reading",
		setup: "for f in chmod chown times setxattr flags; do echo 1 >$f; done; mkdir dir",
		script: "python3 -c '" + `
import os, fcntl, struct
def fd(name): return os.open(name, os.O_RDONLY)
os.fchmod(fd("chmod"), 0o700)
os.fchown(fd("chown"), os.getuid(), os.getgid())
os.utime(fd("times"), (1, 1))
os.fchmod(fd("dir"), 0o700)
try: os.setxattr(fd("setxattr"), "user.a", b"v")
except OSError: os.fchmod(fd("setxattr"), 0o700)
try: fcntl.ioctl(fd("flags"), 0x40086602, struct.pack("l", 0x80))
except OSError: os.fchmod(fd("flags"), 0o700)
` + "'",
		want: map[string]Op{"chmod": Write, "chown": Write, "times": Write, "dir": Write, "setxattr": Write, "flags": Write},
		tool: "python3",
	},
	{
		name:  "a namespace with another root, without an exec after pivot_root",
		setup: "mkdir -p new/mnt", root: true, tool: "unshare",
		script: "unshare -m sh -c 'mount --bind new new && cd new && mkdir old && echo p >pre && pivot_root . old && echo x >/infile && echo y >/old'$PWD'/viaold'",
		want:   map[string]Op{"new/pre": Create | Write, "new/infile": Create | Write, "viaold": Create | Write, "new/old": Create},
	},
	{
		name:  "an overlay in a namespace",
		setup: "mkdir lo up wk mg; echo l >lo/low; echo m >lo/changed", root: true, tool: "unshare",
		script: "unshare -m sh -c 'mount -t overlay o -o lowerdir=lo,upperdir=up,workdir=wk mg && echo k >mg/keep; mkdir mg/sub; echo s >mg/sub/s'",
		want:   map[string]Op{"up/keep": Create | Write, "up/sub": Create, "up/sub/s": Create | Write},
	},
	{
		name:  "a file made below a bind mount that becomes the root",
		setup: "mkdir -p real new", root: true, tool: "unshare",
		script: "unshare -m sh -c 'mount --bind real new && cd new && mkdir old && echo p >pre && pivot_root . old && echo x >/in'",
		want:   map[string]Op{"real/pre": Create | Write, "real/in": Create | Write, "real/old": Create},
	},
	{
		name:  "an overlay that becomes the root",
		setup: "mkdir -p lo/bin up wk mg; echo l >lo/low", root: true, tool: "unshare",
		script: "unshare -m sh -c 'mount -t overlay o -o lowerdir=$PWD/lo,upperdir=$PWD/up,workdir=$PWD/wk mg && cd mg && mkdir old && pivot_root . old && echo k >/keep && read x </low'",
		want:   map[string]Op{"up/keep": Create | Write, "up/old": Create},
	},
	{
		name:  "a file opened by its handle",
		setup: "echo 1 >byhandle", root: true, tool: "python3",
		script: "python3 -c '" + `
import ctypes, os, struct
c = ctypes.CDLL(None, use_errno=True)
h = ctypes.create_string_buffer(struct.pack("Ii", 128, 0) + bytes(128), 136)
m = ctypes.c_int()
assert c.name_to_handle_at(-100, b"byhandle", h, ctypes.byref(m), 0) == 0
d = os.open(".", os.O_RDONLY)
f = c.open_by_handle_at(d, h, os.O_RDWR)
assert f >= 0
os.write(f, b"changed")
` + "'",
		want: map[string]Op{"byhandle": Write},
	},
}

func TestChangesAreNamedAsTheyAreOnTheDisk(t *testing.T) {
	for _, tt := range truths {
		t.Run(tt.name, func(t *testing.T) {
			if tt.root {
				probe.Need(t, probe.Root)
			}
			if tt.tool != "" {
				probe.Tool(t, tt.tool)
			}
			eachBackend(t, func(t *testing.T, b Backend) {
				dir := t.TempDir()
				sh(t, dir, tt.setup)
				pastTick(dir + "/.")
				pastTick(dir)
				t.Chdir(dir)
				got := run(t, Options{Backend: b}, "sh", "-c", tt.script)
				if got.report.Status != 0 {
					t.Fatalf("got status %d: %s", got.report.Status, got.out)
				}
				paths := got.paths()
				for name, op := range tt.want {
					have := paths[filepath.Join(dir, name)]
					if op == 0 && have&^Lookup != 0 || have&op != op {
						t.Errorf("%s: got %q, want %q", name, have, op)
					}
				}
				if t.Failed() {
					for name, op := range paths {
						if strings.HasPrefix(name, dir) {
							t.Log(name, op)
						}
					}
					t.Log(got.out)
				}
			})
		})
	}
}

// TestCountsPathsBeyondPathMax: a program can go deeper than the longest path by relative names. Such
// files have no name that another program could use.
func TestCountsPathsBeyondPathMax(t *testing.T) {
	probe.Tool(t, "python3")
	const script = `
import os
name = "d" * 200
for i in range(25):
    os.mkdir(name)
    os.chdir(name)
open("deep", "w").close()
os.mkdir("sub")
os.close(os.open("sub", os.O_RDONLY | os.O_DIRECTORY))
for i in range(25):
    for entry in os.listdir("."):
        if entry != name: os.rmdir(entry) if entry == "sub" else os.unlink(entry)
    os.chdir("..")
    os.rmdir(name)
open("flat", "w").close()
`
	eachBackend(t, func(t *testing.T, b Backend) {
		dir := t.TempDir()
		t.Chdir(dir)
		got := run(t, Options{Backend: b, Scope: ScopeChanges}, "python3", "-c", script)
		if s := got.report.Stats; got.report.Status != 0 || s.TooLong < 5 || s.Unreadable != 0 || len(got.report.Unreadable) > 0 {
			t.Errorf("got status %d, %+v, %q: %s", got.report.Status, s, got.report.Unreadable, got.out)
		}
		for name := range got.paths() {
			if len(name) >= pathMax {
				t.Errorf("a path of %d bytes is listed", len(name))
			}
		}
		if got.paths()[filepath.Join(dir, "flat")]&Create == 0 {
			t.Errorf("got %v", got.paths())
		}
	})
}
