package snippet

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// This file simulates boots with our snippets and empty storage. testdata/boot.nix returns the
// directories that the modules create, and [machine] creates them as the scripts of the modules do.

// A bootCase is a snippet for testdata/boot.nix, with the options of its machine.
type bootCase struct {
	text    string
	Dialect string               `json:"dialect"`
	User    string               `json:"user"`
	Users   map[string]bootsUser `json:"users"`
	Storage string               `json:"storage"`
}

type bootsUser struct {
	Home  string `json:"home"`
	Group string `json:"group"`
}

// A step is a directory that a boot creates: in storage, and with the same owner and mode at its
// path. Storage is "" for a directory that is created only at its path.
type step struct{ Storage, Path, User, Group, Mode string }

// bootUsers are the users of the machine. Paths may have other owners too.
var bootUsers = []User{{"alice", home, "users"}, {"bob", "/srv/people/bob", "bob"}}

var bootOwners = []string{"alice", "alice", "bob", "root", "root", "svc", "ghost", "12345", "54321"}

func newBootCase(text string, dialect setting.Dialect) bootCase {
	c := bootCase{text: text, Dialect: dialect.String(), User: "alice", Storage: DefaultStorage, Users: map[string]bootsUser{"root": {"/root", "root"}}}
	for _, u := range bootUsers {
		c.Users[u.Name] = bootsUser{u.Home, u.Group}
	}
	return c
}

// boot evaluates, in one Nix process, the steps of each machine.
func boot(t *testing.T, cases []bootCase) ([][]step, error) {
	t.Helper()
	dir := t.TempDir()
	for i, c := range cases {
		options, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, strconv.Itoa(i)+".json"), string(options))
		write(t, filepath.Join(dir, strconv.Itoa(i)+".nix"), moduleOf(c.text, Bindings))
	}
	out, err := nixtest.Instantiate(t, "--eval", "--strict", "--json",
		"--argstr", "dir", dir, "--argstr", "count", strconv.Itoa(len(cases)), "testdata/boot.nix")
	if err != nil {
		return nil, err
	}
	var steps [][]step
	if err := json.Unmarshal(out, &steps); err != nil {
		t.Fatal(err)
	}
	return steps, nil
}

// perms are the owner and mode of a directory.
type perms struct{ user, group, mode string }

// A machine maps directories to their perms.
type machine map[string]perms

// booted returns a machine after all steps. The homes of its users exist afterwards. "/" and the
// directories above homes belong to root.
func booted(users []User, steps []step) machine {
	m := machine{"/": {"root", "root", "0755"}}
	create := func(dir string, p perms) {
		if _, there := m[dir]; !there {
			m[dir] = p
		}
	}
	for _, u := range users {
		for up := path.Dir(u.Home); up != "/"; up = path.Dir(up) {
			create(up, perms{"root", "root", "0755"})
		}
		create(u.Home, perms{u.Name, u.Group, "0700"})
	}
	for _, s := range steps {
		given := perms{s.User, s.Group, s.Mode}
		switch {
		case s.Storage != "": // create-directories of impermanence copies owner and mode from storage
			create(path.Join(s.Storage, s.Path), given)
			m[s.Path] = m[path.Join(s.Storage, s.Path)]
		default:
			m[s.Path] = given
		}
	}
	return m
}

// locked returns which home of a machine has wrong perms, or "".
func (m machine) locked(users []User) string {
	for _, u := range users {
		if p := m[u.Home]; p.user != u.Name || p.group != u.Group || !strings.HasPrefix(p.mode, "07") {
			return fmt.Sprintf("the home of %s has %v", u.Name, p)
		}
		for up := path.Dir(u.Home); up != "/"; up = path.Dir(up) {
			if p := m[up]; p.user != "root" || p.mode[3]&5 != 5 {
				return fmt.Sprintf("%s above the home of %s has %v", up, u.Name, p)
			}
		}
	}
	if p := m["/"]; p != (perms{"root", "root", "0755"}) {
		return fmt.Sprintf("/ has %v", p)
	}
	return ""
}

// A disk gives each path a fixed owner and mode.
type disk struct {
	r     *rand.Rand
	known map[string]*Access
}

func (d *disk) access(p string) *Access {
	if d.known[p] == nil {
		modes := []fs.FileMode{0o755, 0o755, 0o700, 0o750, 0o777, fs.ModeSticky | 0o777, fs.ModeSetgid | 0o775, 0}
		d.known[p] = &Access{modes[d.r.IntN(len(modes))], bootOwners[d.r.IntN(len(bootOwners))], bootOwners[d.r.IntN(len(bootOwners))]}
	}
	return d.known[p]
}

// selection returns items with the access that they have on a disk.
func (d *disk) selection(n int) []Item {
	tops := []string{"", "/", "/home", "/etc", "/var/lib", "/var/lib/private", "/root", home, home, home + "/.config", "/srv/people/bob", "/home/ghost", "/srv"}
	var items []Item
	for range 1 + d.r.IntN(n) {
		p := tops[d.r.IntN(len(tops))]
		for range 1 + d.r.IntN(4) {
			p += "/" + string("abcd"[d.r.IntN(4)])
		}
		if d.r.IntN(10) == 0 {
			p = []string{"/etc/machine-id", "/etc/ssh/ssh_host_rsa_key", "/var/lib/nixos", "/var/lib/private", "/home", "/nix", "/srv/people", "/etc"}[d.r.IntN(8)]
		}
		item := Item{Path: path.Clean(p), Dir: d.r.IntN(2) == 0, Access: d.access(path.Clean(p))}
		for up := path.Dir(item.Path); ; up = path.Dir(up) {
			if item.Parent == nil {
				item.Parent = d.access(up)
			} else if up != "/" {
				item.Above = append(item.Above, d.access(up))
			}
			if up == "/" {
				break
			}
		}
		items = append(items, item)
	}
	return items
}

// TestNoSnippetBreaksABoot boots machines with selections from disks with arbitrary owners and
// modes. Every evaluation must succeed, and every user must be able to enter the home.
func TestNoSnippetBreaksABoot(t *testing.T) {
	t.Parallel()
	selections := 200
	if os.Getenv("LIST_EPHEMERAL_THOROUGH") == "1" {
		selections = 2000
	}
	r := rand.New(rand.NewPCG(11, 12))
	var cases []bootCase
	entries := map[setting.Dialect]int{}
	for i := range selections {
		dialect := nixDialects[i%len(nixDialects)]
		d := &disk{r: r, known: map[string]*Access{}}
		s := Render(d.selection(8), Options{Dialect: dialect, Home: home, Users: bootUsers})
		cases = append(cases, newBootCase(s.Text, dialect))
		entries[dialect] += s.Directories + s.Files
	}
	steps, err := boot(t, cases)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if why := booted(bootUsers, steps[i]).locked(bootUsers); why != "" {
			t.Fatalf("%s: %s\n%s", c.Dialect, why, c.text)
		}
	}
	for _, dialect := range nixDialects {
		if entries[dialect] < selections/5 {
			t.Errorf("booted only %d entries of %v", entries[dialect], dialect)
		}
	}
	t.Logf("%d selections, entries: %v", selections, entries)
}

// TestWrongSnippetsBreakBoots checks testdata/boot.nix and the machine: entries that must not be
// written have the same result as with the real modules.
func TestWrongSnippetsBreakBoots(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		dialect    setting.Dialect
		err, why   string
	}{
		{
			"a foreign owner in a home", `environment.persistence."/persist".users.alice.directories = [ { directory = ".a"; user = "root"; group = "root"; } ];`, setting.DialectImpermanence,
			"", "the home of alice has {root root 0700}",
		},
		{
			"a foreign owner of a file's directory", `home.persistence."/persist".files = [ { file = ".a/b"; parentDirectory.user = "bob"; } ];`, setting.DialectImpermanenceHM,
			"", "the home of alice has {bob bob 0700}",
		},
		{"a bare path before a foreign owner", `environment.persistence."/persist".users.alice.directories = [ ".0" { directory = ".a"; user = "root"; } ];`, setting.DialectImpermanence, "", ""},
		{"an owner without a name", `environment.persistence."/persist".users.alice.directories = [ { directory = ".a"; user = "12345"; } ];`, setting.DialectImpermanence, "'12345' missing", ""},
		{"an owner without a name in the host's list", `environment.persistence."/persist".directories = [ { directory = "/a"; user = "12345"; group = "54321"; } ];`, setting.DialectImpermanence, "", ""},
		{"an unknown user", `environment.persistence."/persist".users.carol.files = [ "a" ];`, setting.DialectImpermanence, "'carol' missing", ""},
		{"a home in the host's list", `host.persistence.directories = [ "/home/alice/x" ];`, setting.DialectPlain, "", "the home of alice has {root root 0755}"},
		{
			"a mode for /", `preservation.preserveAt."/persist".directories = [ { directory = "/srv"; configureParent = true; parent.mode = "1777"; } ];`, setting.DialectPreservation,
			"", "/ has {root root 1777}",
		},
		{
			"two modes for one directory", `preservation.preserveAt."/persist".files = [ { file = "/a/b"; configureParent = true; } { file = "/a/c"; configureParent = true; parent.mode = "0700"; } ];`, setting.DialectPreservation,
			"conflicting rules for /a:", "",
		},
	}
	var right []bootCase
	for _, tt := range tests {
		c := newBootCase(tt.text+"\n", tt.dialect)
		if tt.err == "" {
			right = append(right, c)
			continue
		}
		if _, err := boot(t, []bootCase{c}); err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: got error %v, want %s", tt.name, err, tt.err)
		}
	}
	steps, err := boot(t, right)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		if tt.err == "" {
			if why := booted(bootUsers, steps[0]).locked(bootUsers); why != tt.why {
				t.Errorf("%s: got %q, want %q", tt.name, why, tt.why)
			}
			steps = steps[1:]
		}
	}
}
