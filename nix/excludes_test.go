package nix_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

// originalFile reads the file that the module of the original program wrote.
func originalFile(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile("../config/testdata/config.sample.json")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]any
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// replacements returns the patterns of the original that are not in excludes.nix, because they hide
// data or secrets, with the pattern that replaces each; "" for none.
func replacements() map[string]string {
	replaced := map[string]string{
		"etc/machine-id": "", "etc/ssh": "", "etc/shadow": "", "**/*logs": "", "**/*log": "", "tmp": "/tmp",
		"var/lib/dhcpcd": "var/lib/dhcpcd/*.{lease,lease6}", "home/racci/.cargo": "home/racci/.cargo/registry",
		"home/racci/.steam": "", "home/racci/.pki": "", "home/racci/.pulse-cookie": "",
		"home/racci/.local/state/wireplumber": "", "home/racci/.config/BambuStudio": "",
	}
	for _, program := range []string{"Code", "SideQuest", "1Password", "1Password/Partitions/1password"} {
		for _, name := range []string{
			"Cookies", "Cookies-journal", "Local Storage", "Session Storage", "SharedStorage",
			"Trust Tokens", "Trust Tokens-journal", "Preferences",
		} {
			replaced["home/racci/.config/"+program+"/"+name] = ""
		}
	}
	return replaced
}

// originalExcludes returns the patterns of the original for /home/racci, with the replacements.
func originalExcludes(t *testing.T) []string {
	t.Helper()
	sample := originalFile(t)["excludes"].([]any)
	if len(sample) != 106 {
		t.Fatalf("the sample has %d patterns, want 106", len(sample))
	}
	replaced := replacements()
	var want []string
	for _, value := range sample {
		text := value.(string)
		if other, changed := replaced[text]; changed {
			delete(replaced, text)
			text = other
		}
		if text != "" {
			want = append(want, text)
		}
	}
	if len(replaced) > 0 {
		t.Fatalf("the sample lacks %v", replaced)
	}
	return want
}

// excludes evaluates excludes.nix for a home.
func excludes(t *testing.T, home string) []string {
	t.Helper()
	var got []string
	mustEval(t, "excludes "+quoted(home), &got)
	if len(got) == 0 {
		t.Fatalf("no patterns for %s", home)
	}
	return got
}

// TestExcludesAreThoseOfTheOriginalExceptData compares excludes.nix with the file that the original
// wrote. For another home only the prefix differs.
func TestExcludesAreThoseOfTheOriginalExceptData(t *testing.T) {
	tests := []struct{ name, home, prefix string }{
		{"that of the sample", "/home/racci", "home/racci/"},
		{"below /home", "/home/alice", "home/alice/"},
		{"outside /home", "/var/lib/app", "var/lib/app/"},
		{"one directory", "/root", "root/"},
		{"the root", "/", "/"},
		{"metacharacters", `/h/*?[a]{b,c}\`, `h/\*\?\[a\]\{b,c\}\\/`},
		{"letters and spaces", "/h/é ö ", "h/é ö /"},
		{"other punctuation", "/h/!#~,-^$", "h/!#~,-^$/"},
		{"quotes and interpolation", `/h/"${x}`, `h/"$\{x\}/`},
	}
	original := originalExcludes(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := make([]string, len(original))
			for i, text := range original {
				want[i] = text
				if rest, ok := strings.CutPrefix(text, "home/racci/"); ok {
					want[i] = tt.prefix + rest
				}
			}
			if diff := cmp.Diff(want, excludes(t, tt.home)); diff != "" {
				t.Errorf("patterns differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExcludesHideNoData(t *testing.T) {
	set := compiled(t, "/home/alice")
	for path, want := range map[string]bool{
		"/etc/machine-id": false, "/etc/ssh/ssh_host_ed25519_key": false, "/home/alice/.cargo/credentials.toml": false, "/home/alice/.cargo/bin/x": false,
		"/home/alice/projects/blog/post": false, "/home/alice/src/dialog/x": false, "/home/alice/Documents/changelog": false,
		"/home/alice/projects/tmp/draft": false, "/var/lib/catalog/x": false, "/var/log/journal/x": false, "/srv/weblogs/x": false,
		"/tmp/x": true, "/etc/passwd": true, "/home/alice/.cargo/registry/x": true, "/home/alice/.cache/x": true, "/var/cache/x": true,
	} {
		if got := excluded(set, path); got != want {
			t.Errorf("%q excluded: %v, want %v", path, got, want)
		}
	}
}

// TestExcludesHideNoSecretOrIdentity checks files with secrets or identities, in several homes.
// The patterns hide ~/.cache as a whole, and with it what Hugging Face keeps there.
func TestExcludesHideNoSecretOrIdentity(t *testing.T) {
	text, err := os.ReadFile("../internal/known/testdata/secrets.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, home := range []string{"/home/alice", "/root", "/", "/h/*"} {
		set := compiled(t, home)
		checked := 0
		for line := range strings.Lines(string(text)) {
			path := strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(path, "#") || path == "~/.cache/huggingface/token" {
				continue
			}
			if rest, inHome := strings.CutPrefix(path, "~"); inHome {
				path = strings.TrimSuffix(home, "/") + rest
			}
			if excluded(set, path) {
				t.Errorf("home %q: %q is excluded", home, path)
			}
			checked++
		}
		if checked < 300 {
			t.Errorf("checked only %d paths", checked)
		}
	}
}

func TestExcludesApplyToTheirHomeOnly(t *testing.T) {
	tests := []struct {
		home   string
		others []string
	}{
		{"/home/alice", []string{"/home/bob", "/home", "/x/home/alice", "/home/alice2"}},
		{"/", []string{"/root", "/home"}},
		{"/h/*", []string{"/h/bob", "/h/", "/h"}},
		{"/h/[a]", []string{"/h/a"}},
		{"/h/{a,b}", []string{"/h/a", "/h/b"}},
		{"/h/?", []string{"/h/a", "/h/é"}},
		{`/h/\a`, []string{"/h/a", `/h/\\a`}},
		{"/h/!a ", []string{"/h/a", "/h/!a"}},
		{"/root", []string{"/home/root", "/x/root"}},
	}
	for _, tt := range tests {
		t.Run(tt.home, func(t *testing.T) {
			set := compiled(t, tt.home)
			for path, want := range map[string]bool{
				"/.npm":                true,
				"/.config/Code/Cache":  true,
				"/.config/Code/Cachet": false,
				"/x/.npm":              false,
				"x/.npm":               false,
				"/.npmrc":              false,
				"/.config/x/y/com.1password.1password.json": true,
			} {
				path = strings.TrimSuffix(tt.home, "/") + path
				if got := excluded(set, path); got != want {
					t.Errorf("%q excluded: %v, want %v", path, got, want)
				}
			}
			for _, other := range tt.others {
				if path := strings.TrimSuffix(other, "/") + "/.npm"; excluded(set, path) {
					t.Errorf("%q is excluded", path)
				}
			}
		})
	}
}

// compiled returns the patterns for a home, as the program reads them.
func compiled(t *testing.T, home string) *pattern.Set {
	t.Helper()
	var patterns []pattern.Pattern
	for _, text := range excludes(t, home) {
		patterns = append(patterns, pattern.Pattern{Text: text, Source: "excludes.nix"})
	}
	set, err := pattern.Compile(patterns)
	if err != nil {
		t.Fatalf("compile the patterns for %s: %v", home, err)
	}
	return set
}

// excluded reports whether a file or a directory above it is excluded.
func excluded(set *pattern.Set, path string) bool {
	state := pattern.Start
	names := strings.Split(strings.Trim(path, "/"), "/")
	for i, name := range names {
		if set.Match(state, []byte(name), i < len(names)-1) {
			return true
		}
		state = set.Enter(state, []byte(name))
	}
	return false
}
