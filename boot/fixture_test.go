package boot_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// booted is when the machines of testdata were booted: on an ordinary day.
var booted = boot.Time{Start: time.Unix(1_790_000_000, 0), Now: time.Unix(1_790_000_000+9*3600, 0)}

// fixture is a machine of testdata: a mount table, what its disk answers, and what is
// expected of it. The lines of its section "machine" are
//
//	born POINT TIME [file]           the birth of a top directory, or of a file
//	subvolume POINT TIME [snapshot]  the birth of a btrfs subvolume
//	device POINT NAME [LOOPFILE]     the block device, and the backing file of a loop device;
//	below POINT NAME [LOOPFILE]      a device that it is made of
//	upper PATH [denied]              an upper directory is there, or may not be seen
//	sample POINT OLD/SEEN            files of a walk
//	stated PATH                      a root that the user names
//
// TIME is relative to the boot ("-400h", "+3s"), or "never".
type fixture struct {
	table     *mounts.Table
	options   boot.Options
	trees     string
	roots     string
	tops      map[string]boot.Top
	subvols   map[string]boot.Subvolume
	devices   map[string]boot.Device
	uppers    map[string]error
	calls     []string
	callCheck func(call, point string)
}

func (f *fixture) called(call, point string) {
	f.calls = append(f.calls, call+" "+point)
	if f.callCheck != nil {
		f.callCheck(call, point)
	}
}

// Top, Subvolume, Device and Upper answer as the fixture says.
func (f *fixture) Top(m *mounts.Mount) (boot.Top, error) {
	f.called("top", m.Point)
	return f.tops[m.Point], nil
}

func (f *fixture) Subvolume(m *mounts.Mount) (boot.Subvolume, error) {
	f.called("subvolume", m.Point)
	return f.subvols[m.Point], nil
}

func (f *fixture) Device(m *mounts.Mount) (boot.Device, error) {
	f.called("device", m.Point)
	return f.devices[m.Point], nil
}

func (f *fixture) Upper(overlay *mounts.Mount, path string) (string, error) {
	f.called("upper", overlay.Point)
	if err, ok := f.uppers[path]; ok {
		return path, err
	}
	return "", &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}

// readFixture reads a machine, with changes to its text: pairs of old and new.
func readFixture(t testing.TB, name string, changes ...string) *fixture {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(string(text), changes[i]) {
			t.Fatalf("%s has no %q", name, changes[i])
		}
	}
	f := &fixture{
		tops: map[string]boot.Top{}, subvols: map[string]boot.Subvolume{}, devices: map[string]boot.Device{}, uppers: map[string]error{},
		options: boot.Options{Time: booted},
	}
	f.options.Machine = f
	archive := txtar.Parse([]byte(strings.NewReplacer(changes...).Replace(string(text))))
	for _, section := range archive.Files {
		switch data := string(section.Data); section.Name {
		case "mountinfo":
			if f.table, err = mounts.ParseTable(data); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			f.options.Sample = boot.NewSample(f.table)
		case "machine":
			for line := range strings.Lines(data) {
				f.line(t, strings.Fields(line))
			}
		case "trees":
			f.trees = data
		case "roots":
			f.roots = data
		default:
			t.Fatalf("%s: unknown section %s", name, section.Name)
		}
	}
	return f
}

// line reads a line of the section "machine".
func (f *fixture) line(t testing.TB, words []string) {
	t.Helper()
	words = append(words, "", "", "")
	point := words[1]
	switch words[0] {
	case "born":
		f.tops[point] = boot.Top{Born: at(t, words[2]), File: words[3] == "file"}
	case "subvolume":
		f.subvols[point] = boot.Subvolume{Born: at(t, words[2]), Snapshot: words[3] == "snapshot"}
	case "device":
		f.devices[point] = boot.Device{Name: words[2], LoopFile: strings.ReplaceAll(words[3], "(deleted)", " (deleted)")}
	case "below":
		device := f.devices[point]
		device.Below = append(device.Below, boot.Device{Name: words[2], LoopFile: words[3]})
		f.devices[point] = device
	case "upper":
		f.uppers[point] = nil
		if words[2] == "denied" {
			f.uppers[point] = &fs.PathError{Op: "open", Path: point, Err: fs.ErrPermission}
		}
	case "sample":
		old, seen, _ := strings.Cut(words[2], "/")
		fill(t, f.options.Sample.Of(f.table.At(point).ID), number(t, old), number(t, seen))
	case "storage":
		f.options.Storage = append(f.options.Storage, point)
	case "stated":
		f.options.Stated = append(f.options.Stated, point)
	default:
		t.Fatalf("unknown line %q", words)
	}
}

// fill adds files to a sample, of which some are older than the boot.
func fill(t testing.TB, files *boot.Files, old, seen int) {
	t.Helper()
	for i := range seen {
		ctime := booted.Start.Add(time.Minute)
		if i < old {
			ctime = booted.Start.Add(-24 * time.Hour)
		}
		if !files.Add(strconv.Itoa(i), time.Time{}, ctime) {
			t.Fatalf("file %d was not taken", i)
		}
	}
}

func number(t testing.TB, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// at reads a time that is relative to the boot.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	if text == "never" {
		return time.Time{}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return booted.Start.Add(d)
}

// judge judges the machine.
func (f *fixture) judge(t testing.TB) *boot.Trees {
	t.Helper()
	trees, err := boot.Judge(context.Background(), f.table, f.options)
	if err != nil {
		t.Fatal(err)
	}
	return trees
}

// linesOf writes trees as the fixtures expect them, a line each.
func linesOf(trees []boot.Tree) string {
	var b strings.Builder
	for _, tree := range trees {
		b.WriteString(lineOf(tree) + "\n")
	}
	return b.String()
}

// lineOf writes a tree as "POINT ROLE FATE EVIDENCE; EVIDENCE, more facts".
func lineOf(tree boot.Tree) string {
	var evidence []string
	for _, e := range tree.Evidence {
		evidence = append(evidence, wordOf(e))
	}
	line := fmt.Sprintf("%s %v %v %s", tree.Point, tree.Role, tree.Fate, strings.Join(evidence, "; "))
	if len(evidence) == 0 {
		line += "no evidence"
	}
	for _, fact := range []struct {
		name  string
		value any
		there bool
	}{
		{"alias of", tree.Alias, tree.Alias != ""},
		{"upper", tree.Upper, tree.Upper != ""},
		{"work", tree.Work, tree.Work != ""},
		{"no upper:", tree.UpperProblem, tree.UpperProblem != nil},
		{"file", "", tree.File},
		{"problem:", tree.Problem, tree.Problem != nil},
	} {
		if fact.there {
			line += strings.TrimRight(fmt.Sprintf(", %s %v", fact.name, fact.value), " ")
		}
	}
	return line
}

// wordOf writes a piece of evidence: its kind, its facts, and the fate that it shows.
func wordOf(e boot.Evidence) string {
	var facts []string
	for _, fact := range []string{e.FSType, e.Device, e.Path} {
		if fact != "" {
			facts = append(facts, fact)
		}
	}
	if e.Tree != "" {
		facts = append(facts, "on "+e.Tree)
	}
	if !e.Born.IsZero() {
		facts = append(facts, "born "+e.Born.Sub(e.Boot).String())
	}
	if e.Snapshot {
		facts = append(facts, "snapshot")
	}
	if e.Seen > 0 {
		facts = append(facts, fmt.Sprintf("%d of %d older", e.Old, e.Seen))
	}
	return fmt.Sprintf("%v(%s)=%v", e.Kind, strings.Join(facts, " "), e.Fate)
}

// pointsOf returns the mount points of trees.
func pointsOf(trees []boot.Tree) []string {
	var points []string
	for _, tree := range trees {
		points = append(points, tree.Point)
	}
	return points
}

// fixtures returns the names of all machines of testdata.
func fixtures(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) < 12 {
		t.Fatalf("%d fixtures, %v", len(names), err)
	}
	for i := range names {
		names[i] = strings.TrimSuffix(filepath.Base(names[i]), ".txtar")
	}
	slices.Sort(names)
	return names
}
