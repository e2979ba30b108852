package sqlite_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/sqlite"
)

// run runs statements of the sqlite3 program in a directory, and returns what it prints.
func run(t testing.TB, dir, file, statements string) string {
	t.Helper()
	cmd := exec.Command(probe.Tool(t, "sqlite3"), "-batch", "-bail", filepath.Join(dir, file))
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(statements)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%.300s: %v: %s", statements, err, out)
	}
	return string(out)
}

// load reads a database and its log into memory.
func load(t testing.TB, dir, file string) (main, wal []byte) {
	t.Helper()
	main, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	if wal, err = os.ReadFile(filepath.Join(dir, file+"-wal")); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return main, wal
}

// column opens a database in memory and reads the first column of the table t.
func column(main, wal []byte) ([]string, error) {
	db, err := sqlite.Open(bytes.NewReader(main), bytes.NewReader(wal))
	if err != nil {
		return nil, err
	}
	return db.Column("t", 0)
}

// small returns a database with a table of three rows, one of which has overflow pages.
func small(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	run(t, dir, "db", "PRAGMA page_size=512; CREATE TABLE t(key TEXT, n INTEGER); INSERT INTO t VALUES('a', 1), (hex(zeroblob(900)), 2), ('c', 3);")
	main, _ := load(t, dir, "db")
	return main
}

func TestOpenRefusesWhatItDoesNotRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run(t, dir, "utf16", "PRAGMA encoding='UTF-16le'; CREATE TABLE t(key TEXT);")
	utf16, _ := load(t, dir, "utf16")
	good := small(t)
	change := func(at int, b byte) []byte {
		changed := bytes.Clone(good)
		changed[at] = b
		return changed
	}
	for name, content := range map[string][]byte{
		"empty": nil, "text": []byte(strings.Repeat("no database ", 100)), "only a header of 99 bytes": good[:99], "text in UTF-16": utf16,
		"pages of 3 bytes": change(17, 3), "a page with no usable bytes": change(20, 255),
	} {
		if _, err := column(content, nil); !errors.Is(err, sqlite.ErrFormat) {
			t.Errorf("%s: got %v, want %v", name, err, sqlite.ErrFormat)
		}
	}
}

func TestColumnSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	good := small(t)
	db, err := sqlite.Open(bytes.NewReader(good), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Column("u", 0); !errors.Is(err, sqlite.ErrNoTable) {
		t.Errorf("a missing table: %v", err)
	}
	if got, err := db.Column("T", 1); err != nil || len(got) != 0 {
		t.Errorf("a column of numbers: %q, %v", got, err)
	}
	if got, err := db.Column("t", 7); err != nil || len(got) != 0 {
		t.Errorf("a column that does not exist: %q, %v", got, err)
	}
	got, err := column(good[:1024], nil) // the overflow pages are missing
	if !errors.Is(err, sqlite.ErrCorrupt) || !slices.Equal(got, []string{"a"}) {
		t.Errorf("a file that is cut: %q, %v", got, err)
	}
	index := bytes.Clone(good)
	index[512] = 0x0a
	if _, err := column(index, nil); !errors.Is(err, sqlite.ErrCorrupt) {
		t.Errorf("a page of an index as table: %v", err)
	}
}

// TestColumnEndsInAPageThatIsInItself has a table whose inner page names itself, and pages that name
// each other with a row of overflow pages that never end.
func TestColumnEndsInAPageThatIsInItself(t *testing.T) {
	t.Parallel()
	loop := small(t)
	page := loop[512:1024]
	clear(page)
	page[0] = 0x05
	binary.BigEndian.PutUint32(page[8:], 2)
	if _, err := column(loop, nil); !errors.Is(err, sqlite.ErrCorrupt) {
		t.Errorf("a page in itself: %v", err)
	}
	chain := small(t)
	at := 512 + int(binary.BigEndian.Uint16(chain[512+8+2:])) // the second row
	chain[at], chain[at+1], chain[at+2] = 0x83, 0xff, 0x7f    // 65,407 bytes
	for start := 1024; start < len(chain); start += 512 {
		binary.BigEndian.PutUint32(chain[start:], 3)
	}
	if got, err := column(chain, nil); !errors.Is(err, sqlite.ErrCorrupt) || len(got) != 1 {
		t.Errorf("a chain of overflow pages: %d rows, %v", len(got), err)
	}
}

// TestColumnHasLimits has a table with one page of cells that are all the same long row.
func TestColumnHasLimits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run(t, dir, "db", "PRAGMA page_size=65536; CREATE TABLE t(key TEXT); INSERT INTO t VALUES(printf('%.30000c', 'x'));")
	main, _ := load(t, dir, "db")
	page := main[65536:131072]
	at := page[8:10]
	for i := range 16000 { // pointers, which end before the row
		copy(page[8+2*i:], at)
	}
	binary.BigEndian.PutUint16(page[3:], 16000)
	got, err := column(main, nil)
	if !errors.Is(err, sqlite.ErrLimit) || len(got) > 2000 || len(got) == 0 {
		t.Errorf("%d rows, %v", len(got), err)
	}
}

func TestLogOfAnotherDatabaseIsIgnored(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run(t, dir, "db", "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(key TEXT); INSERT INTO t VALUES('old');\n"+
		"PRAGMA wal_checkpoint(TRUNCATE);\nINSERT INTO t VALUES('new');\n.system cp db copy\n.system cp db-wal copy-wal\n")
	main, wal := load(t, dir, "copy")
	if len(wal) == 0 {
		t.Fatal("the log is empty")
	}
	for name, test := range map[string]struct {
		wal  []byte
		want []string
	}{
		"complete":               {wal, []string{"old", "new"}},
		"cut in the last frame":  {wal[:len(wal)-1], []string{"old"}},
		"only a header":          {wal[:32], []string{"old"}},
		"another salt":           {append(bytes.Clone(wal[:40]), append([]byte{wal[40] ^ 1}, wal[41:]...)...), []string{"old"}},
		"a wrong byte in a page": {append(bytes.Clone(wal[:len(wal)-1]), wal[len(wal)-1]^1), []string{"old"}},
		"not a log":              {[]byte(strings.Repeat("x", 5000)), []string{"old"}},
	} {
		if got, err := column(main, test.wal); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, test.want)
		}
	}
}

func BenchmarkColumn(b *testing.B) {
	dir := b.TempDir()
	run(b, dir, "db", "CREATE TABLE t(key TEXT, hnum INTEGER, idx INTEGER);\n"+
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<3000) INSERT INTO t SELECT 'package-'||i, i, 0 FROM n;")
	main, _ := load(b, dir, "db")
	b.ReportAllocs()
	for b.Loop() {
		if got, err := column(main, nil); err != nil || len(got) != 3000 {
			b.Fatal(len(got), err)
		}
	}
}

func ExampleDB_Column() {
	file := bytes.NewReader(onePage()) // an os.File otherwise
	db, err := sqlite.Open(file, nil)  // and the file with "-wal" at the end of its name, if there is one
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(db.Column("t", 0))
	// Output: [name] <nil>
}
