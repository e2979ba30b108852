package boot_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// TestParseOverlayFindsTheLayers has a case for each escape.
func TestParseOverlayFindsTheLayers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, super string
		want        boot.Overlay
	}{
		{"as the kernel writes them", "rw,lowerdir=/l1:/l2,upperdir=/u,workdir=/w,uuid=on", boot.Overlay{Upper: "/u", Work: "/w"}},
		{"read-only", "ro,lowerdir=/l1:/l2", boot.Overlay{}},
		{"no options", "", boot.Overlay{}},
		{"a space, a newline and a '#'", `upperdir=/a\040b\012c\043`, boot.Overlay{Upper: "/a b\nc#"}},
		{"a comma, as mount(2) takes it", `rw,upperdir=/u\134\054p,workdir=/w`, boot.Overlay{Upper: "/u,p", Work: "/w"}},
		{"a comma, as fsconfig(2) takes it", `rw,upperdir=/u\054p,workdir=/w`, boot.Overlay{Upper: "/u,p", Work: "/w"}},
		{"a backslash", `upperdir=/u\134\134p`, boot.Overlay{Upper: `/u\p`}},
		{"a backslash at the end", `upperdir=/u\134`, boot.Overlay{Upper: `/u\`}},
		{"an equals sign", "upperdir=/a=b", boot.Overlay{Upper: "/a=b"}},
		{"another option that ends alike", "xupperdir=/a,upperdirs=/b,upperdir", boot.Overlay{}},
		{"twice: the last", "upperdir=/a,upperdir=/b", boot.Overlay{Upper: "/b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, boot.ParseOverlay(tt.super)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// seqEscape does what the kernel does with a value (fs/seq_file.c, seq_escape), and layer what
// mount(8) is given.
var (
	seqEscape = strings.NewReplacer(`\`, `\134`, " ", `\040`, "\t", `\011`, "\n", `\012`, ",", `\054`).Replace
	layer     = strings.NewReplacer(`\`, `\\`, ",", `\,`).Replace
)

// FuzzParseOverlay writes options as the kernel does and reads them back, among any others.
func FuzzParseOverlay(f *testing.F) {
	f.Add("/u", "/w", "rw,lowerdir=/l")
	f.Add("/a b,c", `/w\`, "xino=off")
	f.Add(`\,\\`, "\n\t#=", `upperdir=\13`)
	f.Add("", "", ",,,=,=,upperdir")
	f.Fuzz(func(t *testing.T, upper, work, other string) {
		boot.ParseOverlay(other)
		want := boot.Overlay{Upper: upper, Work: work}
		options := other + ",upperdir=" + seqEscape(layer(upper)) + ",workdir=" + seqEscape(layer(work))
		if diff := cmp.Diff(want, boot.ParseOverlay(options)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", options, diff)
		}
	})
}

// FuzzJudge judges any table: it ends, each root is a tree, "/" is one of them, and only what
// is wiped is another.
func FuzzJudge(f *testing.F) {
	for _, name := range fixtures(f) {
		text, err := os.ReadFile(filepath.Join("testdata", name+".txtar"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(txtar.Parse(text).Files[0].Data), "/home")
	}
	f.Add("1 0 0:1 / / rw - overlay o upperdir=/a/b\n2 1 0:2 / /a rw - overlay o upperdir=/c/d\n3 1 0:3 / /c rw - overlay o upperdir=/a/x\n", "/a")
	f.Add("1 0 0:1 /a / rw - tmpfs o rw\n2 1 0:1 /a /b rw - tmpfs o rw\n2 1 0:1 /a//deleted /x/ rw - tmpfs o rw\n", "/x")
	f.Fuzz(func(t *testing.T, text, stated string) {
		table, err := mounts.ParseTable(text)
		if err != nil {
			return
		}
		options := boot.Options{Time: booted, Machine: yes{}}
		trees, err := boot.Judge(context.Background(), table, options)
		if err != nil {
			t.Fatal(err)
		}
		roots := trees.Roots()
		if len(roots) == 0 || roots[0].Point != "/" {
			t.Errorf("the roots are %q", pointsOf(roots))
		}
		for _, root := range roots {
			if root.Point != "/" && (root.Fate != boot.Wiped || root.Role != boot.RoleData) {
				t.Errorf("%s is a root", lineOf(root))
			}
		}
		for _, tree := range trees.All() {
			if (len(tree.Evidence) == 0 || tree.Evidence[0].Fate == boot.Unknown && len(tree.Evidence) == 1) && tree.Fate != boot.Unknown {
				t.Errorf("without evidence: %s", lineOf(tree))
			}
		}
		stated = filepath.Clean("/" + stated)
		options.Stated = []string{stated}
		trees, err = boot.Judge(context.Background(), table, options)
		if err != nil {
			t.Fatal(err)
		}
		if roots := trees.Roots(); len(roots) != 1 || roots[0].Point != stated || roots[0].Fate != boot.Wiped {
			t.Errorf("%q is stated, and the roots are %q", stated, pointsOf(roots))
		}
	})
}

// yes is a machine on which each upper directory is where it was recorded.
type yes struct{}

func (yes) Top(*mounts.Mount) (boot.Top, error) { return boot.Top{}, nil }
func (yes) Subvolume(*mounts.Mount) (boot.Subvolume, error) {
	return boot.Subvolume{Born: booted.Start}, nil
}

func (yes) Device(*mounts.Mount) (boot.Device, error) {
	return boot.Device{Name: "loop0", LoopFile: "/a/b"}, nil
}
func (yes) Upper(_ *mounts.Mount, path string) (string, error) { return path, nil }
