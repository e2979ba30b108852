package history

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
)

// FuzzReader reads any receipt. If it is refused, there is a reason.
func FuzzReader(f *testing.F) {
	f.Add(receiptOf(f, nil))
	f.Add(receiptOf(f, []Entry{{Item: Item{Path: []byte("/a\xff"), Kind: FileRegular, Size: 5, ModTime: time.Unix(1, 2)}, Class: ClassListed, Mode: 0o644}}))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, data []byte) { _, _ = readAny(t, data) })
}

// FuzzLines is FuzzReader behind the compression, which a fuzzer hardly gets through. What was read
// can be written and read again.
func FuzzLines(f *testing.F) {
	header := `{"schema":1,"boot":"b","host":"h","time":"2026-11-29T12:00:00Z","listed":1,"kept":0,"bytes":5,"complete":true}`
	f.Add([]byte(header), []byte(`{"path":"/a","kind":"file","size":5,"mtime":1,"mtimeNs":2,"mode":420,"uid":0,"gid":0,"class":"listed"}`+"\n"+`{"end":true,"lines":1}`+"\n"))
	f.Add([]byte(header), []byte(`{"pathBytes":"L/8=","kind":"dir`))
	f.Add([]byte(`{"schema":2}`), []byte("\n\n"))
	f.Fuzz(func(t *testing.T, header, body []byte) {
		if len(header) < headerSize {
			header = append(append(header, bytes.Repeat([]byte(" "), headerSize-1-len(header))...), '\n')
		}
		var b bytes.Buffer
		for _, text := range [][]byte{header, body} {
			z, _ := gzip.NewWriterLevel(&b, gzip.NoCompression)
			_, _ = z.Write(text)
			z.Close()
		}
		all, ok := readAny(t, b.Bytes())
		if !ok || len(all) == 0 {
			return
		}
		again, ok := readAny(t, receiptOf(t, all))
		if !ok || len(again) != len(all) {
			t.Fatalf("%d entries, expected %d", len(again), len(all))
		}
		for i := range all {
			if !bytes.Equal(again[i].Path, all[i].Path) || !again[i].ModTime.Equal(all[i].ModTime) || again[i].Class != all[i].Class {
				t.Fatalf("entry %d is %+v, expected %+v", i, again[i], all[i])
			}
		}
	})
}

// readAny reads a receipt, and reports whether it is intact. If not, it checks the error.
func readAny(t *testing.T, data []byte) (all []Entry, ok bool) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data))
	for err == nil {
		var e Entry
		if err = r.Next(&e); err == nil {
			e.Path = bytes.Clone(e.Path)
			all = append(all, e)
		}
	}
	if errors.Is(err, io.EOF) {
		return all, true
	}
	if p := (*ReasonError)(nil); !errors.As(err, &p) {
		t.Fatalf("the error %v has no reason", err)
	}
	return all, false
}

// FuzzPlainLine compares the parser of plain lines with encoding/json, and the writer likewise.
func FuzzPlainLine(f *testing.F) {
	f.Add([]byte(`{"path":"/a","kind":"file","size":5,"mtime":1,"mtimeNs":2,"mode":420,"uid":0,"gid":0,"class":"listed"}`))
	f.Add([]byte(`{"path":"/a","kind":"file","size":05,"mtime":-0,"mtimeNs":2,"mode":99999999999,"uid":0,"gid":0,"class":"listed"}`))
	f.Add([]byte(`{"path":"/a\n","kind":"file","size":999999999999999999999}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var quick, slow line
		if !parsePlain(text, &quick) {
			return
		}
		if err := json.Unmarshal(text, &slow); err != nil || quick != slow {
			t.Fatalf("%+v\nexpected\n%+v, %v", quick, slow, err)
		}
		var e Entry
		if err := (&Reader{}).parse(&quick, &e); err != nil {
			return
		}
		enc := jsonline.NewEncoder()
		if got, want := appendEntry(nil, enc, &e), enc.Append(nil, &slow); !bytes.Equal(got, want) {
			t.Fatalf("%s\nexpected\n%s", got, want)
		}
	})
}

// memory is the file of a receipt in memory.
type memory struct{ bytes.Buffer }

func (m *memory) WriteAt(p []byte, off int64) (int, error) { return copy(m.Bytes()[off:], p), nil }

// receiptOf writes a receipt in memory.
func receiptOf(t testing.TB, entries []Entry) []byte {
	t.Helper()
	var m memory
	w, err := newWriter(&m, Header{Schema: Schema, Boot: "b", Host: "h", Time: time.Unix(1, 0).UTC()}, func() bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	for i := range entries {
		if err := w.Add(&entries[i]); err != nil {
			t.Fatalf("%+v: %v", entries[i], err)
		}
	}
	if err := w.finish(); err != nil {
		t.Fatal(err)
	}
	return m.Bytes()
}

// FuzzTimeOfName parses any name. A time that is formatted as the rollback script does is found.
func FuzzTimeOfName(f *testing.F) {
	for _, name := range []string{"2026-11-3_08:00:00", "root.20261130T0815", "1790000000", "autosnap_2026-11-04_09:00:01_daily", "2026-13-41", "9999-99-99_99:99:99"} {
		f.Add(name, int64(1_790_000_000))
	}
	f.Fuzz(func(t *testing.T, name string, unix int64) {
		if at, ok := timeOfName(name, time.UTC); ok && (at.Year() < 1899 || at.Year() > 2100) {
			t.Errorf("%q is %v", name, at)
		}
		_, _, _ = parseBtrbk(name, time.UTC)
		when := time.Unix(unix, 0).UTC()
		if when.Year() < 1900 || when.Year() > 2099 {
			return
		}
		for _, layout := range []string{"2006-01-2_15:04:05", "20060102T150405Z0700", "2006-01-02T15:04:05Z0700"} {
			if got, ok := timeOfName(when.Format(layout), time.UTC); !ok || !got.Equal(when) {
				t.Errorf("%s is %v, %t", when.Format(layout), got, ok)
			}
		}
	})
}

// FuzzSnapper parses any info.xml.
func FuzzSnapper(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><snapshot><type>single</type><num>7</num><date>2026-11-03 09:15:02</date></snapshot>`))
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY a "b">]><snapshot><date>&a;</date></snapshot>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if at, err := parseSnapper(text); err == nil && at.Location() != time.UTC {
			t.Errorf("%v", at)
		}
	})
}

// FuzzGrave parses any record of a grave.
func FuzzGrave(f *testing.F) {
	f.Add([]byte(`{"schema":1,"boot":"abc","host":"h","time":"2026-11-29T12:00:00Z","files":1,"bytes":2}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		const name = "2026-11-29T120000Z-abc"
		if g, err := parseGrave(text, name); err == nil && (g.Name != name || g.Files < 0 || g.Bytes < 0) {
			t.Errorf("%+v", g)
		}
	})
}
