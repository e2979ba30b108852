package reboot

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/nixtest"
)

// snippet renders the snippet of a selection in all dialects. It expects that they contain the same
// paths, and returns those of the given dialect.
func (m *machine) snippet(selected []string, dialect string) []keep {
	t := m.t
	t.Helper()
	ofJSON := m.snippetJSON(selected)
	dialects := []string{"plain", "impermanence", "preservation"}
	texts := make([]string, len(dialects))
	for i, name := range dialects {
		asked := selected
		if name == "plain" {
			asked = ofOneUser(selected)
		}
		texts[i] = m.ask(asked, "snippet", "--read0", "--dialect", name)
	}
	var keeps []keep
	for i, read := range readBack(t, dialects, texts) {
		want := pathsOf(ofJSON)
		if dialects[i] == "plain" {
			want = ofOneUser(want)
		}
		if diff := cmp.Diff(want, pathsOf(read)); diff != "" {
			t.Errorf("%s and json differ (-json +%[1]s):\n%s", dialects[i], diff)
		}
		if dialects[i] == dialect {
			keeps = read
		}
	}
	return keeps
}

// ofOneUser removes the paths of bob. The plain dialect has a block for only one home. It rejects
// paths in other homes, because the block of the host would make root their owner.
func ofOneUser(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return strings.HasPrefix(path, "/home/bob/") })
}

// pathsOf returns the paths of keeps, sorted. Directories have a trailing slash.
func pathsOf(keeps []keep) []string {
	var paths []string
	for _, k := range keeps {
		if k.dir {
			k.path += "/"
		}
		paths = append(paths, k.path)
	}
	slices.Sort(paths)
	return paths
}

// snippetJSON runs snippet in the JSON dialect and parses the result.
func (m *machine) snippetJSON(selected []string) (keeps []keep) {
	t := m.t
	t.Helper()
	for line := range strings.Lines(m.ask(selected, "snippet", "--read0", "--dialect", "json")) {
		var item struct{ Path, PathBytes, Type string }
		must(t, json.Unmarshal([]byte(line), &item))
		if item.PathBytes != "" {
			path, err := base64.StdEncoding.DecodeString(item.PathBytes)
			must(t, err)
			item.Path = string(path)
		}
		keeps = append(keeps, keep{path: item.Path, dir: item.Type == "directory"})
	}
	return keeps
}

// readBack evaluates snippets with Nix, and returns the paths that modules with such options would
// persist.
func readBack(t *testing.T, dialects, texts []string) [][]keep {
	t.Helper()
	dir := t.TempDir()
	for i, text := range texts {
		options, err := json.Marshal(map[string]any{
			"dialect": dialects[i], "home": aliceHome, "users": map[string]string{"alice": aliceHome, "bob": "/home/bob"}, "storage": "/persist",
			"homeAttr": []string{"user", "persistence"}, "hostAttr": []string{"host", "persistence"},
		})
		name := filepath.Join(dir, strconv.Itoa(i))
		must(t, err, os.WriteFile(name+".json", options, 0o600), os.WriteFile(name+".nix", []byte("{\n"+text+"}\n"), 0o600))
	}
	// read.nix of package snippet supports the options of all modules.
	out, err := nixtest.Instantiate(t, "--eval", "--strict", "--json",
		"--argstr", "dir", dir, "--argstr", "count", strconv.Itoa(len(texts)), "../../snippet/testdata/read.nix")
	must(t, err)
	var read [][]struct {
		Kind, Path string
		Extra      map[string]any
	}
	must(t, json.Unmarshal(out, &read))
	all := make([][]keep, len(texts))
	for i := range read {
		for _, item := range read[i] {
			k := keep{path: item.Path, dir: item.Kind == "directory"}
			if dialects[i] == "preservation" {
				k.access = preserved(k, item.Extra)
			}
			all[i] = append(all[i], k)
		}
	}
	return all
}

// preserved returns the access that preservation sets: that of the snippet, or the defaults.
func preserved(k keep, extra map[string]any) *access {
	a := access{"0644", "root", "root"}
	if k.dir {
		a.mode = "0755"
	}
	for _, user := range []string{"alice", "bob"} {
		if strings.HasPrefix(k.path, "/home/"+user+"/") {
			a.user, a.group = user, "users"
		}
	}
	for name, to := range map[string]*string{"mode": &a.mode, "user": &a.user, "group": &a.group} {
		if text, found := extra[name].(string); found {
			*to = text
		}
	}
	return &a
}

// set checks that a stored path already has the mode and the owner that preservation sets at every
// boot.
func (m *machine) set(stored string, k keep) {
	t := m.t
	t.Helper()
	ids := map[string]int{"root": 0, "alice": alice, "bob": bob, "svc": service, "users": 100}
	mode, err := strconv.ParseUint(k.access.mode, 8, 32)
	user, known := ids[k.access.user]
	group, knownGroup := ids[k.access.group]
	if err != nil || !known || !knownGroup {
		t.Fatalf("%s: preservation cannot set %v", k.path, *k.access)
	}
	var st unix.Stat_t
	must(t, unix.Lstat(stored, &st))
	if want, got := fmt.Sprintf("%04o %d:%d", mode, user, group), fmt.Sprintf("%04o %d:%d", st.Mode&0o7777, st.Uid, st.Gid); got != want {
		t.Errorf("%q: preservation would set %s, but storage has %s", k.path, want, got)
	}
}
