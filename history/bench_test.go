package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
)

// hundredThousand returns the entries of a machine with 100,000 files.
func hundredThousand() []Entry {
	all := make([]Entry, 100_000)
	for i := range all {
		all[i] = Entry{
			Item: Item{
				Path: fmt.Appendf(nil, "/home/alice/.local/share/dir-%05d/file-%07d.txt", i/40, i), Kind: FileRegular,
				Size: int64(i*7919) % 100_000, ModTime: time.Unix(1_790_000_000+int64(i*104729)%1e6, int64(i*1299709)%1e9),
			},
			Class: ClassListed, Mode: 0o644, UID: 1000, GID: 100,
		}
	}
	return all
}

// BenchmarkWriteReceipt writes a receipt of 100,000 files to memory.
func BenchmarkWriteReceipt(b *testing.B) {
	all := hundredThousand()
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		size = len(receiptOf(b, all))
	}
	b.ReportMetric(float64(size), "bytes")
}

// BenchmarkReadReceipt reads and checks it.
func BenchmarkReadReceipt(b *testing.B) {
	data := receiptOf(b, hundredThousand())
	b.ReportAllocs()
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(data))
		for err == nil {
			var e Entry
			err = r.Next(&e)
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
}

// BenchmarkLine writes and parses one entry, plain and by encoding/json.
func BenchmarkLine(b *testing.B) {
	e := hundredThousand()[77]
	enc := jsonline.NewEncoder()
	for name, parse := range map[string]func(text []byte, l *line) error{
		"plain": parseLine,
		"json":  func(text []byte, l *line) error { return json.Unmarshal(text, l) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var text []byte
			for b.Loop() {
				var l line
				text = appendEntry(text[:0], enc, &e)
				if name == "json" {
					text = enc.Append(text[:0], &line{Path: string(e.Path), Kind: "file", Class: "listed"})
				}
				if err := parse(text[:len(text)-1], &l); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRecur merges five listings of 100,000 files.
func BenchmarkRecur(b *testing.B) {
	states := fiveStates()
	b.ReportAllocs()
	for b.Loop() {
		var listings []Listing
		for _, s := range states {
			listings = append(listings, listed(s))
		}
		if err := Recur(listings, func(*Recurring) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// listed returns a listing of entries in memory.
func listed(items []Item) Listing {
	return func(yield func(Item, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func fiveStates() (states [5][]Item) {
	for s := range states {
		for i, e := range hundredThousand() {
			item := e.Item
			switch {
			case i%10 == s:
				continue
			case i%7 == 0:
				item.Size += int64(s)
			}
			states[s] = append(states[s], item)
		}
	}
	return states
}
