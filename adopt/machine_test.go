package adopt

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// onMachine runs a shell script in a separate mount namespace, for ordinary users in a user
// namespace. The script has the variables $SOURCE, $STORE and $TARGET (the source's path in
// storage), and the command "adopt PATH...".
func (g *ground) onMachine(script string) string {
	g.t.Helper()
	const prelude = `adopt() { ` + runEnv + `="$STORE" "$PROGRAM" "$@" && echo status 0 || echo "status $?"; }
`
	cmd := exec.Command("unshare", append(probe.Unshare(g.t), "sh", "-euc", prelude+script)...)
	cmd.Env = append(os.Environ(), "SOURCE="+g.source, "STORE="+g.store, "TARGET="+g.stored("."), "PROGRAM="+os.Args[0])
	out, err := cmd.CombinedOutput()
	if err != nil {
		g.t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// says checks that an output contains texts, and does not contain those that begin with "!".
func (g *ground) says(out string, texts ...string) {
	g.t.Helper()
	for _, text := range texts {
		text, lacks := strings.CutPrefix(text, "!")
		if strings.Contains(out, text) == lacks {
			g.t.Errorf("the output contains %q: %t\n%s", text, lacks, out)
		}
	}
}

func TestFullStorageGetsNoIncompleteCopy(t *testing.T) {
	g := newGround(t)
	g.write("app/a", strings.Repeat("x", 300<<10))
	g.write("app/b", strings.Repeat("y", 300<<10))
	g.write("app/c", strings.Repeat("z", 900<<10))
	g.write("lone", "fits")
	out := g.onMachine(`
mount -t tmpfs -o size=1m none "$STORE"
adopt "$SOURCE/app" "$SOURCE/lone"
echo "--- there"; find "$STORE" -type f
mount -o remount,size=64m "$STORE"
adopt "$SOURCE/app" "$SOURCE/lone"
rsync -aHAXSnic "$SOURCE/app/" "$TARGET/app/"
echo "--- end"
`)
	g.says(out, "app/c no space left on device", "failed "+g.at("app"), "copied "+g.at("lone"), "--- there\n"+g.stored("lone")+"\ncopied", "status 0\n--- end\n")
}

func TestMountsInADirectoryAreLeftOut(t *testing.T) {
	g := newGround(t)
	g.write("app/f", "mine")
	g.write("app/dir/f", "below")
	g.write("app/file", "below")
	g.write("lone", "x")
	out := g.onMachine(`
mount -t tmpfs none "$SOURCE/app/dir"; echo other > "$SOURCE/app/dir/other"
mount --bind /etc/hostname "$SOURCE/app/file"; mount --bind /etc/hostname "$SOURCE/lone"
adopt "$SOURCE/app" "$SOURCE/lone"
find "$STORE"
adopt "$SOURCE/app"
`)
	g.says(out, "copied "+g.at("app"), g.stored("app/f"), "!"+g.stored("app/dir"), "!"+g.stored("app/file"), "failed "+g.at("lone"), mountedError(g.at("lone")).Error())
	g.says(out[strings.LastIndex(out, g.stored("app")):], "present "+g.at("app"), "status 0")
}

func TestStorageWithinTheSourceIsNotCopied(t *testing.T) {
	g := newGround(t)
	g.write("app/f", "mine")
	out := g.onMachine(`
STORE="$SOURCE/app/persist"; mkdir "$STORE"; mount -t tmpfs none "$STORE"
adopt "$SOURCE/app"
find "$STORE" -type f
`)
	g.says(out, "copied "+g.at("app"), g.at("app/persist")+g.at("app/f"), "!"+g.at("app/persist")+g.at("app/persist"))
}

// TestBlocksAreShared copies on a file system that can share blocks, between two subvolumes with
// different device numbers.
func TestBlocksAreShared(t *testing.T) {
	probe.Need(t, probe.Root, probe.Loop, probe.Btrfs)
	g := newGround(t)
	out := g.onMachine(`
cd "$(dirname "$SOURCE")"
truncate -s 256m disk; mkfs.btrfs -q disk; mount -o loop disk "$SOURCE"
trap 'cd /; umount -l "$SOURCE"' EXIT
btrfs -q subvolume create "$SOURCE/@persist"; STORE="$SOURCE/@persist"
mkdir "$SOURCE/app"; head -c 60000000 /dev/urandom > "$SOURCE/app/data"; cp "$SOURCE/app/data" "$SOURCE/app/own"
sync -f "$SOURCE"; before=$(df --output=used -B1M "$SOURCE" | tail -1)
adopt "$SOURCE/app"
sync -f "$SOURCE"; after=$(df --output=used -B1M "$SOURCE" | tail -1)
cmp "$SOURCE/app/data" "$STORE$SOURCE/app/data"
[ $((after - before)) -lt 20 ] && echo shared
`)
	g.says(out, "copied", "shared")
}

// TestOrdinaryUsersGetNoIncompleteCopies runs as a user who may not read all files of a directory.
func TestOrdinaryUsersGetNoIncompleteCopies(t *testing.T) {
	probe.Need(t, probe.Root)
	g := newGround(t)
	g.must(os.Chmod(filepath.Dir(g.source), 0o755), os.Chmod(filepath.Dir(filepath.Dir(g.source)), 0o755))
	g.write("app/mine", "mine")
	g.write("app/secret", "root's")
	g.write("own/f", "mine")
	g.must(os.Chmod(g.at("app/secret"), 0o600), os.Chmod(g.store, 0o777))
	for _, name := range []string{".", "app", "app/mine", "own", "own/f"} {
		g.must(os.Lchown(g.at(name), 65534, 65534))
	}
	// The parent directories belong to root. An ordinary user cannot make such directories, so they
	// exist already.
	g.must(os.MkdirAll(g.stored("."), 0o755), os.Chown(g.stored("."), 65534, 65534))
	program := filepath.Join(t.TempDir(), "adopt")
	g.must(os.Chmod(filepath.Dir(program), 0o755), os.Chmod(filepath.Dir(filepath.Dir(program)), 0o755))
	tool(t, "cp", os.Args[0], program)
	cmd := exec.Command(program, g.at("app"), g.at("own"))
	cmd.Env = append(os.Environ(), runEnv+"="+g.store)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	cmd.Dir = "/"
	out, _ := cmd.CombinedOutput()
	g.says(string(out), "failed "+g.at("app"), g.at("app/secret")+" permission denied", "copied "+g.at("own"))
	g.same("own")
	if _, err := os.Lstat(g.stored("app")); err == nil {
		t.Error("an incomplete copy of the directory exists")
	}
	g.expect(g.adopt("app"), "copied app 2")
	g.same("app")
}

// TestFewDescriptorsAreEnough copies files of many directories, extends many directories, and
// compares many existing ones.
func TestFewDescriptorsAreEnough(t *testing.T) {
	g := newGround(t)
	for i := range 400 {
		g.write("many/"+strconv.Itoa(i)+"/a", "x")
		g.write("many/"+strconv.Itoa(i)+"/b", "y")
	}
	out := g.onMachine(`
ulimit -n 64
set -- $(find "$SOURCE/many" -name a)
adopt "$@" | sort | uniq -c | sort -rn | grep -c copied
adopt "$@" | grep -c present
adopt "$SOURCE/many" | cut -c1-6
`)
	g.says(out, "400\n400\ncopied\nstatus\n")
	if out := tool(t, "rsync", "-aHAXSnic", "--omit-dir-times", g.at("many")+"/", g.stored("many")+"/"); out != "" {
		t.Errorf("rsync would change\n%s", out)
	}
}
