package unitfile_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// randomText joins up to n random pieces.
func randomText(r *rand.Rand, n int, pieces ...string) string {
	var out strings.Builder
	for range r.IntN(n + 1) {
		out.WriteString(pieces[r.IntN(len(pieces))])
	}
	return out.String()
}

func TestEscapeAgreesWithSystemdEscape(t *testing.T) {
	t.Parallel()
	tool := probe.Tool(t, "systemd-escape")
	r := rand.New(rand.NewPCG(1, 2))
	args, want := []string{"--path", "--"}, []string(nil)
	for range 500 {
		path := "/" + randomText(r, 12, "a", "b", "/", "//", "/.", ".", "-", " ", "\n", "\t", "é", "\x01", "\x7f", `\`, `\x20`, "_", ":", "@", "%")
		name, err := unitfile.EscapePath(path)
		if err != nil {
			continue
		}
		args, want = append(args, path), append(want, name)
		back, err := unitfile.UnescapePath(name)
		if err != nil || back != filepath.Clean(path) {
			t.Errorf("%q is %q, and that is %q, %v", path, name, back, err)
		}
	}
	out, err := exec.Command(tool, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if diff := cmp.Diff(strings.Fields(string(out)), want); diff != "" || len(want) < 300 {
		t.Errorf("%d names (-systemd +got):\n%s", len(want), diff)
	}
	for range 60 {
		name := randomText(r, 6, "a", "-", ".", `\x2d`, `\xc3\xa9`, `\x2`, `\`, "@", ":", "x20", "b-c", " ", `\x2f`)
		got, wrong := unitfile.UnescapePath(name)
		out, err := exec.Command(tool, "--unescape", "--path", "--", name).Output()
		if systemd := strings.TrimSuffix(string(out), "\n"); (err != nil) != (wrong != nil) || err == nil && systemd != got {
			t.Errorf("%q: systemd %q, %v, got %q, %v", name, systemd, err, got, wrong)
		}
	}
}

// warning is a line of systemd-analyze about a key that no unit has.
var warning = regexp.MustCompile(`(?m)^(\S+):\d+: Unknown key '([^\n]*)' in section \[([^\n]*)\], ignoring\.$`)

// verify returns what systemd-analyze says of the unknown keys of units, "file section.key" in the
// order of reading.
func verify(t *testing.T, path string, names ...string) (keys []string, out string) {
	t.Helper()
	cmd := exec.Command(probe.Tool(t, "systemd-analyze"), append([]string{"verify", "--man=no"}, names...)...)
	cmd.Env = append(os.Environ(), "SYSTEMD_UNIT_PATH="+path, "SYSTEMD_LOG_COLOR=0", "LC_ALL=C")
	text, _ := cmd.CombinedOutput() // it fails for every such unit
	for _, m := range warning.FindAllStringSubmatch(string(text), -1) {
		keys = append(keys, m[1]+" "+m[3]+"."+m[2])
	}
	return keys, string(text)
}

func TestParseAgreesWithSystemdAnalyze(t *testing.T) {
	t.Parallel()
	probe.Tool(t, "systemd-analyze")
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(3, 4))
	var names, want []string
	refused := map[string]bool{}
	for i := range 120 {
		name := fmt.Sprintf("u%03d.service", i)
		text := "[Service]\nExecStart=/bin/true\n" + randomText(r, 25, "Ka", "Kb", "=", "\n", "\nKc=", "\nKd=1", "\n", "\\\n", "\\", " ", "\t", "\n#", "\n;", "x", "\r\n", "\x00", "\n[Unit]\n", "\n[Service]\n", "é")
		if r.IntN(8) == 0 {
			text += randomText(r, 3, "\n[X", "\n[Uni\"t]", "\nKe=\xff\n", "\n[Unit]", "\nKf=1\n", "\r")
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
		settings, problems := unitfile.Parse(text, filepath.Join(dir, name))
		for _, s := range settings {
			if s.Key != "ExecStart" {
				want = append(want, s.File+" "+s.Section+"."+s.Key)
			}
		}
		refused[name] = slices.ContainsFunc(problems, func(p unitfile.Problem) bool { return p.Kind.Fatal() })
	}
	keys, out := verify(t, dir, names...)
	if diff := cmp.Diff(keys, want); diff != "" || len(want) < 100 {
		t.Errorf("%d keys (-systemd +got):\n%s", len(want), diff)
	}
	for name, got := range refused {
		if systemd := strings.Contains(out, name+" failed to load properly"); systemd != got {
			t.Errorf("%s: systemd refuses it: %v, got %v", name, systemd, got)
		}
	}
}

// TestValuesAgreeWithSystemdAnalyze reads values back from what systemd says of a wrong boolean.
func TestValuesAgreeWithSystemdAnalyze(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(5, 6))
	var text strings.Builder
	text.WriteString("[Service]\nExecStart=/bin/true\n")
	for range 150 {
		text.WriteString("RemainAfterExit=" + randomText(r, 6, "a", " b", "\t", "\\\n", `\\`, "=", "\"", "'", "#", ";c", "\\\n#x\n", "\\\n;\n") + "z\n")
	}
	if err := os.WriteFile(filepath.Join(dir, "v.service"), []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	_, out := verify(t, dir, "v.service")
	var systemd, got []string
	// The words differ between versions.
	for _, m := range regexp.MustCompile(`(?m): Failed to parse (?:boolean value, ignoring: |RemainAfterExit= value, ignoring: |RemainAfterExit=)(.*)$`).FindAllStringSubmatch(out, -1) {
		systemd = append(systemd, strings.TrimSuffix(strings.TrimSuffix(m[1], "."), ", ignoring"))
	}
	settings, _ := unitfile.Parse(text.String(), "")
	for _, s := range settings {
		if s.Key == "RemainAfterExit" {
			got = append(got, s.Value)
		}
	}
	if diff := cmp.Diff(systemd, got); diff != "" || len(got) < 100 {
		t.Errorf("%d values (-systemd +got):\n%s", len(got), diff)
	}
}

func TestAssembleAgreesWithSystemdAnalyze(t *testing.T) {
	t.Parallel()
	probe.Tool(t, "systemd-analyze")
	r := rand.New(rand.NewPCG(7, 8))
	subs := []string{
		"a-b-c@i.service.d", "a-b-c@.service.d", "a-b-.service.d", "a-.service.d", "a-b-@i.service.d", "a-b-@.service.d", "a-@i.service.d", "a-@.service.d",
		"service.d", "a-b-c.service.d", "a-b-c@j.service.d", "b.service.d",
	}
	for i := range 12 {
		content := map[string]string{"a/" + []string{"a-b-c@i", "a-b-c@"}[i%2] + ".service": "[Service]\nExecStart=/bin/true\nK0=1\n", "b/a-b-c@i.service": "[Service]\nExecStart=/bin/true\nK1=1\n"}
		for n := range 14 {
			name := fmt.Sprintf("%s/%s/%s.conf", []string{"a", "b"}[r.IntN(2)], subs[r.IntN(len(subs))], []string{"x", "y", "z", "w"}[r.IntN(4)])
			content[name] = fmt.Sprintf("[Service]\nKd%d=1\n", n)
			switch r.IntN(8) {
			case 0:
				content[name] = ""
			case 1:
				content[name] = "-> /dev/null"
			}
		}
		files, dir := tree(t, content)
		var got []string
		for _, s := range unitfile.Search(files, "/a", "/b").Assemble("a-b-c@i.service").Settings {
			if s.Key != "ExecStart" {
				got = append(got, dir+s.File+" "+s.Section+"."+s.Key)
			}
		}
		keys, out := verify(t, dir+"/a:"+dir+"/b", "a-b-c@i.service")
		if diff := cmp.Diff(keys, got); diff != "" {
			t.Errorf("%s (-systemd +got):\n%s\n%s", slices.Sorted(maps.Keys(content)), diff, out)
		}
	}
}

// version returns the number of systemd's version.
func version(t *testing.T, tool string) int {
	t.Helper()
	out, err := exec.Command(tool, "--version").Output()
	m := regexp.MustCompile(`^systemd (\d+)`).FindSubmatch(out)
	if err != nil || m == nil {
		t.Fatalf("%v: %s", err, out)
	}
	n, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTmpfilesAgreesWithSystemdTmpfiles has systemd-tmpfiles make links and directories of random
// lines, and makes them from our lines.
func TestTmpfilesAgreesWithSystemdTmpfiles(t *testing.T) {
	t.Parallel()
	tool := probe.Tool(t, "systemd-tmpfiles")
	probe.Need(t, probe.Root) // it changes owners
	r := rand.New(rand.NewPCG(9, 10))
	content := map[string]string{}
	for _, dir := range []string{"etc", "run", "usr/lib"} {
		for range 4 {
			var text strings.Builder
			for range 60 {
				quote := []string{"", "", "'", "\""}[r.IntN(4)]
				path := quote + []string{"/t/n", "/t//n", "//t/n", "t/n"}[r.IntN(4)] + randomText(r, 3, "a", "b", "c", `\x20`, `\q`, "%%", "é", "%q") + []string{"", "/"}[r.IntN(2)] + quote
				if quote != "" {
					path = strings.Replace(path, "b", " ", 1)
				}
				fmt.Fprintf(&text, "%s%s %s %s - - - %s\n", randomText(r, 1, " ", "\t"), []string{"L", "L+", "d", "d!", "'L'", "L&"}[r.IntN(6)], path, []string{"-", "'-'", "0700"}[r.IntN(3)],
					randomText(r, 4, "/k", " x", `\x20`, `\q`, "\"", "%%", "%u", "%q", "  ", "#", "\\t", "-"))
			}
			content[fmt.Sprintf("%s/tmpfiles.d/%c.conf", dir, 'a'+r.IntN(5))] = text.String()
		}
	}
	content["etc/tmpfiles.d/e.conf"] = "-> /dev/null"
	files, dir := tree(t, content)
	want := map[string]string{}
	opts := tmpfilesOptions
	opts.Before254 = version(t, tool) < 254
	lines, _ := unitfile.ReadTmpfiles(files, opts, "/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/lib/tmpfiles.d")
	for _, line := range lines {
		switch {
		case line.Type == 'L' && line.Argument == "":
			want[line.Path] = "/usr/share/factory" + line.Path
		case line.Type == 'L':
			want[line.Path] = line.Argument
		case line.Mode == "0700":
			want[line.Path] = "drwx------"
		default:
			want[line.Path] = "drwxr-xr-x"
		}
	}
	out, _ := exec.Command(tool, "--create", "--boot", "--root="+dir).CombinedOutput()
	got := map[string]string{}
	entries, err := os.ReadDir(filepath.Join(dir, "t"))
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, entry := range entries {
		at := filepath.Join(dir, "t", entry.Name())
		if target, err := os.Readlink(at); err == nil {
			got["/t/"+entry.Name()] = target
		} else if info, err := entry.Info(); err == nil {
			got["/t/"+entry.Name()] = info.Mode().String()
		}
	}
	if diff := cmp.Diff(got, want); diff != "" || len(want) < 20 {
		t.Errorf("%d paths (-systemd +got):\n%s\n%s", len(want), diff, out)
	}
}
