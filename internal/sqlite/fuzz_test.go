package sqlite_test

import (
	"bytes"
	"testing"
)

// FuzzColumn reads any bytes as a database and as a log. It must end, and a name must be in one of them
// unless it has more than one page.
func FuzzColumn(f *testing.F) {
	f.Add(header(), []byte(nil))
	f.Add(onePage(), []byte(nil))
	f.Add(onePage(), []byte("\x37\x7f\x06\x82\x00\x2d\xe2\x18\x00\x00\x02\x00"))
	f.Fuzz(func(t *testing.T, main, wal []byte) {
		names, err := column(main, wal)
		for _, name := range names {
			if len(name) < 400 && !bytes.Contains(main, []byte(name[:min(len(name), 20)])) && !bytes.Contains(wal, []byte(name[:min(len(name), 20)])) {
				t.Errorf("%q is in no file, %v", name, err)
			}
		}
	})
}

func TestColumnReadsPagesMadeByHand(t *testing.T) {
	t.Parallel()
	if got, err := column(onePage(), nil); err != nil || len(got) != 1 || got[0] != "name" {
		t.Errorf("%q, %v", got, err)
	}
}

// header returns the header of a database with pages of 512 bytes.
func header() []byte {
	content := make([]byte, 512)
	copy(content, "SQLite format 3\x00\x02\x00\x01\x01\x00\x40\x20\x20")
	content[59], content[100] = 1, 0x0d
	return content
}

// onePage returns a database with a table "t" of one row, "name", made by hand.
func onePage() []byte {
	content := append(header(), make([]byte, 512)...)
	schema := []byte{14, 1, 6, 23, 15, 15, 1, 0, 't', 'a', 'b', 'l', 'e', 't', 't', 2}
	schema[0] = byte(len(schema) - 2)
	copy(content[512-len(schema):], schema)
	content[104] = 1
	content[108], content[109] = byte((512-len(schema))>>8), byte((512-len(schema))&0xff)
	row := []byte{6, 1, 2, 21, 'n', 'a', 'm', 'e'}
	copy(content[1024-len(row):], row)
	content[512], content[516] = 0x0d, 1
	content[520], content[521] = byte((512-len(row))>>8), byte((512-len(row))&0xff)
	return content
}
