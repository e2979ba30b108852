package reboot

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/nspawn"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// receiptUnit is the unit that the NixOS module installs.
const receiptUnit = `[Unit]
DefaultDependencies=false
RequiresMountsFor=/persist
After=local-fs.target
Before=basic.target shutdown.target
Conflicts=shutdown.target
[Service]
Type=oneshot
RemainAfterExit=true
ExecStop=/nix/bin/list-ephemeral receipt --graveyard
`

// TestReceiptIsTrue boots a machine with its root in memory twice, writes a file just before the
// power-off, and asks what was lost. Then it checks the receipt, and plants wrong entries.
func TestReceiptIsTrue(t *testing.T) {
	probe.Need(t, probe.Nspawn, probe.Loop, probe.Ext4)
	l := bootLayout{name: "tmpfs root", build: tmpfsRoot, wiped: []string{"/"}}
	c := newComputer(t, &l)
	must(t, nspawn.AddUnit(c.tree, "receipt.service", receiptUnit, "basic.target"))
	m := c.start()
	m.use()
	late := aliceHome + "/late note"
	m.file(late, "written just before the power-off", 0o640, alice)
	before := m.tree(&l)
	c.stop(m)

	m = c.start()
	lost := nulCut(m.ask(nil, "lost", "--print0", "--all"))
	for _, path := range []string{late, "/srv/www/index.html", "/home/bob/notes"} {
		if !slices.Contains(lost, path) {
			t.Errorf("lost does not list %q, but %d others", path, len(lost))
		}
	}
	m.ask(nil, "restore", late)
	if now := m.tree(&l)[late]; now.String() != before[late].String() {
		t.Errorf("restored as %s, was %s", now, before[late])
	}
	stdout, stderr, status := m.run(nil, "verify")
	if status != 0 || stdout != "" || !strings.Contains(stderr, "lost as said") || strings.Contains(stderr, ": 0 paths lost") {
		t.Errorf("verify of a true receipt: status %d\n%s%s", status, stdout, stderr)
	}
	if brief := m.ask(nil, "status", "--brief"); !strings.Contains(brief, "the last reboot lost ") {
		t.Errorf("status --brief: %s", brief)
	}
	m.plantWrong(c.at("persist"))
	stdout, stderr, status = m.run(nil, "verify")
	found := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	for path, reason := range wrong {
		if !slices.ContainsFunc(found, func(line string) bool { return strings.HasPrefix(line, path+": ") && strings.Contains(line, reason) }) {
			t.Errorf("verify does not report %s: %s", path, reason)
		}
	}
	if status != 1 || len(found) != len(wrong) {
		t.Errorf("verify of a wrong receipt: status %d\n%s%s", status, stdout, stderr)
	}
	c.stop(m)
}

// wrong are paths about which a receipt says something wrong, and what verify reports.
var wrong = map[string]string{
	"/etc/never":               "said to be kept, but it is gone",
	"/home/alice/never/below":  "said to be kept, but it is gone",
	"/persist/never":           "said to be kept, but it is gone",
	"/srv/never":               "said to be kept, but it is gone",
	"/etc":                     "said to be kept, but it was a symlink",
	"/usr":                     "said to be kept, but it was a socket",
	"/etc/machine.key":         "said to be lost, but it is kept now",
	"/var/lib/svc/state.key":   "said to be lost, but it is kept now",
	"/persist/etc/machine.key": "said to be lost, but it is kept now",
	"/nix/etc/config.json":     "said to be lost, but it is there, unchanged",
}

// plantWrong replaces the only receipt in a storage path by one with wrong entries.
func (m *machine) plantWrong(storage string) {
	m.t.Helper()
	names, err := filepath.Glob(storage + "/" + history.Name + "/receipts/*")
	must(m.t, err)
	if len(names) != 1 {
		m.t.Fatalf("receipts: %q", names)
	}
	f, err := os.Open(names[0])
	must(m.t, err)
	defer f.Close()
	r, err := history.NewReader(f)
	must(m.t, err)
	var entries []history.Entry
	for e := (history.Entry{}); r.Next(&e) == nil; {
		if wrong[string(e.Path)] == "" {
			e.Path = slices.Clone(e.Path)
			entries = append(entries, e)
		}
	}
	for path, reason := range wrong {
		e := history.Entry{Item: history.Item{Path: []byte(path), Kind: history.FileRegular}, Class: history.ClassKept}
		switch {
		case strings.Contains(reason, "to be lost"):
			e.Class = history.ClassListed
		case strings.Contains(reason, "symlink"):
			e.Kind = history.FileSymlink
		case strings.Contains(reason, "socket"):
			e.Kind = history.FileSocket
		}
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b history.Entry) int { return strings.Compare(string(a.Path), string(b.Path)) })
	h := r.Header()
	receipts := history.Receipts{Storage: storage}
	later := history.WriteOptions{Now: func() time.Time { return h.Time.Add(time.Millisecond) }}
	must(m.t, os.Remove(names[0]))
	_, err = receipts.Write(m.t.Context(), history.Machine{Boot: h.Boot, Hardware: h.Hardware, Host: h.Host}, later, func(w *history.Writer) error {
		for i := range entries {
			if err := w.Add(&entries[i]); err != nil {
				return err
			}
		}
		return nil
	})
	must(m.t, err)
}

// TestVerifyIsCleanOnEachLayout boots each machine with storage, uses it, boots it again, and checks
// the receipt.
func TestVerifyIsCleanOnEachLayout(t *testing.T) {
	for _, l := range bootLayouts() {
		if l.ordinary {
			continue // it has no storage for a receipt
		}
		t.Run(l.name, func(t *testing.T) {
			if l.slow {
				probe.NeedThorough(t)
			}
			probe.Need(t, append([]*probe.Probe{probe.Nspawn}, l.needs...)...)
			build := l.build
			l.build = func(c *computer) {
				must(t, nspawn.AddUnit(c.tree, "receipt.service", receiptUnit, "basic.target"))
				build(c)
			}
			c := newComputer(t, &l)
			m := c.start()
			m.use()
			c.stop(m)
			m = c.start()
			stdout, stderr, status := m.run(nil, "verify")
			if status != 0 || stdout != "" || !strings.Contains(stderr, "lost as said") || strings.Contains(stderr, ": 0 paths lost") {
				t.Errorf("verify: status %d\n%s%s", status, stdout, stderr)
			}
			c.stop(m)
		})
	}
}
