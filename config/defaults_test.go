package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/pattern"
)

// TestBuiltinExcludesMatchOriginalExceptData compares the built-in list with that of the original
// program, which is in the sample. The patterns that exclude data or secrets have been removed from
// it.
func TestBuiltinExcludesMatchOriginalExceptData(t *testing.T) {
	sample := readSample(t).Excludes
	if len(sample) != 106 {
		t.Fatalf("the sample has %d patterns, want 106", len(sample))
	}
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
	var want []string
	for _, text := range sample {
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
	if diff := cmp.Diff(want, builtinExcludes("/home/racci").Texts()); diff != "" {
		t.Errorf("patterns differ (-want +got):\n%s", diff)
	}
}

func TestBuiltinExcludesDoNotMatchData(t *testing.T) {
	set := compile(t, builtinExcludes("/home/alice"))
	for path, want := range map[string]bool{
		"/etc/machine-id": false, "/etc/ssh/ssh_host_ed25519_key": false, "/home/alice/.cargo/credentials.toml": false, "/home/alice/.cargo/bin/x": false,
		"/home/alice/projects/blog/post": false, "/home/alice/src/dialog/x": false, "/home/alice/Documents/changelog": false,
		"/home/alice/projects/tmp/draft": false, "/var/lib/catalog/x": false, "/var/log/journal/x": false, "/srv/weblogs/x": false,
		"/tmp/x": true, "/etc/passwd": true, "/home/alice/.cargo/registry/x": true, "/home/alice/.cache/x": true, "/var/cache/x": true,
	} {
		if got := excludes(set, path); got != want {
			t.Errorf("%q excluded: %v, want %v", path, got, want)
		}
	}
}

func TestBuiltinExcludesApplyToAnyHome(t *testing.T) {
	tests := []struct{ name, home, want string }{
		{"below /home", "/home/alice", "home/alice/.npm"},
		{"outside /home", "/var/lib/app", "var/lib/app/.npm"},
		{"one directory", "/root", "root/.npm"},
		{"the root", "/", "/.npm"},
		{"metacharacters", `/h/*?[a]{b,c}\`, `h/\*\?\[a\]\{b,c\}\\/.npm`},
		{"letters and spaces", "/h/é ö ", "h/é ö /.npm"},
		{"bytes that are not UTF-8", "/h/\xff\xc3", "h/??/.npm"},
		{"other punctuation", "/h/!#~,-^$", "h/!#~,-^$/.npm"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list := builtinExcludes(tt.home)
			if got := list[14].Text; got != tt.want {
				t.Errorf("pattern = %q, want %q", got, tt.want)
			}
			set := compile(t, list)
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
				if got := excludes(set, path); got != want {
					t.Errorf("%q excluded: %v, want %v", path, got, want)
				}
			}
		})
	}
}

func TestBuiltinExcludesDoNotMatchOtherHomes(t *testing.T) {
	for home, others := range map[string][]string{
		"/h/*":     {"/h/bob", "/h/", "/h"},
		"/h/[a]":   {"/h/a"},
		"/h/{a,b}": {"/h/a", "/h/b"},
		"/h/?":     {"/h/a", "/h/é"},
		`/h/\a`:    {"/h/a", `/h/\\a`},
		"/h/\xff":  {"/h/é", "/h/ab"},
		"/root":    {"/home/root", "/x/root"},
	} {
		set := compile(t, builtinExcludes(home))
		if path := home + "/.npm"; !excludes(set, path) {
			t.Errorf("home %q: %q is not excluded", home, path)
		}
		for _, other := range others {
			if path := other + "/.npm"; excludes(set, path) {
				t.Errorf("home %q: %q is excluded", home, path)
			}
		}
	}
}

func compile(t *testing.T, list List) *pattern.Set {
	t.Helper()
	patterns := make([]pattern.Pattern, len(list))
	for i, v := range list {
		patterns[i] = pattern.Pattern{Text: v.Text, Source: v.Origin.String()}
	}
	set, err := pattern.Compile(patterns)
	if err != nil {
		t.Fatalf("compile the built-in patterns: %v", err)
	}
	return set
}

// excludes reports whether a file or a directory above it is excluded.
func excludes(set *pattern.Set, path string) bool {
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
