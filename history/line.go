package history

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
)

// line is an entry as JSON. The time is split, because JSON numbers are exact only up to 2⁵³.
//
// Nearly all lines are plain: their paths need no escape. Those are written and read by the
// functions below, which take a sixth of the time of encoding/json (bench Line). All other lines
// are left to encoding/json, and a fuzz test compares the two.
type line struct {
	Path      string `json:"path,omitempty"`
	PathBytes string `json:"pathBytes,omitempty"`
	Kind      string `json:"kind"`
	Size      int64  `json:"size"`
	Seconds   int64  `json:"mtime"`
	Nanos     int64  `json:"mtimeNs"`
	Mode      uint32 `json:"mode"`
	UID       uint32 `json:"uid"`
	GID       uint32 `json:"gid"`
	Class     string `json:"class"`
}

// footer is the last line. Without it, the receipt was not written to its end.
type footer struct {
	End   bool  `json:"end"`
	Lines int64 `json:"lines"`
}

// The texts between the values of a plain line.
const (
	beforePath    = `{"path":"`
	beforeKind    = `","kind":"`
	beforeSize    = `","size":`
	beforeSeconds = `,"mtime":`
	beforeNanos   = `,"mtimeNs":`
	beforeMode    = `,"mode":`
	beforeUID     = `,"uid":`
	beforeGID     = `,"gid":`
	beforeClass   = `,"class":"`
	afterClass    = `"}`
)

// plain reports whether JSON text has bytes as they are.
func plain(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return len(text) > 0
}

// appendEntry appends an entry as a line.
func appendEntry(dst []byte, enc *jsonline.Encoder, e *Entry) []byte {
	if !plain(e.Path) {
		l := line{
			Kind: e.Kind.String(), Size: e.Size, Seconds: e.ModTime.Unix(), Nanos: int64(e.ModTime.Nanosecond()),
			Mode: e.Mode, UID: e.UID, GID: e.GID, Class: e.Class.String(),
		}
		l.Path, l.PathBytes = jsonline.Path(string(e.Path))
		return enc.Append(dst, &l)
	}
	dst = append(append(dst, beforePath...), e.Path...)
	dst = append(append(dst, beforeKind...), e.Kind.String()...)
	dst = strconv.AppendInt(append(dst, beforeSize...), e.Size, 10)
	dst = strconv.AppendInt(append(dst, beforeSeconds...), e.ModTime.Unix(), 10)
	dst = strconv.AppendInt(append(dst, beforeNanos...), int64(e.ModTime.Nanosecond()), 10)
	dst = strconv.AppendUint(append(dst, beforeMode...), uint64(e.Mode), 10)
	dst = strconv.AppendUint(append(dst, beforeUID...), uint64(e.UID), 10)
	dst = strconv.AppendUint(append(dst, beforeGID...), uint64(e.GID), 10)
	dst = append(append(dst, beforeClass...), e.Class.String()...)
	return append(dst, afterClass+"\n"...)
}

// parseLine parses a line.
func parseLine(text []byte, l *line) error {
	if parsePlain(text, l) {
		return nil
	}
	*l = line{}
	return json.Unmarshal(text, l)
}

// parsePlain parses a plain line as appendEntry writes it, and returns false for any other.
func parsePlain(text []byte, l *line) bool {
	*l = line{}
	rest := text
	word := func(before string, value *string) bool {
		var ok bool
		if rest, ok = bytes.CutPrefix(rest, []byte(before)); !ok {
			return false
		}
		end := bytes.IndexByte(rest, '"')
		if end < 0 || !plain(rest[:end]) {
			return false
		}
		*value, rest = string(rest[:end]), rest[end:]
		return true
	}
	number := func(before string, value *int64) bool {
		var ok bool
		if rest, ok = bytes.CutPrefix(rest, []byte(before)); ok {
			*value, rest, ok = cutNumber(rest)
		}
		return ok
	}
	var mode, uid, gid int64
	ok := word(beforePath, &l.Path) && word(beforeKind, &l.Kind) && number(beforeSize, &l.Size) && number(beforeSeconds, &l.Seconds) &&
		number(beforeNanos, &l.Nanos) && number(beforeMode, &mode) && number(beforeUID, &uid) && number(beforeGID, &gid) &&
		word(beforeClass, &l.Class) && string(rest) == afterClass
	l.Mode, l.UID, l.GID = uint32(mode), uint32(uid), uint32(gid)
	return ok && int64(l.Mode) == mode && int64(l.UID) == uid && int64(l.GID) == gid
}

// cutNumber cuts an integer of at most 18 digits, in the form of JSON, off a text.
func cutNumber(text []byte) (n int64, rest []byte, ok bool) {
	rest, negative := bytes.CutPrefix(text, []byte{'-'})
	digits := 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
		n = n*10 + int64(rest[digits]-'0')
		if digits++; digits > 18 {
			return 0, nil, false
		}
	}
	if digits == 0 || digits > 1 && rest[0] == '0' || negative && n == 0 {
		return 0, nil, false
	}
	if negative {
		n = -n
	}
	return n, rest[digits:], true
}
