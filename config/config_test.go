package config

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is a file as a Home Manager module writes it.
type sample struct {
	Excludes, ExtraExcludes, ExtraIncludes, PersistedDirs, PersistedFiles, Programs []string
	HomeDir                                                                         string
}

func readSample(t testing.TB) sample {
	t.Helper()
	text, err := os.ReadFile("testdata/config.sample.json")
	if err != nil {
		t.Fatal(err)
	}
	var s sample
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLoadReadsTheSample(t *testing.T) {
	c, err := Load(ordinary(), "testdata/config.sample.json")
	if err != nil {
		t.Fatal(err)
	}
	want := readSample(t)
	want.ExtraIncludes = []string{"/home/racci/.config/my-app", "/var/lib/my-app"}
	zoxide := slices.Index(want.PersistedDirs, "/home/racci/.local/share/zoxide/")
	want.PersistedDirs[zoxide] = "/home/racci/.local/share/zoxide"
	got := sample{
		Excludes: c.Excludes.Texts(), ExtraExcludes: c.ExtraExcludes.Texts(), ExtraIncludes: c.ExtraIncludes.Texts(),
		PersistedDirs: c.PersistedDirs.Texts(), PersistedFiles: c.PersistedFiles.Texts(), Programs: c.Programs, HomeDir: c.Home,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("content differs (-want +got):\n%s", diff)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", c.Warnings)
	}
	if c.Source != "testdata/config.sample.json" {
		t.Errorf("Source = %s", c.Source)
	}
}

func TestLoadReadsEveryKey(t *testing.T) {
	got := mustLoad(t, `{
  "excludes": ["é", "b"], "extraExcludes": ["/c/"],
  "extraIncludes": ["d", "~/e", "/f/"],
  "persistedFiles": ["/g", "~/h"],
  "persistedDirs": ["/i//j/"],
  "programs": ["k", ""],
  "roots": ["/", "~"],
  "storagePaths": ["/l/"],
  "users": {"alice": "/home/al/", "b.ob": "/home/bob"},
  "snippet": {"dialect": "preservation", "storagePath": "/m/", "user": "al", "homeAttr": "x.y", "hostAttr": "\"${"},
  "ui": {"theme": "dark", "ascii": true, "mouse": false, "view": "tree"},
  "homeDir": "/home/al/"
}`)
	at := func(line, column int, key, text string) Value {
		return Value{Text: text, Origin: Origin{File: "config.json", Line: line, Column: column, Key: key}}
	}
	want := &Config{
		Source:         "config.json",
		Home:           "/home/al",
		Excludes:       List{at(2, 16, "excludes[0]", "é"), at(2, 21, "excludes[1]", "b")},
		ExtraExcludes:  List{at(2, 45, "extraExcludes[0]", "/c/")},
		ExtraIncludes:  List{at(3, 21, "extraIncludes[0]", "/home/al/d"), at(3, 26, "extraIncludes[1]", "/home/al/e"), at(3, 33, "extraIncludes[2]", "/f")},
		PersistedFiles: List{at(4, 22, "persistedFiles[0]", "/g"), at(4, 28, "persistedFiles[1]", "/home/al/h")},
		PersistedDirs:  List{at(5, 21, "persistedDirs[0]", "/i/j")},
		Programs:       []string{"k", ""},
		Roots:          List{at(7, 13, "roots[0]", "/"), at(7, 18, "roots[1]", "/home/al")},
		StoragePaths:   List{at(8, 20, "storagePaths[0]", "/l")},
		Users:          map[string]string{"alice": "/home/al", "b.ob": "/home/bob"},
		Snippet: Snippet{
			Dialect: DialectPreservation, DialectOrigin: Origin{File: "config.json", Line: 10, Column: 26, Key: "snippet.dialect"},
			StoragePath: at(10, 57, "snippet.storagePath", "/m"), User: "al",
			HomeAttr: at(10, 90, "snippet.homeAttr", "x.y"), HostAttr: at(10, 109, "snippet.hostAttr", `"${`),
		},
		UI: UI{Theme: ThemeDark, View: ViewTree, ASCII: true, Mouse: false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("config differs (-want +got):\n%s", diff)
	}
}

func TestDefaultsHoldWithoutAFileAndWithoutKeys(t *testing.T) {
	none, err := Load(ordinary(), "")
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Home:     "/home/alice",
		Excludes: builtinExcludes("/home/alice"),
		Snippet:  Snippet{Dialect: DialectPlain},
		UI:       UI{Theme: ThemeAuto, View: ViewFiles, Mouse: true},
	}
	if diff := cmp.Diff(want, none); diff != "" {
		t.Errorf("without a file (-want +got):\n%s", diff)
	}
	want.Source = "config.json"
	for _, text := range []string{"{}", `{"snippet": {}, "ui": {}}`, "\r\n {\t}\n"} {
		if diff := cmp.Diff(want, mustLoad(t, text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestAnEmptyListOfExcludesExcludesNothing(t *testing.T) {
	c := mustLoad(t, `{"excludes": [], "extraExcludes": ["a"]}`)
	if got := c.Patterns().Texts(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("patterns = %q, want only the extra one", got)
	}
}

func TestEmptyListsOfRootsAndStorageLeaveThemToTheMachine(t *testing.T) {
	c := mustLoad(t, `{"roots": [], "storagePaths": []}`)
	if len(c.Roots) != 0 || len(c.StoragePaths) != 0 || c.Snippet.StoragePath.Text != "" {
		t.Errorf("config = %+v, want neither roots nor storage", c)
	}
}

func TestStorageThatIsNamedInOnePlaceIsSoInTheOther(t *testing.T) {
	tests := []struct{ name, text, snippet, paths string }{
		{"storagePaths", `{"storagePaths": ["/a", "/b"]}`, "/a storagePaths[0]", "/a /b"},
		{"the snippet", `{"snippet": {"storagePath": "/c/"}}`, "/c snippet.storagePath", "/c"},
		{"the snippet and an empty list", `{"snippet": {"storagePath": "/c"}, "storagePaths": []}`, "/c snippet.storagePath", "/c"},
		{"both", `{"storagePaths": ["/a"], "snippet": {"storagePath": "/c"}}`, "/c snippet.storagePath", "/a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := mustLoad(t, tt.text)
			if got := c.Snippet.StoragePath.Text + " " + c.Snippet.StoragePath.Origin.Key; got != tt.snippet {
				t.Errorf("the snippet's is %s, want %s", got, tt.snippet)
			}
			if got := strings.Join(c.StoragePaths.Texts(), " "); got != tt.paths {
				t.Errorf("storagePaths = %s, want %s", got, tt.paths)
			}
		})
	}
}

func TestPatternsKnowWhereTheyAreFrom(t *testing.T) {
	builtIn, err := Load(ordinary(), "")
	if err != nil {
		t.Fatal(err)
	}
	mixed := mustLoad(t, "{\"extraExcludes\": [\"a\",\n \"b\"]}").Patterns()
	own := mustLoad(t, `{"excludes": ["a"], "extraExcludes": ["b"]}`).Patterns()
	for _, tt := range []struct {
		got  Value
		want string
	}{
		{builtIn.Patterns()[3], "etc/resolv.conf from built-in excludes[3]"},
		{mixed[0], "etc/passwd from built-in excludes[0]"},
		{mixed[len(mixed)-1], "b from config.json:2:2: extraExcludes[1]"},
		{own[0], "a from config.json:1:15: excludes[0]"},
		{own[1], "b from config.json:1:39: extraExcludes[0]"},
	} {
		if got := tt.got.Text + " from " + tt.got.Origin.String(); got != tt.want {
			t.Errorf("%s, want %s", got, tt.want)
		}
	}
}

func TestOriginIsSafeForATerminal(t *testing.T) {
	file := "/evil\x1b[2J\n.json"
	for want, s := range map[string]interface{ String() string }{
		`/evil\e[2J\n.json`: Origin{File: file},
		`/evil\e[2J\n.json:1:2: unknown key "\e"`: Warning{
			Origin: Origin{File: file, Line: 1, Column: 2}, Text: "unknown key \"\x1b\"",
		},
	} {
		if got := s.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
	_, err := Load(ordinary(), file)
	if want := `read config /evil\e[2J\n.json: no such file or directory`; err == nil || err.Error() != want {
		t.Errorf("Load: %v, want %s", err, want)
	}
}

func TestChoicesHaveTheNamesThatFilesUse(t *testing.T) {
	for i, name := range dialectNames[1:] {
		c := mustLoad(t, `{"snippet": {"dialect": "`+name+`"}}`)
		if c.Snippet.Dialect != Dialect(i+1) || c.Snippet.Dialect.String() != name {
			t.Errorf("dialect %s is read as %v", name, c.Snippet.Dialect)
		}
	}
	got := []string{
		DialectPlain.String(), DialectImpermanence.String(), DialectImpermanenceHM.String(),
		DialectPreservation.String(), DialectJSON.String(), DialectPaths.String(),
		ThemeAuto.String(), ThemeLight.String(), ThemeDark.String(),
		ViewFiles.String(), ViewDirs.String(), ViewTree.String(),
		View(4).String(),
	}
	want := "plain impermanence impermanence-hm preservation json paths auto light dark files dirs tree unknown"
	if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
		t.Errorf("names differ (-want +got):\n%s", diff)
	}
}
