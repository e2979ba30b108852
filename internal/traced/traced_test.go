package traced_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/traced"
	"github.com/DaRacci/list-ephemeral/trace"
)

// testSession returns a session whose root is dir, with the home dir/home.
func testSession(t testing.TB, excludes ...string) (s *session.Session, dir string) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", "")
	dir = t.TempDir()
	config := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(config, []byte(`{"homeDir": "`+dir+`/home"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := session.New(session.Options{Config: config, Roots: []string{dir}, Excludes: excludes})
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

const (
	made  = trace.Create | trace.Write
	file  = syscall.S_IFREG | 0o644
	isDir = syscall.S_IFDIR | 0o755
)

// reportOf returns a trace of paths below dir, each as "OPS NAME": "+" is created, "~" written, "<"
// read, "-" deleted, "?" looked up, "!" executed, "*" untraced. A name with a slash at the end is a
// directory, with "=" a socket, and with "@" a symlink.
func reportOf(dir string, paths ...string) *trace.Report {
	r := &trace.Report{Homes: []string{dir + "/home"}}
	for _, text := range paths {
		ops, name, _ := strings.Cut(text, " ")
		p := trace.Path{Mode: file, Size: 1000, By: []trace.By{{Program: "/bin/p", Ops: trace.Read}}}
		for _, op := range ops {
			p.Ops |= map[rune]trace.Op{'+': made, '~': trace.Write, '<': trace.Read, '-': trace.Delete, '?': trace.Lookup, '!': trace.Exec, '*': trace.Untraced}[op]
			p.Missing = p.Missing || op == '-'
		}
		for suffix, mode := range map[string]uint32{"/": isDir, "=": syscall.S_IFSOCK, "@": syscall.S_IFLNK} {
			if before, ok := strings.CutSuffix(name, suffix); ok {
				name, p.Mode = before, mode
			}
		}
		if before, size, ok := strings.Cut(name, "#"); ok {
			name = before
			_, _ = fmt.Sscan(size, &p.Size)
		}
		p.Name = dir + "/" + name
		r.Paths = append(r.Paths, p)
	}
	slices.SortFunc(r.Paths, func(a, b trace.Path) int { return strings.Compare(a.Name, b.Name) })
	return r
}

func TestGroups(t *testing.T) {
	s, dir := testSession(t)
	for _, tt := range []struct {
		name, path string
		want       report.TraceGroup
	}{
		{"a new file", "+ home/new", report.TraceKeep},
		{"only read", "< home/.gitconfig", report.TraceRead},
		{"executed", "! bin/tool", report.TraceRead},
		{"looked up", "? home/x", report.TraceRead},
		{"deleted again", "+- home/x", report.TraceRuntime},
		{"a socket", "+ home/.gnupg/S.gpg-agent=", report.TraceRuntime},
		{"a process ID", "+ srv/postmaster.pid#90", report.TraceRuntime},
		{"an empty lock", "+ home/.x/write.lock#0", report.TraceRuntime},
		{"a lock with a process ID", "+ srv/lock#20", report.TraceRuntime},
		{"a symlink that is a lock", "+ home/prof/SingletonLock@", report.TraceRuntime},
		{"a file that only looks like a lock", "+ home/src/package-lock.json", report.TraceKeep},
		{"a lock file with data", "+ home/src/Cargo.lock#5000", report.TraceKeep},
		{"a cache of Chromium", "+ home/prof/Default/GPUCache/data_1", report.TraceCache},
		{"~/.cache", "+ home/.cache/x/y", report.TraceCache},
		{"a directory that is a cache", "+ home/prof/ShaderCache/", report.TraceCache},
		{"a name that ends like a cache", "+ srv/plugin-cache/x", report.TraceCache},
		{"a file that is named like a cache", "+ home/mycache", report.TraceKeep},
		{"harmless by its class of data", "+ home/.npm/_update-notifier-last-checked", report.TraceCache},
		{"a log by its class of data", "+ home/.npm/_logs/x.log", report.TraceRuntime},
		{"an identity in a cache", "+ home/.cache/huggingface/token", report.TraceKeep},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := traced.Select(s, reportOf(dir, tt.path), traced.Options{All: true, Missing: true})
			if len(got) != 1 || got[0].Group != tt.want || !got[0].Shown {
				t.Errorf("got %+v, want %v", got, tt.want)
			}
		})
	}
}

func TestTaggedDirectoriesAreCaches(t *testing.T) {
	s, dir := testSession(t)
	if err := os.MkdirAll(dir+"/made/deep", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/made/CACHEDIR.TAG", []byte("Signature: 8a477f597d28d172789f06886806bc55\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := traced.Select(s, reportOf(dir, "+ made/deep/x"), traced.Options{}); got[0].Group != report.TraceCache {
		t.Errorf("got %v", got[0].Group)
	}
}

// TestSelect checks which paths are shown, and their order.
func TestSelect(t *testing.T) {
	s, dir := testSession(t, "excluded")
	r := reportOf(dir, "< a", "+ home/x.pid", "+ home/.cache/c", "~ home/k", "+ home/k2", "+ excluded", "+- gone", "+ made/", "? looked")
	for i := range r.Paths {
		r.Paths[i].Reread = strings.HasSuffix(r.Paths[i].Name, "k2")
	}
	for _, tt := range []struct {
		name string
		opts traced.Options
		want string
	}{
		{"changed files", traced.Options{}, "home/k2 home/k home/x.pid"},
		{"with reads", traced.Options{Read: true}, "home/k2 home/k home/x.pid a looked"},
		{"with missing ones", traced.Options{Missing: true}, "home/k2 home/k gone home/x.pid"},
		{"everything", traced.Options{All: true}, "home/k2 home/k made home/.cache/c home/x.pid a looked"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range traced.Select(s, r, tt.opts) {
				if p.Shown {
					got = append(got, strings.TrimPrefix(p.Name, dir+"/"))
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUnits checks the answers for programs, in the form "GROUP PATH".
func TestUnits(t *testing.T) {
	for _, tt := range []struct {
		name  string
		paths []string
		want  string
	}{
		{"a database: what the program created", []string{"+ work/pg/", "+ work/pg/base/", "+ work/pg/base/1", "+ work/pg/global/", "+ work/pg/postmaster.pid", "< work/conf"}, "keep work/pg/"},
		{"a browser: caches inside are kept with it", []string{"+ prof/", "+ prof/Cookies", "+ prof/GPUCache/", "+ prof/GPUCache/a", "+ prof/SingletonSocket="}, "keep prof/"},
		{"files in an existing directory", []string{"~ work/file", "+ work/other"}, "keep work/file, keep work/other"},
		{"many files in an existing directory", []string{"+ work/1", "+ work/2", "+ work/3", "+ work/4", "+ work/5"}, "keep work/"},
		{"many files in a home", []string{"+ home/1", "+ home/2", "+ home/3", "+ home/4", "+ home/5"}, "keep home/1, keep home/2, keep home/3, keep home/4, keep home/5"},
		{"many files in a root", []string{"+ 1", "+ 2", "+ 3", "+ 4", "+ 5"}, "keep 1, keep 2, keep 3, keep 4, keep 5"},
		{"an existing place in a container", []string{"~ home/.config/app/a", "~ home/.config/app/sub/b"}, "keep home/.config/app/"},
		{"a container that was created", []string{"+ home/.config/", "+ home/.config/app/", "+ home/.config/app/a", "+ home/.config/b"}, "keep home/.config/app/, keep home/.config/b"},
		{"a hidden directory in the home", []string{"~ home/.gnupg/pubring.kbx", "+ home/.gnupg/S.gpg-agent="}, "keep home/.gnupg/"},
		{"a repository", []string{"~ work/r/.git/index", "+ work/r/.git/objects/ab/", "+ work/r/.git/objects/ab/c", "+ work/r/.git/logs/", "+ work/r/.git/logs/HEAD"}, "keep work/r/.git/"},
		{"only a cache", []string{"+ home/.npm/", "+ home/.npm/_cacache/", "+ home/.npm/_cacache/x", "+ home/.npm/_logs/", "+ home/.npm/_logs/y"}, "cache home/.npm/"},
		{"an existing cache", []string{"+ home/.cache/go-build/00/", "+ home/.cache/go-build/00/a", "~ home/.cache/go-build/01/b", "+ work/out"}, "keep work/out, cache home/.cache/go-build/"},
		{"sockets", []string{"+ srv/s=", "+ srv/x.pid"}, "runtime srv/s, runtime srv/x.pid"},
		{"an empty directory", []string{"+ new/"}, "keep new/"},
		{"changes that were not traced", []string{"* other/x", "+ made/", "* made/y"}, "keep made/"},
		{"nothing is changed", []string{"< home/.gitconfig", "? x"}, ""},
		{"what does not exist any more", []string{"+- new/tmp", "+ new/", "+ new/a"}, "keep new/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, dir := testSession(t)
			var got []string
			for _, u := range traced.Units(s, reportOf(dir, tt.paths...), traced.Options{}) {
				got = append(got, u.Group.String()+" "+strings.TrimPrefix(u.Name(), dir+"/"))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestUnitsCountEachFileOnce compares the counts with those of the paths.
func TestUnitsCountEachFileOnce(t *testing.T) {
	s, dir := testSession(t)
	r := reportOf(dir, "+ prof/", "+ prof/a", "+ prof/GPUCache/", "+ prof/GPUCache/b", "+ prof/GPUCache/c", "+ prof/s=", "~ home/.config/x/y", "< z")
	units := traced.Units(s, r, traced.Options{Read: true})
	files, bytes := 0, int64(0)
	for _, u := range units {
		n, size := u.Total()
		files, bytes = files+n, bytes+size
	}
	if files != 6 || bytes != 6000 {
		t.Errorf("got %d files of %d bytes in %+v", files, bytes, units)
	}
	prof := units[slices.IndexFunc(units, func(u report.TracedUnit) bool { return u.Path == dir+"/prof" })]
	if prof.Files[report.TraceCache] != 2 || prof.Files[report.TraceRuntime] != 1 || prof.Files[report.TraceKeep] != 1 {
		t.Errorf("got %+v", prof)
	}
	if len(prof.By) != 1 || prof.By[0].Program != "/bin/p" {
		t.Errorf("got programs %+v", prof.By)
	}
}

// FuzzUnits checks that each shown path is in exactly one unit, or is a directory of several programs.
func FuzzUnits(f *testing.F) {
	f.Add("+ a/\n+ a/b\n~ home/.config/x\n+ a/Cache/c")
	f.Add("+ home/\n+ home/.cache/\n+ 1\n+ 2\n+ 3\n+ 4\n+ 5")
	s, dir := testSession(f)
	f.Fuzz(func(t *testing.T, text string) {
		var lines []string
		seen := map[string]bool{}
		for line := range strings.SplitSeq(text, "\n") {
			ops, name, _ := strings.Cut(line, " ")
			if name = strings.TrimRight(name, "/=@"); name == "" || filepath.Clean("/"+name) != "/"+name || strings.ContainsAny(name, "#\x00") || seen[name] {
				continue
			}
			seen[name] = true
			lines = append(lines, ops+" "+name)
		}
		r := reportOf(dir, lines...)
		files := 0
		for _, u := range traced.Units(s, r, traced.Options{Read: true}) {
			n, _ := u.Total()
			files += n
		}
		want := 0
		for _, p := range traced.Select(s, r, traced.Options{Read: true}) {
			if p.Shown {
				want++
			}
		}
		if files < want {
			t.Errorf("%q: got %d files in units, want at least %d", lines, files, want)
		}
	})
}

func BenchmarkUnits(b *testing.B) {
	s, dir := testSession(b)
	var lines []string
	for i := range 100 {
		lines = append(lines, fmt.Sprintf("+ work/d%d/", i))
		for j := range 100 {
			lines = append(lines, fmt.Sprintf("+ work/d%d/f%d", i, j))
		}
	}
	r := reportOf(dir, lines...)
	b.ReportAllocs()
	for b.Loop() {
		traced.Units(s, r, traced.Options{})
	}
}

func ExampleUnits() {
	s, err := session.New(session.Options{Roots: []string{"/"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	r := &trace.Report{Paths: []trace.Path{
		{Name: "/srv/pg", Ops: trace.Create, Mode: isDir},
		{Name: "/srv/pg/PG_VERSION", Ops: made, Mode: file, Size: 3},
	}}
	for _, u := range traced.Units(s, r, traced.Options{}) {
		files, bytes := u.Total()
		fmt.Println(u.Group, u.Name(), files, bytes)
	}
	// Output: keep /srv/pg/ 1 3
}
