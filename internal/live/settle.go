package live

import (
	"time"

	"github.com/DaRacci/list-ephemeral/watch"
)

// pendingMost bounds the pending records: about 5 MB. Beyond it, the oldest are due at once.
const pendingMost = 20_000

// pending are records of the last moments, one for each path, in the order of their first events.
type pending struct {
	records []watch.Record
	first   []time.Time
	at      map[string]int // the index in records
}

func newPending() *pending { return &pending{at: map[string]int{}} }

// add adds an event to the record of its path.
func (p *pending) add(e *watch.Event) {
	if e.Overflow {
		p.records, p.first = append(p.records, watch.RecordOf(e)), append(p.first, e.Time)
		return
	}
	if i, known := p.at[string(e.Path)]; known {
		r := &p.records[i]
		r.Op, r.Time, r.IsDir = r.Op|e.Op, e.Time, e.IsDir
		if e.By.Name() != "" {
			r.By = e.By
		}
		return
	}
	p.at[string(e.Path)] = len(p.records)
	p.records, p.first = append(p.records, watch.RecordOf(e)), append(p.first, e.Time)
}

// due removes and returns the records that began before a time; all for the zero time.
func (p *pending) due(before time.Time) []watch.Record {
	n := len(p.records)
	if !before.IsZero() {
		for n = max(0, len(p.records)-pendingMost); n < len(p.records) && p.first[n].Before(before); n++ {
		}
	}
	if n == 0 {
		return nil
	}
	due := p.records[:n:n]
	rest := len(p.records) - n
	p.records, p.first = append(make([]watch.Record, 0, rest), p.records[n:]...), append(make([]time.Time, 0, rest), p.first[n:]...)
	clear(p.at)
	for i := range p.records {
		if !p.records[i].Overflow {
			p.at[p.records[i].Path] = i
		}
	}
	return due
}
