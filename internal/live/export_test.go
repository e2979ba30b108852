package live

import (
	"time"

	"github.com/DaRacci/list-ephemeral/watch"
)

// Settle collects events, and returns the records that began before a time.
func Settle(events []*watch.Event, before time.Time) []watch.Record {
	p := newPending()
	for _, e := range events {
		p.add(e)
	}
	return p.due(before)
}
