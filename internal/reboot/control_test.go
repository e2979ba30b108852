package reboot

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestComparisonFindsProblems introduces one problem in each case. It shows that the comparison can
// fail.
func TestComparisonFindsProblems(t *testing.T) {
	const listed, file, inDir, dir = "/root/.ssh/known_hosts", "/etc/hostname", "/var/lib/app/state", "/var/lib/app"
	stored := func(m *machine, path string) string { return m.at("/persist" + path) }
	forget := func(path string) func(*machine, *account) {
		return func(m *machine, _ *account) {
			m.keeps = slices.DeleteFunc(m.keeps, func(k keep) bool { return k.path == path })
		}
	}
	tests := []struct {
		name  string
		wrong func(m *machine, a *account) // before the reboot
		want  []string                     // all problems that compare must find
	}{
		{"nothing", func(*machine, *account) {}, nil},
		{"list lacks a path", func(_ *machine, a *account) { delete(a.listed, listed) }, []string{listed + "\" is lost, but"}},
		{"list has one too many", func(_ *machine, a *account) { a.listed["/etc/machine-id"] = true }, []string{"/etc/machine-id\" exists, but"}},
		{"a selected file is not bound", forget(file), []string{file + "\" is lost, but"}},
		{"one byte", func(m *machine, _ *account) { overwrite(t, stored(m, inDir)) }, []string{inDir + "\" was f"}},
		{"a mode", func(m *machine, _ *account) { must(t, os.Chmod(stored(m, inDir), 0o604)) }, []string{inDir + "\" was f"}},
		{"the mode of a parent", func(m *machine, _ *account) { must(t, os.Chmod(stored(m, "/var/lib/private"), 0o755)) }, []string{"/var/lib/private\" was d"}},
		{"a time", func(m *machine, _ *account) { must(t, os.Chtimes(stored(m, dir), time.Time{}, time.Unix(1, 0))) }, []string{dir + "\" was d"}},
		{"an ACL", func(m *machine, _ *account) {
			must(t, unix.Removexattr(stored(m, dir+"/secret/key"), "system.posix_acl_access"))
		}, []string{dir + "/secret/key\" was f"}},
		{"a hole", func(m *machine, _ *account) { fill(t, stored(m, dir+"/sparse")) }, []string{dir + "/sparse\" was f"}},
		{"a hard link", func(m *machine, _ *account) { unlink(t, stored(m, aliceHome+"/two")) }, []string{aliceHome + "/two\" has different hard links"}},
		{"a hard link too many", func(m *machine, _ *account) {
			must(t, os.Remove(stored(m, "/top")), os.Link(stored(m, "/etc/hostname"), stored(m, "/top")))
		}, []string{"/top\" has different hard links", "/top\" was f"}},
		{"a symlink", func(m *machine, _ *account) {
			must(t, os.Remove(stored(m, dir+"/link")), os.Symlink("elsewhere", stored(m, dir+"/link")))
		}, []string{dir + "/link\" was l", "link\" has different hard links", dir + "\" was d"}},
		{"a leftover file", func(m *machine, _ *account) { must(t, os.WriteFile(stored(m, "/left"), nil, 0o600)) }, []string{"/persist/left\" has appeared"}},
		{"a root that is not wiped", func(m *machine, _ *account) { m.disk = dirty{m.disk} }, []string{"/srv/kept\" has appeared", "/srv\" exists, but"}},
		{"a path that was already persisted", func(m *machine, _ *account) { overwrite(t, stored(m, "/etc/machine-id")) }, []string{"/etc/machine-id\" was f", "/persist/etc/machine-id\" was f"}},
	}
	l := layouts()[0]
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, a := used(t, l)
			m.adopt(l.selected, "copied")
			m.keeps = append(m.keeps, m.snippetJSON(trimmed(l.selected))...)
			tt.wrong(m, a)
			m.boot()
			problems := m.compare(a)
			for _, want := range tt.want {
				if !slices.ContainsFunc(problems, func(problem string) bool { return strings.Contains(problem, want) }) {
					t.Errorf("not found: %s", want)
				}
			}
			for _, problem := range problems {
				if !slices.ContainsFunc(tt.want, func(want string) bool {
					return strings.Contains(strings.Replace(problem, `"/persist`, `"`, 1), strings.Replace(want, "/persist", "", 1))
				}) {
					t.Errorf("unexpected problem: %s", problem)
				}
			}
		})
	}
}

// dirty is a disk whose wiped root is not empty.
type dirty struct{ disk }

func (d dirty) storage(t *testing.T, dir string) {
	t.Helper()
	root := strings.TrimSuffix(dir, "/persist")
	must(t, os.Mkdir(root+"/srv", 0o755), os.WriteFile(root+"/srv/kept", nil, 0o600))
	d.disk.storage(t, dir)
}

// overwrite changes one byte of a file and keeps its size and time.
func overwrite(t *testing.T, name string) {
	t.Helper()
	info, err := os.Stat(name)
	must(t, err)
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt([]byte("X"), 0)
	must(t, err, f.Close(), os.Chtimes(name, time.Time{}, info.ModTime()))
}

// fill writes the same content without holes.
func fill(t *testing.T, name string) {
	t.Helper()
	info, err := os.Stat(name)
	must(t, err)
	data, err := os.ReadFile(name)
	must(t, err)
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.Write(data)
	must(t, err, f.Close(), os.Chtimes(name, time.Time{}, info.ModTime()))
}

// unlink replaces one hard link with an equal copy of the file.
func unlink(t *testing.T, name string) {
	t.Helper()
	tool(t, "cp", "--archive", name, name+".copy")
	must(t, os.Rename(name+".copy", name))
}
