package project

import (
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everywhere are commands of essential Debian packages, and go, which runs the tests.
var everywhere = strings.Fields("bash cat chmod chroot cmp cp date dd du env find go grep gzip id ln mkdir mkfifo mknod mv sed sh sleep stat touch true truncate timeout xargs")

// packageOf are the commands that scripts in tests use, with their packages. They do not occur in
// calls of Go code.
var packageOf = map[string]string{
	"bindfs": "bindfs", "bwrap": "bubblewrap", "fusermount": "fuse", "getcap": "libcap2-bin", "getfacl": "acl", "getfattr": "attr", "jq": "jq",
	"losetup": "mount", "mkfs.btrfs": "btrfs-progs", "mkfs.ext4": "e2fsprogs", "mkfs.vfat": "dosfstools", "mkfs.xfs": "xfsprogs", "nsenter": "util-linux", "rsync": "rsync",
	"setcap": "libcap2-bin", "setfacl": "acl", "setfattr": "attr", "setpriv": "util-linux", "strace": "strace", "systemd-nspawn": "systemd-container", "umount": "mount", "unshare": "util-linux",
}

var (
	pair    = regexp.MustCompile(`([\w.+-]+):([\w.+-]+)`)
	calls   = regexp.MustCompile(`(?:probe\.Tool|\bTool)\(\w+(?:\.t)?, ("[^)]*")\)|exec\.Command\("([\w.+-]+)"|(?m)^!? ?exec ([\w.+-]+)`)
	mkfs    = regexp.MustCompile(`\bmkfs\.[a-z]\w+`)
	command = regexp.MustCompile(`[\w.+-]+`)
)

// testFiles returns the names of the files of all tests.
func testFiles(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("git", "-C", top, "ls-files", "-co", "--exclude-standard", "-z", "*_test.go", "*.txtar", "*/testdata/*.sh",
		"internal/disktest/*.go", "internal/nixtest/*.go", "internal/nspawn/*.go", "internal/probe/*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	names = slices.DeleteFunc(names, func(name string) bool { return name == "internal/project/packages_test.go" })
	if len(names) < 100 {
		t.Fatalf("found only %d files", len(names))
	}
	return names
}

// missingCommands returns the commands in a test file that are not in installed, the pairs
// COMMAND:PACKAGE of a script.
func missingCommands(text string, installed map[string]string) []string {
	packages := slices.Collect(maps.Values(installed))
	has := func(name string) bool {
		return installed[name] != "" || slices.Contains(everywhere, name) || slices.Contains(packages, packageOf[name]) || name == "list-ephemeral"
	}
	var missing []string
	for _, m := range calls.FindAllStringSubmatch(text, -1) {
		// A program may have several names, on different systems. One of them is enough.
		if names := command.FindAllString(m[1]+m[2]+m[3], -1); len(names) > 0 && !slices.ContainsFunc(names, has) {
			missing = append(missing, names[0])
		}
	}
	words := mkfs.FindAllString(text, -1)
	for name := range packageOf {
		if strings.Contains(text, name) && regexp.MustCompile(`\b`+regexp.QuoteMeta(name)+`\b`).MatchString(text) {
			words = append(words, name)
		}
	}
	for _, name := range words {
		if !has(name) {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return slices.Compact(missing)
}

// TestScriptsInstallEveryCommandOfTheTests compares the commands in tests with the packages that
// scripts/tools.sh installs for all tests, and scripts/test-kernel.sh for some packages.
func TestScriptsInstallEveryCommandOfTheTests(t *testing.T) {
	t.Parallel()
	for _, script := range []struct {
		name, from, to string
		of             []string
	}{
		{"scripts/tools.sh", "\nneed_test_packages() {\n", "\n}\n", []string{""}},
		{"scripts/test-kernel.sh", "\nneed_packages ", "\ngo test ", []string{
			"adopt/", "scan/", "trace/", "internal/disktest/", "internal/nixtest/", "internal/nspawn/", "internal/probe/", "internal/reboot/", "internal/truepath/",
		}},
	} {
		_, list, _ := strings.Cut(read(t, script.name), script.from)
		list, _, _ = strings.Cut(list, script.to)
		installed := map[string]string{}
		for _, m := range pair.FindAllStringSubmatch(list, -1) {
			installed[m[1]] = m[2]
		}
		if len(installed) < 15 {
			t.Fatalf("found only %d packages in %s", len(installed), script.name)
		}
		for _, name := range testFiles(t) {
			if !slices.ContainsFunc(script.of, func(dir string) bool { return strings.HasPrefix(name, dir) }) {
				continue
			}
			for _, missing := range missingCommands(read(t, name), installed) {
				t.Errorf("%s uses %s, which %s does not install", name, missing, script.name)
			}
		}
	}
}

func TestMissingCommandsAreFound(t *testing.T) {
	t.Parallel()
	installed := map[string]string{"fdfind": "fd-find", "setfacl": "acl"}
	text := "x := probe.Tool(t, \"fd\", \"fdfind\")\nprobe.Tool(g.t, \"tmux\")\nexec.Command(\"cp\")\nexec.Command(\"lsof\", x)\n" +
		"setfattr -n x; getfacl y; mkfs.minix z\nexec sed -i x\n! exec perl -e x\n"
	if got, want := missingCommands(text, installed), strings.Fields("lsof mkfs.minix perl setfattr tmux"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
