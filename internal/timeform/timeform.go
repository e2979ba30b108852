// Package timeform reads times in names that date(1) has written, by the form of its argument:
// +%Y-%m-%d_%H:%M:%S. All packages of the project may import it.
package timeform

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Form is a form of names. The zero value is no form, and no name has it.
type Form struct {
	text   string
	whole  *regexp.Regexp
	fields []byte // the conversions of the groups of whole
}

// conversions are the supported conversions of strftime(3), with what they match. %F and %T are
// replaced by what they stand for.
var conversions = map[byte]string{
	'Y': `[0-9]{4}`, 'm': two, 'd': two, 'e': two, 'H': two, 'M': two, 'S': two,
	's': `[0-9]{1,11}`, 'z': `[+-][0-9]{4}`,
}

// two are the digits of a number that may be padded with a space or not at all.
const two = ` ?[0-9]{1,2}`

// Parse returns a form: text with conversions of strftime(3). %Y, %m, %d, %e, %H, %M, %S, %F, %T, %z,
// %s and %% are supported, and the flags "-", "_" and "0" of date(1) after the percent sign. A form
// needs a day or %s, and has each conversion once.
func Parse(text string) (Form, error) {
	f := Form{text: text}
	var b strings.Builder
	rest := strings.NewReplacer("%%", "%%", "%F", "%Y-%m-%d", "%T", "%H:%M:%S").Replace(text)
	for rest != "" {
		literal, conversion, found := strings.Cut(rest, "%")
		b.WriteString(regexp.QuoteMeta(literal))
		if !found {
			break
		}
		conversion = strings.TrimLeft(conversion, "-_0")
		if conversion == "" {
			return Form{}, errors.New("expected a letter after %")
		}
		letter := conversion[0]
		rest = conversion[1:]
		if letter == '%' {
			b.WriteString("%")
			continue
		}
		match, ok := conversions[letter]
		switch {
		case !ok:
			return Form{}, fmt.Errorf("expected one of %%Y, %%m, %%d, %%e, %%H, %%M, %%S, %%F, %%T, %%z, %%s and %%%%, got %q", "%"+string(rune(letter)))
		case strings.IndexByte(string(f.fields), letter) >= 0, letter == 'e' && strings.Contains(string(f.fields), "d"), letter == 'd' && strings.Contains(string(f.fields), "e"):
			return Form{}, fmt.Errorf("expected %%%c once", letter)
		}
		b.WriteString("(" + match + ")")
		f.fields = append(f.fields, letter)
	}
	has := func(letter string) bool { return strings.ContainsAny(string(f.fields), letter) }
	if day := has("Y") && has("m") && has("de"); !day && !has("s") {
		return Form{}, errors.New("expected %Y, %m and %d, or %s")
	}
	var err error
	f.whole, err = regexp.Compile("^(?s:" + b.String() + ")$")
	return f, err
}

// String returns the text that the form was parsed from.
func (f Form) String() string { return f.text }

// IsZero reports whether there is no form.
func (f Form) IsZero() bool { return f.whole == nil }

// Time returns the time in a name. It returns false if the name does not have the form, or the time
// does not exist, such as one in the 13th month. zone is that of forms without %z.
func (f Form) Time(name string, zone *time.Location) (time.Time, bool) {
	if f.IsZero() {
		return time.Time{}, false
	}
	m := f.whole.FindStringSubmatch(name)
	if m == nil {
		return time.Time{}, false
	}
	n := map[byte]int{}
	for i, letter := range f.fields {
		n[letter], _ = strconv.Atoi(strings.TrimSpace(m[i+1])) // at most eleven digits always fit
	}
	if seconds, ok := n['s']; ok {
		return time.Unix(int64(seconds), 0), true
	}
	if _, ok := n['z']; ok {
		east := n['z']/100*3600 + n['z']%100*60
		zone = time.FixedZone("", east)
	}
	day := n['d'] + n['e'] // a form has one of them
	at := time.Date(n['Y'], time.Month(n['m']), day, n['H'], n['M'], n['S'], 0, zone)
	utc := time.Date(n['Y'], time.Month(n['m']), day, n['H'], n['M'], n['S'], 0, time.UTC)
	// time.Date normalizes, so a time that does not exist has other numbers. In UTC, because the
	// hour that is missing in spring is normalized too.
	ok := int(utc.Month()) == n['m'] && utc.Day() == day && utc.Hour() == n['H'] && utc.Minute() == n['M'] && utc.Second() == n['S']
	return at, ok
}
