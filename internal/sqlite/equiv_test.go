package sqlite_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestColumnAgreesWithSQLite has sqlite3 make databases with random rows, in all sizes of pages and in
// both modes, and compares after each transaction a copy of the files, as they are at that moment,
// with what sqlite3 reads from the copy.
func TestColumnAgreesWithSQLite(t *testing.T) {
	t.Parallel()
	for i := range probe.Cases(8, 48) {
		size := 512 << (i % 8)
		t.Run(fmt.Sprintf("%d/pages of %d", i, size), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			copies := makeCopies(t, dir, rand.New(rand.NewPCG(uint64(i), 1)), size, []string{"WAL", "DELETE", "WAL"}[i%3])
			rows, logs := 0, 0
			for _, name := range copies {
				main, wal := load(t, dir, name)
				got, err := column(main, wal)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				var want []string
				for line := range strings.Lines(run(t, dir, name, "SELECT hex(key) FROM t WHERE typeof(key) IN ('text', 'blob') ORDER BY rowid;")) {
					text, err := hex.DecodeString(strings.TrimSpace(line))
					if err != nil {
						t.Fatal(err)
					}
					want = append(want, string(text))
				}
				if !slices.Equal(got, want) {
					t.Fatalf("%s: %d rows, sqlite3 has %d", name, len(got), len(want))
				}
				rows += len(got)
				if len(wal) > 0 {
					logs++
				}
			}
			main, _ := load(t, dir, "db")
			if got := binary.BigEndian.Uint16(main[16:]); got != uint16(size|size>>16) { // 1 is 65,536
				t.Errorf("pages of %d bytes", got)
			}
			if rows == 0 || i%3 != 1 && logs == 0 {
				t.Errorf("%d rows, %d logs", rows, logs)
			}
		})
	}
}

// makeCopies makes a database, and returns the names of copies of it. In WAL mode, some are taken
// within a transaction whose pages are in the log already.
func makeCopies(t *testing.T, dir string, r *rand.Rand, pageSize int, mode string) (copies []string) {
	t.Helper()
	var script strings.Builder
	fmt.Fprintf(&script, "PRAGMA page_size=%d; PRAGMA auto_vacuum=%d;\n.filectrl reserve_bytes %d\nPRAGMA journal_mode=%s; PRAGMA wal_autocheckpoint=%d; PRAGMA cache_size=4;\n", pageSize, r.IntN(3), r.IntN(2)*24, mode, r.IntN(60))
	script.WriteString("CREATE TABLE other(x); CREATE TABLE t(key TEXT NOT NULL, hnum INTEGER NOT NULL, idx); CREATE INDEX i ON t(key);\n")
	take := func() {
		name := fmt.Sprintf("copy%d", len(copies))
		copies = append(copies, name)
		fmt.Fprintf(&script, ".system cp db %s\n.system if [ -e db-wal ]; then cp db-wal %s-wal; fi\n", name, name)
	}
	for range 8 {
		script.WriteString("BEGIN;\n")
		for range r.IntN(60) {
			if r.IntN(4) == 0 {
				fmt.Fprintf(&script, "DELETE FROM t WHERE rowid %% %d = 0;\n", 2+r.IntN(9))
			}
			fmt.Fprintf(&script, "INSERT INTO t VALUES(%s, %d, NULL);\n", randomKey(r), r.Int64()-r.Int64())
			fmt.Fprintf(&script, "INSERT INTO other VALUES(zeroblob(%d));\n", r.IntN(2000))
		}
		if mode == "WAL" {
			take()
		}
		script.WriteString([]string{"COMMIT;\n", "COMMIT;\n", "COMMIT;\n", "ROLLBACK;\n"}[r.IntN(4)])
		take()
	}
	run(t, dir, "db", script.String())
	return copies
}

// randomKey returns an expression of SQL: texts and blobs from a few bytes to several pages, and
// values of other types.
func randomKey(r *rand.Rand) string {
	switch r.IntN(8) {
	case 0:
		return fmt.Sprintf("x'%x'", fmt.Sprint(r.Int64()))
	case 1:
		return fmt.Sprintf("printf('%%.%dc', 'x')", r.IntN(20_000))
	case 2:
		return "x'ff00'"
	case 3:
		return "''"
	}
	return fmt.Sprintf("'package-%d'", r.IntN(1e6))
}
