package history

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// stamp is a time in a name: 2026-11-3_08:00:00 (the usual rollback script), 20261103T0800+0100
// (btrbk), 2026-11-03-0800 (zfs-auto-snapshot). The time of day may be missing.
var stamp = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[^0-9])((?:19|20)[0-9]{2})-?([0-9]{2})-?([0-9]{1,2})` +
		`(?:[T_ -]([0-9]{2})[:.hH-]?([0-9]{2})(?:[:.mM-]?([0-9]{2}))?(Z|[+-][0-9]{4})?)?(?:$|[^0-9])`)
})

// seconds are the seconds since 1970, as a whole name.
var seconds = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^1[0-9]{9}$`)
})

// timeOfName returns the time in the name of a state. It returns false if there is none, or if it
// is not a time, such as one in the 13th month.
func timeOfName(name string, zone *time.Location) (time.Time, bool) {
	if seconds().MatchString(name) {
		n, _ := strconv.ParseInt(name, 10, 64) // ten digits always fit
		return time.Unix(n, 0), true
	}
	m := stamp().FindStringSubmatch(name)
	if m == nil {
		return time.Time{}, false
	}
	var n [6]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // digits, or "" for 0
	}
	if offset := m[7]; offset != "" {
		zone = zoneOf(offset)
	}
	at := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, zone)
	utc := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC)
	// time.Date normalizes, so a time that does not exist has other numbers. In UTC, because the
	// hour that is missing in spring is normalized too.
	ok := utc.Month() == time.Month(n[1]) && utc.Day() == n[2] && utc.Hour() == n[3] && utc.Minute() == n[4] && utc.Second() == n[5]
	return at, ok
}

// zoneOf returns the time zone of an offset: "Z" or "+0100".
func zoneOf(offset string) *time.Location {
	if offset == "Z" {
		return time.UTC
	}
	n, _ := strconv.Atoi(offset[1:])
	east := (n/100)*3600 + (n%100)*60
	if offset[0] == '-' {
		east = -east
	}
	return time.FixedZone("", east)
}

// btrbkName is a name of btrbk.conf(5), timestamp_format: the name of the subvolume, a short, long
// or long-iso time, and a number if there are several of that time.
var btrbkName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(.+)\.([0-9]{8}(?:T[0-9]{4}(?:[0-9]{2}[+-][0-9]{4})?)?)(?:_[0-9]+)?$`)
})

// parseBtrbk returns the subvolume and the time of a btrbk snapshot.
func parseBtrbk(name string, zone *time.Location) (subvolume string, at time.Time, ok bool) {
	m := btrbkName().FindStringSubmatch(name)
	if m == nil {
		return "", time.Time{}, false
	}
	at, ok = timeOfName(m[2], zone)
	return m[1], at, ok
}

// snapperInfo is the part of snapper's info.xml that is used.
type snapperInfo struct {
	XMLName xml.Name `xml:"snapshot"`
	Date    string   `xml:"date"`
}

// parseSnapper returns the time in snapper's info.xml, which is in UTC.
func parseSnapper(text []byte) (at time.Time, err error) {
	var info snapperInfo
	if err := xml.Unmarshal(text, &info); err != nil {
		return time.Time{}, because(Malformed, "parse info.xml: "+err.Error())
	}
	at, err = time.Parse(time.DateTime, info.Date)
	if err != nil {
		return time.Time{}, because(Malformed, fmt.Sprintf("expected a date in info.xml, got %q", info.Date))
	}
	return at, nil
}
