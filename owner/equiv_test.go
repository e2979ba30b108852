package owner_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/owner"
)

// declared is what a unit says, in the words of systemd: "StateDirectory bluetooth 0700", "User x".
type declared map[string][]string

// systemdPath is the program of process 1. It is not in PATH.
const systemdPath = "/usr/lib/systemd/systemd"

// loadedBySystemd returns what systemd loads for the services of a tree. "systemd --test" loads
// units as process 1 does and prints them; it refuses to run as root.
func loadedBySystemd(t *testing.T, root string, names []string) declared {
	t.Helper()
	probe.Tool(t, "systemd-analyze") // the same package
	wants := filepath.Join(root, "etc/systemd/system/compare.target.wants")
	mustMkdir(t, wants)
	mustWrite(t, filepath.Join(root, "etc/systemd/system/compare.target"), "[Unit]\nDescription=all\n")
	for _, name := range names {
		target := "../" + strings.Replace(name, "@one.", "@.", 1)
		if err := os.Symlink(target, filepath.Join(wants, name)); err != nil {
			t.Fatal(err)
		}
	}
	path := fmt.Sprintf("%[1]s/etc/systemd/system:%[1]s/run/systemd/system:%[1]s/lib/systemd/system:%[1]s/usr/lib/systemd/system:", root)
	cmd := exec.Command(systemdPath, "--test", "--system", "--unit=compare.target")
	cmd.Env = []string{"SYSTEMD_UNIT_PATH=" + path, "HOME=" + root, "XDG_RUNTIME_DIR=" + root, "SYSTEMD_LOG_LEVEL=err", "SYSTEMD_LOG_COLOR=0", "LC_ALL=C"}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, tail(out))
	}
	return parseDump(string(out))
}

func tail(out []byte) []byte { return out[max(0, len(out)-2000):] }

// parseDump reads the text of exec_context_dump, systemd's src/core/execute.c.
func parseDump(text string) declared {
	all := declared{}
	unit := ""
	modes := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "-> Unit "); ok {
			unit = strings.TrimSuffix(name, ":")
			modes = map[string]string{}
			continue
		}
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok || !strings.HasSuffix(unit, ".service") {
			continue
		}
		switch key {
		case "Unit Load State":
			all[unit] = []string{value}
		case "StateDirectoryMode", "CacheDirectoryMode", "LogsDirectoryMode", "ConfigurationDirectoryMode", "RuntimeDirectoryMode":
			modes[strings.TrimSuffix(key, "Mode")] = value
		case "StateDirectory", "CacheDirectory", "LogsDirectory", "ConfigurationDirectory", "RuntimeDirectory":
			all[unit] = append(all[unit], key+" "+value+" "+modes[key])
		case "StateDirectorySymlink", "CacheDirectorySymlink", "LogsDirectorySymlink", "ConfigurationDirectorySymlink", "RuntimeDirectorySymlink":
			key = strings.TrimSuffix(key, "Symlink")
			all[unit] = append(all[unit], key+" "+value+" "+modes[key])
		case "User", "Group":
			all[unit] = append(all[unit], key+" "+value)
		case "DynamicUser":
			if value == "yes" {
				all[unit] = append(all[unit], key)
			}
		}
	}
	return all
}

// loadedByOwner returns the same for the table.
func loadedByOwner(table *owner.Table) declared {
	keys := map[owner.Kind][2]string{
		owner.KindState: {"StateDirectory", "/var/lib/"}, owner.KindCache: {"CacheDirectory", "/var/cache/"}, owner.KindLog: {"LogsDirectory", "/var/log/"},
		owner.KindConfig: {"ConfigurationDirectory", "/etc/"}, owner.KindRuntime: {"RuntimeDirectory", "/run/"},
	}
	all := declared{}
	for _, d := range table.Units() {
		if d.Manager != owner.ManagerSystem {
			continue
		}
		list := []string{d.State.String()}
		for _, dir := range d.Directories {
			key, base := keys[dir.Kind][0], keys[dir.Kind][1]
			list = append(list, key+" "+strings.TrimPrefix(dir.Path, base)+" "+dir.Mode)
			for _, link := range dir.Links {
				list = append(list, key+" "+strings.TrimPrefix(dir.Path, base)+":"+strings.TrimPrefix(link, base)+" "+dir.Mode)
			}
		}
		if d.User != "" {
			list = append(list, "User "+d.User)
		}
		if d.Group != "" {
			list = append(list, "Group "+d.Group)
		}
		if d.Dynamic {
			list = append(list, "DynamicUser")
		}
		all[d.Name] = list
	}
	return all
}

// compareUnits compares the services that systemd has loaded, and returns how many there are and how
// many of them declare anything.
func compareUnits(t *testing.T, systemd, ours declared) (units, declaring int) {
	t.Helper()
	for name, want := range systemd {
		got, found := ours[name]
		if !found {
			continue // of this machine
		}
		if slices.Contains(want, "DynamicUser") { // systemd makes up what is not given
			unnamed := func(s string) bool {
				return (strings.HasPrefix(s, "User ") || strings.HasPrefix(s, "Group ")) && !slices.Contains(got, s)
			}
			want = slices.DeleteFunc(slices.Clone(want), unnamed)
		}
		want, got = slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))
		if slices.Contains(want, "not-found") || slices.Contains(want, "error") {
			t.Errorf("systemd has not loaded %s: %v", name, want)
			continue
		}
		if slices.Contains(want, "bad-setting") && slices.Contains(got, "loaded") {
			continue // no ExecStart=, for example: it is read, and then refused
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-systemd +got):\n%s", name, diff)
		}
		if units++; len(want) > 1 {
			declaring++
		}
	}
	return units, declaring
}

// servicesIn returns the names of the services of a tree, with an instance of each template.
func servicesIn(root string) []string {
	var names []string
	for _, dir := range []string{"etc/systemd/system", "lib/systemd/system", "usr/lib/systemd/system"} {
		entries, _ := os.ReadDir(filepath.Join(root, dir))
		for _, entry := range entries {
			if strings.HasSuffix(entry.Name(), ".service") {
				names = append(names, strings.Replace(entry.Name(), "@.", "@one.", 1))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// publicDir returns a directory that every user can read.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "owner-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustMkdir(t testing.TB, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

func mustWrite(t testing.TB, name, text string) {
	t.Helper()
	mustMkdir(t, filepath.Dir(name))
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestUnitsOfDebianAgreeWithSystemd downloads packages of Debian, unpacks them, and compares what
// their units say with what systemd loads.
func TestUnitsOfDebianAgreeWithSystemd(t *testing.T) {
	t.Parallel()
	probe.NeedThorough(t)
	probe.Need(t, probe.Packages)
	list, err := os.ReadFile("testdata/debian-packages.txt")
	if err != nil {
		t.Fatal(err)
	}
	var packages []string
	for line := range strings.Lines(string(list)) {
		if name := strings.TrimSpace(line); name != "" && !strings.HasPrefix(name, "#") {
			packages = append(packages, name)
		}
	}
	root, downloads := publicDir(t), t.TempDir()
	cmd := exec.Command("apt-get", append([]string{"download", "-qq"}, packages...)...)
	cmd.Dir = downloads
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, tail(out))
	}
	debs, _ := filepath.Glob(downloads + "/*.deb")
	for _, deb := range debs {
		if out, err := exec.Command("dpkg-deb", "-x", deb, root).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", deb, err, tail(out))
		}
	}
	if err := exec.Command("chmod", "-R", "a+rX", root).Run(); err != nil {
		t.Fatal(err)
	}
	if id, err := os.ReadFile("/etc/machine-id"); err == nil { // of %m
		mustWrite(t, root+"/etc/machine-id", string(id))
	}
	systemd := loadedBySystemd(t, root, servicesIn(root))
	table := owner.Read(t.Context(), owner.Options{Root: root, Systemd: 252})
	units, declaring := compareUnits(t, systemd, loadedByOwner(table))
	t.Logf("%d packages, %d units, %d of them declare something", len(debs), units, declaring)
	if len(debs) < 80 || units < 148 || declaring < 40 {
		t.Errorf("only %d packages, %d units, %d of them declare something", len(debs), units, declaring)
	}
	if problems := table.Problems(); len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
}

// TestRandomUnitsAgreeWithSystemd compares units with keys and values that are rare or wrong, with
// drop-ins, in two directories.
func TestRandomUnitsAgreeWithSystemd(t *testing.T) {
	t.Parallel()
	probe.Tool(t, "systemd-analyze")
	root := publicDir(t)
	r := rand.New(rand.NewPCG(16, 1))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	value := func() string {
		var words []string
		for range r.IntN(3) {
			words = append(words, pick("a", "b/c", `"q r"`, "/abs", "../up", "a/../b", "x//y", "n:link", "m:", "%p-x", "i-%i", "%n", "%%z", "./d", ".", "private", "private/x", "o:/abs"))
		}
		return strings.Join(words, " ")
	}
	for i := range probe.Cases(60, 300) {
		name := fmt.Sprintf("t%d", i) + pick("", "@") + ".service"
		write := func(file, start string) {
			var text strings.Builder
			text.WriteString("[Service]\n" + start)
			for range r.IntN(6) {
				key := pick("StateDirectory", "CacheDirectory", "LogsDirectory", "RuntimeDirectory", "ConfigurationDirectory")
				switch r.IntN(5) {
				case 0:
					fmt.Fprintf(&text, "%sMode=%s\n", key, pick("0700", "755", "2750", "8", "", "01777", "rwx"))
				case 1:
					fmt.Fprintf(&text, "%s\n", pick("User=ann", "User=", "DynamicUser=yes", "Group=staff", "DynamicUser=off", "User=%p"))
				default:
					fmt.Fprintf(&text, "%s=%s\n", key, value())
				}
			}
			mustWrite(t, filepath.Join(root, file), text.String())
		}
		write(pick("etc", "usr/lib", "lib")+"/systemd/system/"+name, "ExecStart=/bin/true\n")
		if r.IntN(2) == 0 {
			write(pick("etc", "usr/lib")+"/systemd/system/"+name+".d/over.conf", "")
		}
	}
	systemd := loadedBySystemd(t, root, servicesIn(root))
	table := owner.Read(t.Context(), owner.Options{Root: root, Systemd: 252})
	if units, declaring := compareUnits(t, systemd, loadedByOwner(table)); units < 50 || declaring < 30 {
		t.Errorf("only %d units, %d of them declare something", units, declaring)
	}
}
