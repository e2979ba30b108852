package cli

import (
	"encoding/json"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/disktest"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

// stakesScript creates a root and storage like impermanence, in a mount namespace. It counts files
// with the program, and for comparison with find and du.
const stakesScript = `
D=$1 PROGRAM=$2 DISK=$3
mount -t tmpfs -o mode=755 none "$D"
R=$D/root P=$D/persist
mkdir -p "$R" "$P"
mount -t tmpfs none "$R"
if [ -f "$DISK" ]; then mount -o loop "$DISK" "$P"; rmdir "$P/lost+found"; else mount --bind "$DISK" "$P"; fi
# Declared by the configuration, and bound; bound and not in the configuration; declared, and not bound yet.
mkdir -p "$P$R/home/docs/sub" "$R/home/docs" "$P$R/lib/bound" "$R/lib/bound" "$P$R/home/later"
head -c 5000 /dev/zero > "$P$R/home/docs/a"; head -c 70 /dev/zero > "$P$R/home/docs/sub/b"
head -c 300 /dev/zero > "$P$R/lib/bound/state"; echo later > "$P$R/home/later/x"
mkdir -p "$P$R/etc" "$R/etc"; echo id > "$P$R/etc/machine-id"; touch "$R/etc/machine-id"
mount --bind "$P$R/home/docs" "$R/home/docs"; mount --bind "$P$R/lib/bound" "$R/lib/bound"
mount --bind "$P$R/etc/machine-id" "$R/etc/machine-id"
# Stray: a directory with files, a single file beside declared paths, empty directories.
mkdir -p "$P$R/home/old/deep" "$P$R/home/hollow/deeper" "$P/elsewhere"
head -c 12345 /dev/zero > "$P$R/home/old/deep/data"; echo x > "$P$R/home/old/y"; ln -s nowhere "$P$R/home/old/link"
echo lone > "$P$R/home/lone$(printf '\n')name"
# Lost, cache and excluded.
mkdir -p "$R/home/.config/app" "$R/home/node_modules" "$R/skip/deep"
head -c 90000 /dev/zero > "$R/home/.config/app/db"; head -c 11 /dev/zero > "$R/home/new"
head -c 4000 /dev/zero > "$R/home/node_modules/big"; head -c 77 /dev/zero > "$R/skip/deep/f"; echo > "$R/skip/g"
cat > "$D/config.json" <<JSON
{"excludes": ["skip"], "homeDir": "$R/home", "roots": ["$R"], "storagePaths": ["$P"],
 "persistedDirs": ["$R/home/docs/", "$R/home/later"], "persistedFiles": ["$R/etc/machine-id", "$R/home/gone"]}
JSON
le() { "$PROGRAM" --config "$D/config.json" "$@"; }
# The staging directory of an adopt that was killed after copying, before the rename into place.
mkdir "$R/home/half"; echo half > "$R/home/half/f"
strace -f -qq -o /dev/null -e trace=syncfs -e signal=none -e inject=syncfs:signal=KILL:when=1 \
	"$PROGRAM" --config "$D/config.json" adopt "$R/home/half" >/dev/null 2>&1 && echo "adopt was not killed"
rm -r "$R/home/half"
sum() { find "$@" -xdev -type f -printf '%s\n' | awk '{ n++; s += $1 } END { printf "%d %d", n, s }'; }
section() { echo "=== $1"; }
section status; le status --json
section brief; le status --brief
section text; le status
section above; le status --brief --fail-above 1 >/dev/null || echo "status $?"; le status --brief --fail-above 1m >/dev/null && echo fits
section stray; le stray --json
section long; le stray -l
section plain; le stray
section null; le stray -0 | tr '\0\n' '\n?'
section lost; sum "$R/home/.config" "$R/home/new"
section cache; sum "$R/home/node_modules"
section excluded; sum "$R/skip"
section persisted; sum "$P$R/home/docs" "$P$R/lib/bound" "$P$R/etc/machine-id" "$P$R/home/later"
section strays; sum "$P/.list-ephemeral-adopt" "$P$R/home/old" "$P$R/home/lone"*
section apparent; du --apparent-size -sb "$R/home/.config/app/db" | cut -f1
section nothing; echo '{"storagePaths": ["'"$P"'"], "homeDir": "/nowhere"}' > "$D/none.json"; umount "$R/home/docs" "$R/lib/bound" "$R/etc/machine-id"
"$PROGRAM" --config "$D/none.json" stray || echo "status $?"
section nowhere; "$PROGRAM" --config "$D/none.json" stray --storage /nowhere || echo "status $?"
`

func sections(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("unshare", append(probe.Unshare(t), "bash", "-euc", stakesScript, "sh", dir, buildStatic(t), disktest.New(t))...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	found := map[string]string{}
	for part := range strings.SplitSeq(strings.ReplaceAll(string(out), dir, "D"), "=== ") {
		name, text, _ := strings.Cut(part, "\n")
		found[name] = text
	}
	return found
}

func TestStatusAndStrayCountLikeFindAndDu(t *testing.T) {
	t.Parallel()
	s := sections(t)
	var got report.Status
	if err := json.Unmarshal([]byte(s["status"]), &got); err != nil {
		t.Fatalf("%v in %s", err, s["status"])
	}
	for name, a := range map[string]report.Amount{"lost": got.Lost, "cache": got.Cache, "excluded": got.Excluded, "persisted": got.Kept} {
		if counted := strconv.Itoa(a.Files) + " " + strconv.FormatInt(a.Bytes, 10); counted != s[name] {
			t.Errorf("%s: status counts %s, find %s", name, counted, s[name])
		}
	}
	if got.Mounted != 3 || got.Unread != 0 || got.Storage[0].UTF8Path != "D/persist" || !got.Storage[0].Mounted || got.Roots[0].FSType != "tmpfs" {
		t.Errorf("status = %+v", got)
	}
	if len(got.Largest) != 2 || got.Largest[0].Path != "D/root/home/.config/app" || strconv.FormatInt(got.Largest[0].Bytes, 10)+"\n" != s["apparent"] {
		t.Errorf("the largest: %+v, du says %s", got.Largest, s["apparent"])
	}
	var files int
	var bytes int64
	var rows []string
	for line := range strings.Lines(s["stray"]) {
		var row report.StrayLine
		if json.Unmarshal([]byte(line), &row) != nil {
			continue // stderr
		}
		files, bytes = files+row.Files, bytes+row.Bytes
		rows = append(rows, row.Type+" "+row.Path+map[bool]string{true: " empty"}[row.Empty])
	}
	want := []string{
		"directory D/persist/.list-ephemeral-adopt", "file D/persistD/root/home/lonename", "directory D/persistD/root/home/old",
		"directory D/persist/elsewhere empty", "directory D/persistD/root/home/hollow empty",
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("stray (-want +got)\n%s", diff)
	}
	if counted := strconv.Itoa(files-1) + " " + strconv.FormatInt(bytes-int64(len("nowhere")), 10); counted != s["strays"] { // less the symlink
		t.Errorf("stray counts %s, find %s", counted, s["strays"])
	}
}

func TestStatusAndStrayOutput(t *testing.T) {
	t.Parallel()
	s := sections(t)
	for name, texts := range map[string][]string{
		"brief": {"2 files, 88K would be lost at the next reboot (most of it: ~/.config/app/, 88K), and 2 files (78B) hidden by exclude patterns\n"},
		"text": {
			"configuration  D/config.json", "root           D/root on tmpfs none: wiped (stated by --root or the configuration)\n", "storage        D/persist, ", "mounts         3 mounts from storage",
			"snippets       dialect plain; storage path D/persist; clipboard via ", "trace          ptrace: ",
			"lost                   2 files    88K  at the next reboot", "lost, cache            1 files   3.9K  known to be cache",
			"lost, excluded         2 files    78B  hidden by exclude patterns (2 files, 78B neither cache nor created again at boot)", "the newest\n",
		},
		"above":   {"error: 4 files would be lost, more than 1\nstatus 1\nfits\n"},
		"long":    {"  empty    0B", "      3   12K", " D/persistD/root/home/old/\n", "hint: 1 path was left by an adopt that was killed"},
		"plain":   {"D/persist/.list-ephemeral-adopt/\n", "5 files with 12K not declared, and 2 empty directories"},
		"null":    {"D/persistD/root/home/old/\n"},
		"nothing": {"error: no declared paths found in D/persist; refusing to report everything as stray", "hint: declare them as persistedDirs", "status 1"},
		"nowhere": {"error: --storage: stat /nowhere: no such file or directory", "status 2"},
	} {
		for _, text := range texts {
			if !strings.Contains(s[name], text) {
				t.Errorf("%s lacks %q:\n%s", name, text, s[name])
			}
		}
	}
}

func TestFailAbove(t *testing.T) {
	for text, want := range map[string]limit{
		"0": {"0", 0, -1}, "500": {"500", 500, -1}, "10k": {"10k", -1, 10_000}, "1Gi": {"1Gi", -1, 1 << 30}, "0b": {"0b", -1, 0},
	} {
		if got, err := parseLimit(text); got != want || err != nil {
			t.Errorf("parseLimit(%q) = %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-1", "+5M", "-5M", "x", "5 M", "1.5G", "5X", "99999999999999999999"} {
		if _, err := parseLimit(text); !errors.As(err, new(expectedError)) {
			t.Errorf("parseLimit(%q) = %v", text, err)
		}
	}
	lost := report.Amount{Files: 500, Bytes: 10_000}
	for text, fails := range map[string]bool{"": false, "500": false, "499": true, "10k": false, "9k": true} {
		var l limit
		if text != "" {
			l, _ = parseLimit(text)
		}
		if got := l.exceeded(lost, "") != ""; got != fails {
			t.Errorf("limit %q exceeded: %t", text, got)
		}
	}
}

func TestBriefIsOneSafeLine(t *testing.T) {
	for want, s := range map[string]*report.Status{
		"nothing would be lost at the next reboot":                                                                           {},
		"nothing would be lost at the next reboot; 2 paths could not be read":                                                {Unread: 2},
		"nothing listed would be lost at the next reboot; 10 files (4.0K) hidden by exclude patterns would be":               {Hidden: report.Amount{Files: 10, Bytes: 4096}},
		"1 file, 10B would be lost at the next reboot, and 1 file (1B) hidden by exclude patterns; 1 path could not be read": {Lost: report.Amount{Files: 1, Bytes: 10}, Hidden: report.Amount{Files: 1, Bytes: 1}, Unread: 1},
	} {
		if got := s.Brief("/home/a"); got != want {
			t.Errorf("brief = %q, want %q", got, want)
		}
	}
	s := &report.Status{Lost: report.Amount{Files: 1, Bytes: 10}, Largest: []report.TopEntry{{Shown: "/home/a/x\n\x1b[2J", Bytes: 10}}}
	if got := s.Brief("/home/a"); got != `1 file, 10B would be lost at the next reboot (most of it: ~/x\n\e[2J, 10B)` {
		t.Errorf("brief = %q", got)
	}
	if text := string(s.AppendTo(nil, "", time.Now())); strings.Contains(text, "\x1b") {
		t.Errorf("status = %q", text)
	}
}
