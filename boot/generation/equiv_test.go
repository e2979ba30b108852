package generation_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/rootfs"
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

// generator makes units of fstab. It is in the package of systemd-analyze.
const generator = "/usr/lib/systemd/system-generators/systemd-fstab-generator"

// TestFstabAgreesWithSystemd has systemd make mount units of random lines, and compares source, mount point and
// whether a boot mounts it.
func TestFstabAgreesWithSystemd(t *testing.T) {
	t.Parallel()
	probe.Tool(t, "systemd-analyze")
	r := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		m := newMachine(t)
		var text strings.Builder
		for range 30 {
			where := "/" + pick(r, "a", "b", "c/d", `a\040b`, `t\011u`, "%p", "é", "x-y", ".d", "q//b/", "srv", "var/lib/x", `b\134c`)
			what := pick(r, "/keep/a", `/keep/b\040c`, "/var/x", "/keep/%q", "/keep//d/")
			fmt.Fprintf(&text, "%s%s%s%s\t%s %s%s\n", pick(r, "", " ", "#"), what, pick(r, " ", "\t"), where, pick(r, "none", "auto"),
				pick(r, "bind", "rbind,nofail", "bind,noauto", "bind,noauto,x-systemd.automount", "bind,X-fstrim.notrim,x-initrd.mount", "ro,bind"), pick(r, "", " 0 0", " 0"))
		}
		m.etcFile("fstab", text.String())
		got := map[string]string{}
		for _, e := range m.read(generation.Options{}).Entries {
			got[e.Path] = fmt.Sprint(e.Storage, " ", e.Verdict != generation.Inactive, " ", e.OnAccess)
		}
		if systemd := generate(t, text.String()); !cmp.Equal(systemd, got) {
			t.Errorf("%s(-systemd +got):\n%s", text.String(), cmp.Diff(systemd, got))
		}
	}
}

// generate returns what the generator makes of fstab, by mount point.
func generate(t *testing.T, fstab string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	for _, sub := range []string{"normal", "early", "late"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "fstab"), []byte(fstab), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(generator, dir+"/normal", dir+"/early", dir+"/late")
	cmd.Env = append(os.Environ(), "SYSTEMD_FSTAB="+dir+"/fstab")
	if out, err := cmd.CombinedOutput(); err != nil && len(out) == 0 {
		t.Fatal(err) // it fails for duplicates, and makes the other units
	}
	files, err := rootfs.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	search := unitfile.Search(files, "/normal")
	made := map[string]string{}
	for _, name := range search.Names(".mount") {
		u := search.Assemble(name)
		automount := len(search.PulledInBy(strings.TrimSuffix(name, ".mount")+".automount")) > 0
		expand := func(key string) string {
			value, err := unitfile.System(name).Expand(u.Value("Mount", key))
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			return filepath.Clean(value)
		}
		made[expand("Where")] = fmt.Sprint(expand("What"), " ", automount || len(search.PulledInBy(name)) > 0, " ", automount)
	}
	return made
}

// randomMachine has some mounts and links that refer to each other.
func randomMachine(t testing.TB, r *rand.Rand) *machine {
	m := newMachine(t)
	path := func() string {
		p := ""
		for range 1 + r.IntN(3) {
			p += "/" + pick(r, "a", "b", "c", "ab")
		}
		return p
	}
	var lines []string
	for range r.IntN(12) {
		storage := pick(r, "/keep", "/other", "", "/nix") + path()
		switch r.IntN(5) {
		case 0:
			m.fstab("none " + path() + " tmpfs 0 0")
		case 1:
			m.fstab("/dev/sda " + path() + " ext4 " + pick(r, "defaults", "noauto") + " 0 0")
		case 2:
			m.fstab(storage + " " + path() + " none bind" + pick(r, "", ",noauto", ",x-initrd.mount") + " 0 0")
		case 3:
			lines = append(lines, "L+ "+path()+" - - - - "+storage)
		case 4:
			m.persist(fmt.Sprint(r.IntN(1000)), "x", mf+" "+path()+" "+storage+" auto ''")
		}
	}
	m.tmpfiles("00-nixos.conf", lines...)
	return m
}

// linear is Keeps by a loop over all entries.
func linear(g *generation.Generation, path string) (best generation.Entry) {
	for _, e := range g.Entries {
		if e.Verdict != generation.Inactive && paths.AtOrBelow(path, e.Path) && (best.Path == "" || len(e.Path) > len(best.Path)) {
			best = e
		}
	}
	return best
}

// mountTime and later are the times at which entries are carried out: mounts, then tmpfiles.d.
const mountTime, later = 1, 2

func when(e generation.Entry) int {
	if strings.HasSuffix(e.Source.File, ".conf") {
		return later
	}
	return mountTime
}

// located follows the entries from a path in a loop over all entries, and returns where the data is.
func located(g *generation.Generation, path string, used []string, latest int) (at string, kept bool) {
	var best generation.Entry
	for _, e := range g.Entries {
		if e.Verdict != generation.Inactive && when(e) <= latest && !slices.Contains(used, e.Path) && paths.AtOrBelow(path, e.Path) && len(e.Path) > len(best.Path) {
			best = e
		}
	}
	switch {
	case best.Path == "" || best.How == generation.Tmpfs:
		return path, false
	case best.How == generation.OwnFileSystem:
		return path, best.Path != "/"
	}
	rel := strings.TrimPrefix(path, best.Path)
	used = append(used, best.Path)
	if best.How == generation.Bind {
		at, kept = located(g, best.Storage, used, mountTime)
		return at + rel, kept
	}
	return located(g, best.Storage+rel, used, latest)
}

func TestLookupAgreesWithALinearScan(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	asked, kept := 0, 0
	for range 60 {
		now, next := randomMachine(t, r).read(generation.Options{}), randomMachine(t, r).read(generation.Options{})
		queries := []string{"/", "/a/b/c/ab", "/ab/x", "/keep/a", "/x"}
		for _, e := range append(slices.Clone(now.Entries), next.Entries...) {
			queries = append(queries, e.Path, e.Path+"/a", e.Path+"b", e.Storage)
		}
		want := map[string]generation.ChangeKind{}
		for _, q := range queries {
			if !strings.HasPrefix(q, "/") {
				continue
			}
			e, ok := now.Keeps(q)
			best := linear(now, q)
			from, keptNow := located(now, q, nil, later)
			if e.Path != best.Path || e.Source != best.Source || ok != keptNow {
				t.Fatalf("%s (%s): got %s %v, want %s %v in\n%s", q, from, show(e), ok, show(best), keptNow, strings.Join(showAll(now), "\n"))
			}
			if asked++; ok {
				kept++
			}
			if declares(now, q) || declares(next, q) {
				to, keptNext := located(next, q, nil, later)
				switch {
				case keptNow && !keptNext:
					want[q] = generation.NoLongerKept
				case !keptNow && keptNext:
					want[q] = generation.KeptFromNext
				case keptNow && from != to:
					want[q] = generation.Moved
				}
			}
		}
		got := map[string]generation.ChangeKind{}
		changes := generation.Compare(now, next)
		for _, c := range changes {
			got[c.Path] = c.Kind
		}
		if !cmp.Equal(want, got) || !slices.IsSortedFunc(changes, func(a, b generation.Change) int { return strings.Compare(a.Path, b.Path) }) {
			t.Fatalf("(-want +got):\n%s\nnow\n%s\nnext\n%s", cmp.Diff(want, got), strings.Join(showAll(now), "\n"), strings.Join(showAll(next), "\n"))
		}
	}
	if kept < asked/20 || kept > asked*19/20 {
		t.Errorf("%d of %d are kept", kept, asked)
	}
}

// declares reports whether an entry that is carried out is at a path.
func declares(g *generation.Generation, path string) bool {
	return slices.ContainsFunc(g.Entries, func(e generation.Entry) bool { return e.Path == path && e.Verdict != generation.Inactive })
}
