package snippet

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// A nixCase is a module for testdata/read.nix, with its options.
type nixCase struct {
	module   string
	Dialect  string            `json:"dialect"`
	Home     string            `json:"home"`
	Users    map[string]string `json:"users"`
	Storage  string            `json:"storage"`
	HomeAttr []string          `json:"homeAttr"`
	HostAttr []string          `json:"hostAttr"`
}

// newCase returns the case of a snippet.
func newCase(text string, opts Options) nixCase {
	c := nixCase{
		module: moduleOf(text, opts.Form), Dialect: opts.Dialect.String(), Home: cleanHome(opts.Home),
		Users: map[string]string{}, Storage: DefaultStorage,
		HomeAttr: []string{"user", "persistence"}, HostAttr: []string{"host", "persistence"},
	}
	for _, user := range opts.Users {
		c.Users[user.Name] = cleanHome(user.Home)
	}
	if opts.Storage != "" {
		c.Storage = opts.Storage
	}
	if opts.HomeAttr != (AttrPath{}) {
		c.HomeAttr = []string{"my", "home x", "persist"}
		c.HostAttr = []string{"environment", "persistence", "/persist"}
	}
	return c
}

// moduleOf returns a module with a snippet pasted into it. Elements are pasted into the lists named
// by the comments above them.
func moduleOf(text string, form Form) string {
	switch {
	case text == "":
		return "{ }"
	case form == Module:
		return text
	case form == Bindings:
		return "{\n" + text + "}\n"
	}
	var b strings.Builder
	b.WriteString("{\n")
	open := false
	for line := range strings.Lines(text) {
		list, heading := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "# ")
		if heading && (strings.HasSuffix(list, ".directories") || strings.HasSuffix(list, ".files")) {
			if open {
				b.WriteString("];\n")
			}
			line, open = list+" = [\n", true
		}
		b.WriteString(line)
	}
	if open {
		b.WriteString("];\n")
	}
	return b.String() + "}\n"
}

// readBack evaluates modules with Nix, all in one process, because starting Nix twice costs more
// than evaluating any number of modules.
func readBack(t *testing.T, cases []nixCase) ([][]persisted, error) {
	t.Helper()
	dir := t.TempDir()
	for i, c := range cases {
		options, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, strconv.Itoa(i)+".json"), string(options))
		write(t, filepath.Join(dir, strconv.Itoa(i)+".nix"), c.module)
	}
	out, err := nixtest.Instantiate(t, "--eval", "--strict", "--json",
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

func TestNamesRoundTripThroughNix(t *testing.T) {
	var files, dirs []Item
	var want []persisted
	for _, n := range everyName() {
		files = append(files, file("/"+n))
		want = append(want, persisted{"file", "/" + n, map[string]any{}})
	}
	for _, n := range everyName() {
		dirs = append(dirs, dir(home+"/"+n))
	}
	opts := Options{Home: home}
	read, err := readBack(t, []nixCase{newCase(Render(files, Options{}).Text, Options{}), newCase(Render(dirs, opts).Text, opts)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, read[0]); diff != "" {
		t.Errorf("files of the host (-want +got)\n%s", diff)
	}
	for i := range want {
		want[i].Kind, want[i].Path = "directory", home+want[i].Path
	}
	if diff := cmp.Diff(want, read[1]); diff != "" {
		t.Errorf("directories of the home (-want +got)\n%s", diff)
	}
	t.Logf("read back %d names, twice", len(want))
}

func TestHostileSelectionsRoundTripThroughNix(t *testing.T) {
	const selections = 1200
	r := rand.New(rand.NewPCG(7, 8))
	var cases []nixCase
	var wanted [][]persisted
	paths := map[string]int{}
	for range selections {
		items, opts := hostile(r, 24)
		s := Render(items, opts)
		want := expected(items, opts)
		if got := s.Directories + s.Files; got != len(want) {
			t.Fatalf("%+v\n%v\n%s: got %d paths, want %d", opts, want, s.Text, got, len(want))
		}
		cases, wanted = append(cases, newCase(s.Text, opts)), append(wanted, want)
		paths[opts.Dialect.String()+" "+opts.Form.String()] += len(want)
	}
	read, err := readBack(t, cases)
	if err != nil {
		t.Fatal(err)
	}
	for i := range cases {
		// Nix evaluates the blocks in the order of their names.
		slices.SortFunc(read[i], func(a, b persisted) int { return strings.Compare(a.Path, b.Path) })
		if diff := cmp.Diff(wanted[i], read[i]); diff != "" {
			t.Fatalf("(-want +got)\n%s\n%s", diff, cases[i].module)
		}
	}
	if len(paths) != 12 {
		t.Fatalf("not all dialects and forms were tested: %v", paths)
	}
	t.Logf("read back: %v", paths)
}

// TestHostileSelectionsRoundTripThroughShape uses a second checker, testdata/shape.nix, which was
// written from the options of the modules.
func TestHostileSelectionsRoundTripThroughShape(t *testing.T) {
	const selections = 800
	r := rand.New(rand.NewPCG(9, 10))
	dir := t.TempDir()
	var formats []string
	var wanted [][]persisted
	for i := range selections {
		items, opts := hostile(r, 24)
		opts.Home, opts.Users = home, []User{{"alice", home, "users"}} // the checker supports one user
		opts.HomeAttr, opts.HostAttr = AttrPath{}, AttrPath{}
		items = slices.DeleteFunc(items, func(item Item) bool { // the checker rejects a directory named ~ there
			return strings.HasPrefix(path.Clean(item.Path)+"/", home+"/~/")
		})
		write(t, filepath.Join(dir, strconv.Itoa(i)+".nix"), moduleOf(Render(items, opts).Text, opts.Form))
		formats = append(formats, strings.Replace(opts.Dialect.String(), "plain", "racci", 1))
		wanted = append(wanted, expected(items, opts))
	}
	names, err := json.Marshal(formats)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "formats.json"), string(names))
	out, err := nixtest.Instantiate(t, "--eval", "--strict", "--json", "--argstr", "dir", dir, "testdata/shapes.nix")
	if err != nil {
		t.Fatal(err)
	}
	var read [][]struct {
		Kind, Path        string
		Mode, User, Group *string
	}
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatal(err)
	}
	for i := range wanted {
		got := []persisted{}
		for _, e := range read[i] {
			extra := map[string]any{}
			for name, value := range map[string]*string{"mode": e.Mode, "user": e.User, "group": e.Group} {
				if value != nil {
					extra[name] = *value
				}
			}
			got = append(got, persisted{map[string]string{"dir": "directory", "file": "file"}[e.Kind], e.Path, extra})
		}
		slices.SortFunc(got, func(a, b persisted) int { return strings.Compare(a.Path, b.Path) })
		for _, e := range wanted[i] { // the checker does not return these
			for _, name := range []string{"parentDirectory", "parent", "configureParent", "how", "inInitrd"} {
				delete(e.Extra, name)
			}
		}
		if diff := cmp.Diff(wanted[i], got); diff != "" {
			t.Fatalf("%s (-want +got)\n%s", formats[i], diff)
		}
	}
}

// TestReaderRejectsInvalidModules checks testdata/read.nix.
func TestReaderRejectsInvalidModules(t *testing.T) {
	plain := Options{Home: home}
	imp := Options{Dialect: setting.DialectImpermanence, Users: []User{{Name: "alice", Home: home}}}
	pre := Options{Dialect: setting.DialectPreservation, Users: imp.Users}
	right := []nixCase{
		newCase(`host.persistence = { directories = [ { directory = "/a"; mode = "0700"; } "/b" ]; };`, plain),
		newCase(`environment.persistence."/persist".users.alice.files = [ { file = "a/b"; parentDirectory.mode = "0700"; } ];`, imp),
		newCase(`preservation.preserveAt."/persist".files = [ { file = "/a"; how = "symlink"; parent.mode = "0700"; inInitrd = true; } ];`, pre),
	}
	if _, err := readBack(t, right); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, text string
		opts       Options
		want       string
	}{
		{"an unknown option", `host.other = { files = [ "/a" ]; };`, plain, "an unknown option"},
		{"an unknown list", `host.persistence = { dirs = [ "/a" ]; };`, plain, "not a block with lists"},
		{"an empty list", `host.persistence = { files = [ ]; };`, plain, "not a list with elements"},
		{"a relative path in the host block", `host.persistence = { files = [ "a" ]; };`, plain, "not an absolute path"},
		{"an absolute path in the home block", `user.persistence = { files = [ "/a" ]; };`, plain, "not a path below the home"},
		{"a path that goes up", `user.persistence = { files = [ "a/../b" ]; };`, plain, "not a path below the home"},
		{"a trailing slash", `host.persistence = { files = [ "/a/" ]; };`, plain, "not an absolute path"},
		{"the root", `host.persistence = { files = [ "/" ]; };`, plain, "not an absolute path"},
		{"a mode in the home block", `user.persistence = { directories = [ { directory = "a"; mode = "0700"; } ]; };`, plain, "no option mode"},
		{"a mode that is a number", `host.persistence = { directories = [ { directory = "/a"; mode = 0700; } ]; };`, plain, "mode is wrong"},
		{"an unknown field", `host.persistence = { directories = [ { directory = "/a"; owner = "x"; } ]; };`, plain, "no option owner"},
		{"a file with a mode", `host.persistence = { files = [ { file = "/a"; mode = "0600"; } ]; };`, plain, "no option mode"},
		{"a set with only the path", `host.persistence = { files = [ { file = "/a"; } ]; };`, plain, "not the set of a file"},
		{"the same block twice", `host.persistence = { files = [ "/a" ]; }; host.persistence = { files = [ "/b" ]; };`, plain, "already defined"},
		{"interpolation", `host.persistence = { files = [ "/${b}" ]; };`, plain, "undefined variable"},
		{"another storage path", `environment.persistence."/other".files = [ "/a" ];`, imp, "an unknown option"},
		{"an unknown user", `environment.persistence."/persist".users.bob.files = [ "a" ];`, imp, "no user bob"},
		{"an option of preservation", `environment.persistence."/persist".files = [ { file = "/a"; inInitrd = true; } ];`, imp, "no option inInitrd"},
		{"an option of impermanence", `preservation.preserveAt."/persist".files = [ { file = "/a"; parentDirectory.mode = "0700"; } ];`, pre, "no option parentDirectory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readBack(t, []nixCase{newCase(tt.text+"\n", tt.opts)})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v, want error %s", got, err, tt.want)
			}
		})
	}
}
