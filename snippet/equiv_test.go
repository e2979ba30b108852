package snippet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A nixCase is a module for testdata/read.nix to read, and its options.
type nixCase struct {
	text     string
	Home     string   `json:"home"`
	HomeAttr []string `json:"homeAttr"`
	HostAttr []string `json:"hostAttr"`
}

// newCase returns the case of a snippet with default attribute paths.
func newCase(text string) nixCase {
	return nixCase{text, home, []string{"user", "persistence"}, []string{"host", "persistence"}}
}

// persisted is what Nix found that a module persists.
type persisted struct {
	Kind, Path        string
	Mode, User, Group *string
}

// readBack has Nix evaluate modules, all in one process: any number of them
// costs less than starting it twice.
func readBack(t *testing.T, cases []nixCase) ([][]persisted, error) {
	t.Helper()
	dir := t.TempDir()
	for i, c := range cases {
		options, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, strconv.Itoa(i)+".json"), string(options))
		write(t, filepath.Join(dir, strconv.Itoa(i)+".nix"), "{ ... }:\n"+asModule(c.text))
	}
	out, err := nix(t, "--eval", "--strict", "--json",
		"--argstr", "dir", dir, "--argstr", "count", strconv.Itoa(len(cases)), "testdata/read.nix")
	if err != nil {
		return nil, err
	}
	var read [][]persisted
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatal(err)
	}
	return read, nil
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// nix runs nix-instantiate without a store, a configuration or a network.
func nix(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	tool, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Fatalf("%v: install it (Debian: apt-get install nix-bin)", err)
	}
	tmp := t.TempDir()
	var out, errs bytes.Buffer
	cmd := exec.Command(tool, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "NIX_") && !strings.HasPrefix(variable, "HOME=") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, "NIX_REMOTE=dummy://", "HOME="+tmp, "NIX_CONF_DIR="+tmp)
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("run %s: %w\n%s", tool, err, errs.String())
	}
	return out.Bytes(), nil
}

func TestNixReadsEveryNameBack(t *testing.T) {
	var files, dirs []Item
	var want []persisted
	for _, n := range everyName() {
		files = append(files, file("/"+n))
		want = append(want, persisted{Kind: "file", Path: "/" + n})
	}
	for _, n := range everyName() {
		dirs = append(dirs, dir(home+"/"+n))
	}
	read, err := readBack(t, []nixCase{newCase(Render(files, Options{}).Text), newCase(Render(dirs, Options{Home: home}).Text)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, read[0]); diff != "" {
		t.Errorf("files of the host (-want +got)\n%s", diff)
	}
	for i := range want {
		want[i] = persisted{Kind: "directory", Path: home + want[i].Path}
	}
	if diff := cmp.Diff(want, read[1]); diff != "" {
		t.Errorf("directories of the home (-want +got)\n%s", diff)
	}
	t.Logf("%d names read back, twice", len(want))
}

func TestNixReadsHostileSelectionsBack(t *testing.T) {
	const selections = 600
	r := rand.New(rand.NewPCG(7, 8))
	var cases []nixCase
	var wanted [][]persisted
	paths := 0
	for range selections {
		items, opts := hostile(r, 24)
		s := Render(items, opts)
		c := newCase(s.Text)
		c.Home = cleanHome(opts.Home)
		if opts.HomeAttr != (AttrPath{}) {
			c.HomeAttr = []string{"my", "home x", "persist"}
			c.HostAttr = []string{"environment", "persistence", "/persist"}
		}
		want := expected(items, c.Home)
		if got := s.Directories + s.Files; got != len(want) {
			t.Fatalf("%+v: counts %d paths, want %d", items, got, len(want))
		}
		cases, wanted, paths = append(cases, c), append(wanted, want), paths+len(want)
	}
	read, err := readBack(t, cases)
	if err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		// Nix visits the blocks in the order of their names.
		slices.SortFunc(read[i], func(a, b persisted) int { return strings.Compare(a.Path, b.Path) })
		if diff := cmp.Diff(wanted[i], read[i]); diff != "" {
			t.Fatalf("(-want +got)\n%s\n%s", diff, cases[i].text)
		}
	}
	if paths < selections {
		t.Fatalf("only %d paths were written", paths)
	}
	t.Logf("%d paths of %d selections read back", paths, selections)
}

// expected returns what a selection persists, by the rules and not by the
// program, sorted.
func expected(items []Item, home string) []persisted {
	all := []persisted{}
	for p, isDir := range uncovered(items, home) {
		e := persisted{Kind: "file", Path: p}
		if isDir {
			e.Kind = "directory"
			if home == "" || !strings.HasPrefix(p, home+"/") {
				e.Mode, e.User, e.Group = expectedAccess(items, p)
			}
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b persisted) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// expectedAccess returns what differs from 0755 root root. Of contradicting
// items it takes the one that sorts first.
func expectedAccess(items []Item, p string) (mode, user, group *string) {
	var access []Access
	for _, item := range items {
		if item.Dir && item.Access != nil && path.Clean(item.Path) == p {
			access = append(access, *item.Access)
		}
	}
	if len(access) == 0 {
		return nil, nil, nil
	}
	a := slices.MinFunc(access, func(a, b Access) int {
		return strings.Compare(fmt.Sprintf("%011d %s\x00%s", a.Mode, a.User, a.Group), fmt.Sprintf("%011d %s\x00%s", b.Mode, b.User, b.Group))
	})
	unless := func(value string, defaults ...string) *string {
		if slices.Contains(defaults, value) {
			return nil
		}
		return &value
	}
	return unless(octalOf(a), "0755"), unless(a.User, "", "root", "\xff"), unless(a.Group, "", "root", "\xff")
}

// octalOf knows the modes that hostile selections have.
func octalOf(a Access) string {
	bits := int(a.Mode & 0o777)
	switch a.Mode &^ 0o777 {
	case 0:
	case 1 << 20: // fs.ModeSticky
		bits += 0o1000
	case 1 << 22: // fs.ModeSetgid
		bits += 0o2000
	default:
		panic(a.Mode.String())
	}
	return fmt.Sprintf("%04o", bits)
}

// TestReaderRefusesWhatIsWrong keeps testdata/read.nix honest.
func TestReaderRefusesWhatIsWrong(t *testing.T) {
	right := `host.persistence = { directories = [ { directory = "/a"; mode = "0700"; } "/b" ]; };`
	if _, err := readBack(t, []nixCase{newCase(right + "\n")}); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text, want string }{
		{"an unknown option", `host.other = { files = [ "/a" ]; };`, "a value that is no option"},
		{"an unknown list", `host.persistence = { dirs = [ "/a" ]; };`, "not a block with lists"},
		{"an empty list", `host.persistence = { files = [ ]; };`, "not a list with elements"},
		{"a relative path in the host block", `host.persistence = { files = [ "a" ]; };`, "not an absolute path"},
		{"an absolute path in the home block", `user.persistence = { files = [ "/a" ]; };`, "not a path below the home"},
		{"a path that goes up", `user.persistence = { files = [ "a/../b" ]; };`, "not a path below the home"},
		{"a trailing slash", `host.persistence = { files = [ "/a/" ]; };`, "not an absolute path"},
		{"the root", `host.persistence = { files = [ "/" ]; };`, "not an absolute path"},
		{"a mode in the home block", `user.persistence = { directories = [ { directory = "a"; mode = "0700"; } ]; };`, "not a path below the home"},
		{"a mode that is a number", `host.persistence = { directories = [ { directory = "/a"; mode = 0700; } ]; };`, "mode is not a string"},
		{"an unknown field", `host.persistence = { directories = [ { directory = "/a"; owner = "x"; } ]; };`, "not the set of a directory"},
		{"a file that is a set", `host.persistence = { files = [ { file = "/a"; } ]; };`, "not an absolute path"},
		{"the same block twice", `host.persistence = { files = [ "/a" ]; }; host.persistence = { files = [ "/b" ]; };`, "already defined"},
		{"interpolation", `host.persistence = { files = [ "/${b}" ]; };`, "undefined variable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readBack(t, []nixCase{newCase(tt.text + "\n")})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("read %v, %v, want error %s", got, err, tt.want)
			}
		})
	}
}
