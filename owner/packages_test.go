package owner_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/sqlite"
	"github.com/DaRacci/list-ephemeral/owner"
)

// rpmDatabase has rpm make a database of packages below a root, and returns the names that rpm lists.
func rpmDatabase(t *testing.T, root, dir string, packages ...string) []string {
	t.Helper()
	rpm, build := probe.Tool(t, "rpm"), probe.Tool(t, "rpmbuild")
	work := t.TempDir()
	var spec strings.Builder
	fmt.Fprintf(&spec, "Name: first\nVersion: 1\nRelease: 1\nSummary: s\nLicense: MIT\nBuildArch: noarch\n%%description\nd\n%%files\n")
	for _, name := range packages {
		fmt.Fprintf(&spec, "%%package -n %s\nSummary: s\n%%description -n %s\nd\n%%files -n %s\n", name, name, name)
	}
	if err := os.WriteFile(filepath.Join(work, "x.spec"), []byte(spec.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = work, append(os.Environ(), "HOME="+work, "LC_ALL=C")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %q: %v: %s", name, args, err, out)
		}
		return string(out)
	}
	run(build, "-bb", "--quiet", "--define", "_topdir "+work+"/top", "--define", "_tmppath "+work, "x.spec")
	files, err := filepath.Glob(work + "/top/RPMS/noarch/*.rpm")
	if err != nil || len(files) != len(packages)+1 {
		t.Fatal(files, err)
	}
	db := filepath.Join(root, dir)
	run(rpm, append([]string{"--dbpath", db, "-i", "--justdb", "--nodeps"}, files...)...)
	run(rpm, "--dbpath", db, "-e", "--justdb", "--nodeps", packages[0])
	return strings.Fields(run(rpm, "--dbpath", db, "-qa", "--queryformat", `%{NAME}\n`))
}

func TestPackagesOfRpmArePrograms(t *testing.T) {
	t.Parallel()
	packages := []string{"removed", "fontconfig"}
	for i := range 300 {
		packages = append(packages, fmt.Sprintf("a-package-with-a-long-name-%d", i))
	}
	for _, dir := range []string{"/usr/lib/sysimage/rpm", "/var/lib/rpm"} {
		root := tree(t, map[string]string{"/usr/bin/viewer": ""})
		want := rpmDatabase(t, root, dir, packages...)
		if dir == "/usr/lib/sysimage/rpm" { // as on Fedora
			if err := os.MkdirAll(filepath.Join(root, "var/lib"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("../../usr/lib/sysimage/rpm", filepath.Join(root, "var/lib/rpm")); err != nil {
				t.Fatal(err)
			}
		}
		table := owner.Read(t.Context(), owner.Options{Root: root, Users: []owner.User{ann}})
		var got []string
		for _, p := range table.Programs() {
			if p.Source == owner.SourcePackage {
				got = append(got, p.Name)
				if p.File != dir+"/rpmdb.sqlite" || !p.Installed {
					t.Errorf("%+v", p)
				}
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(got, want); diff != "" || len(got) != 302 {
			t.Errorf("%s: %d packages (-got +rpm):\n%s", dir, len(got), diff)
		}
		if o := table.Of("/home/ann/.config/fontconfig/x"); o.Program != "fontconfig" || len(table.Problems()) > 0 {
			t.Errorf("%+v, %v", o, table.Problems())
		}
	}
}

// TestLogOfRpmIsRead has names that are in the write-ahead log only, as they are while rpm runs or
// after it was killed.
func TestLogOfRpmIsRead(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"/usr/lib/sysimage/rpm/x": ""})
	cmd := exec.Command(probe.Tool(t, "sqlite3"), "-batch", "-bail", "new")
	cmd.Dir = filepath.Join(root, "usr/lib/sysimage/rpm")
	cmd.Stdin = strings.NewReader("PRAGMA journal_mode=WAL;\nCREATE TABLE 'Name' (key 'TEXT' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL);\n" +
		"INSERT INTO Name VALUES('fontconfig', 1, 0);\n.system cp new rpmdb.sqlite\n.system cp new-wal rpmdb.sqlite-wal\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	table := owner.Read(t.Context(), owner.Options{Root: root, Users: []owner.User{ann}})
	if p, ok := table.ProgramNamed("fontconfig"); !ok || p.Source != owner.SourcePackage || len(table.Problems()) > 0 {
		t.Errorf("%+v, %v", p, table.Problems())
	}
}

func TestDamagedDatabaseOfRpmIsAProblem(t *testing.T) {
	t.Parallel()
	table := read(t, map[string]string{"/var/lib/rpm/rpmdb.sqlite": strings.Repeat("no database ", 100)})
	problems := table.Problems()
	if len(problems) != 1 || problems[0].Path != "/var/lib/rpm/rpmdb.sqlite" || !strings.Contains(problems[0].Err.Error(), sqlite.ErrFormat.Error()) {
		t.Errorf("%v", problems)
	}
}
