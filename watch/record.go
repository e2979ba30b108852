package watch

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
)

// Record is one line of a ring: an event that can be kept.
type Record struct {
	// Overflow means that writes before this record may be missing. Path, Ops and By are then zero.
	Overflow bool
	Path     string
	Op       Op
	IsDir    bool
	Time     time.Time
	By       Process
}

// RecordOf returns an event as a record, which remains valid.
func RecordOf(e *Event) Record {
	return Record{Overflow: e.Overflow, Path: string(e.Path), Op: e.Op, IsDir: e.IsDir, Time: e.Time, By: e.By}
}

// recordLine is a record as JSON.
type recordLine struct {
	Time      time.Time `json:"time"`
	Overflow  bool      `json:"overflow,omitempty"`
	Path      string    `json:"path,omitempty"`
	PathBytes string    `json:"pathBytes,omitempty"`
	Dir       bool      `json:"dir,omitempty"`
	Ops       []string  `json:"ops,omitempty"`
	PID       int       `json:"pid,omitempty"`
	Exe       string    `json:"exe,omitempty"`
	Comm      string    `json:"comm,omitempty"`
	Unit      string    `json:"unit,omitempty"`
}

// Append appends the record as one line of JSON. Times are written in UTC, in milliseconds. Bytes of
// names of programs that are not UTF-8 are lost.
func (r *Record) Append(dst []byte) []byte {
	line := recordLine{
		Time: r.Time.UTC().Truncate(time.Millisecond), Overflow: r.Overflow, Dir: r.IsDir, Ops: r.Op.Names(),
		PID: r.By.PID, Exe: r.By.Exe, Comm: r.By.Comm, Unit: r.By.Unit,
	}
	if !r.Overflow {
		line.Path, line.PathBytes = jsonline.Path(r.Path)
	}
	text, _ := json.Marshal(&line) // the types cannot fail; years beyond 9999 are not of this clock
	return append(append(dst, text...), '\n')
}

// ParseRecord reads one line. A line that is not a record is an error.
func ParseRecord(text []byte) (Record, error) {
	var line recordLine
	if err := json.Unmarshal(text, &line); err != nil {
		return Record{}, fmt.Errorf("parse a record: %w", err)
	}
	r := Record{
		Overflow: line.Overflow, Path: line.Path, Op: ParseOp(line.Ops), IsDir: line.Dir, Time: line.Time,
		By: Process{PID: line.PID, Exe: line.Exe, Comm: line.Comm, Unit: line.Unit},
	}
	if line.PathBytes != "" {
		raw, err := base64.StdEncoding.DecodeString(line.PathBytes)
		if err != nil {
			return Record{}, fmt.Errorf("parse a record: %w", err)
		}
		r.Path = string(raw)
	}
	if r.Overflow {
		return Record{Overflow: true, Time: r.Time}, nil
	}
	if !strings.HasPrefix(r.Path, "/") || strings.ContainsRune(r.Path, 0) || r.Op == 0 {
		return Record{}, fmt.Errorf("parse a record: expected an absolute path and operations, got %q", r.Path)
	}
	return r, nil
}
