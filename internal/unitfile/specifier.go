package unitfile

import (
	"errors"
	"fmt"
	"strings"
)

// ErrSpecifier is the error of a specifier that is unknown, or whose value is not known.
var ErrSpecifier = errors.New("unknown specifier")

// Specifiers are the values that "%n" and the others stand for, systemd.unit(5). An empty value is
// unknown: expanding it returns ErrSpecifier.
type Specifiers struct {
	Unit                                string // %n, and from it %N %p %P %i %I %j %J
	Runtime, State, Cache, Logs, Config string // %t %S %C %L %E
	Home, User, UID                     string // %h %u %U: those of the manager, not of User=
	Tmp, VarTmp                         string // %T %V
	MachineID, BootID, Host             string // %m %b, and %H %l
}

// System returns the values for a unit of the system manager, or for tmpfiles.d with an empty
// unit. MachineID, BootID and Host are not known.
func System(unit string) Specifiers {
	return Specifiers{
		Unit: unit, Runtime: "/run", State: "/var/lib", Cache: "/var/cache", Logs: "/var/log", Config: "/etc",
		Home: "/root", User: "root", UID: "0", Tmp: "/tmp", VarTmp: "/var/tmp",
	}
}

// Expand replaces specifiers. "%%" is "%", and a "%" in front of anything but a letter or a
// digit stays as it is.
func (s Specifiers) Expand(text string) (string, error) {
	if strings.IndexByte(text, '%') < 0 {
		return text, nil
	}
	out := make([]byte, 0, len(text)+16)
	for i := 0; i < len(text); i++ {
		if text[i] != '%' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		i++
		switch c := text[i]; {
		case c == '%':
			out = append(out, '%')
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9':
			value, ok := s.value(c)
			if !ok {
				return "", fmt.Errorf("expand %q: %w %%%c", text, ErrSpecifier, c)
			}
			out = append(out, value...)
		default:
			out = append(out, '%', c)
		}
	}
	return string(out), nil
}

func (s Specifiers) value(c byte) (string, bool) {
	if strings.IndexByte("nNpPiIjJ", c) >= 0 {
		return s.unitValue(c)
	}
	plain := map[byte]string{
		't': s.Runtime, 'S': s.State, 'C': s.Cache, 'L': s.Logs, 'E': s.Config, 'h': s.Home, 'u': s.User, 'U': s.UID,
		'T': s.Tmp, 'V': s.VarTmp, 'm': s.MachineID, 'b': s.BootID, 'H': s.Host,
	}
	if c == 'l' { // the host name up to the first dot
		short, _, _ := strings.Cut(s.Host, ".")
		return short, short != ""
	}
	value := plain[c]
	return value, value != ""
}

func (s Specifiers) unitValue(c byte) (string, bool) {
	n, ok := splitName(s.Unit)
	if !ok {
		return "", false
	}
	value := n.prefix
	switch c {
	case 'n':
		return s.Unit, true
	case 'N':
		return strings.TrimSuffix(s.Unit, "."+n.suffix), true
	case 'i', 'I':
		value = n.instance
	case 'j', 'J':
		value = n.prefix[strings.LastIndexByte(n.prefix, '-')+1:]
	}
	if c == 'P' || c == 'I' || c == 'J' {
		var err error
		value, err = Unescape(value)
		return value, err == nil
	}
	return value, true
}
