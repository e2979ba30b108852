package unitfile

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Errors of words.
var (
	ErrQuotes = errors.New("unbalanced quotes")
	ErrEscape = errors.New("unknown escape")
)

// Escapes says what a backslash means in words. The zero value is Keep.
type Escapes uint8

// The meanings.
const (
	Keep    Escapes = iota // a backslash is a backslash: the directory keys, such as StateDirectory=
	Drop                   // the next byte is literal: the fields of tmpfiles.d up to systemd 253
	Undo                   // C escapes, systemd.syntax(7); any other one is ErrEscape
	Relaxed                // as Undo, but any other escape is kept as it is: ExecStart=
)

// String returns one word.
func (e Escapes) String() string {
	switch e {
	case Keep:
		return "keep"
	case Drop:
		return "drop"
	case Undo:
		return "undo"
	case Relaxed:
		return "relaxed"
	default:
		return "unknown"
	}
}

// Words splits a value at white space. Parts in single or double quotes are not split, and the
// quotes are removed. It is extract_first_word of systemd with EXTRACT_UNQUOTE.
func Words(value string, escapes Escapes) ([]string, error) {
	var words []string
	for {
		word, rest, ok, err := cutWord(value, escapes)
		if err != nil || !ok {
			return words, err
		}
		words, value = append(words, word), rest
	}
}

// cutWord returns the first word and what follows it without leading white space. ok is false
// at the end of the text.
func cutWord(s string, escapes Escapes) (word, rest string, ok bool, err error) {
	s = strings.TrimLeft(s, space)
	if s == "" {
		return "", "", false, nil
	}
	if word, rest, ok := plainWord(s); ok {
		return word, rest, true, nil
	}
	var out []byte
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && escapes != Keep:
			n, plain, err := backslash(s[i+1:], escapes)
			if err != nil {
				return "", "", false, fmt.Errorf("split %q: %w", s, err)
			}
			out = append(out, plain...)
			i += n
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0 && strings.IndexByte(space, c) >= 0:
			return string(out), strings.TrimLeft(s[i:], space), true, nil
		default:
			out = append(out, c)
		}
	}
	if quote != 0 {
		return "", "", false, fmt.Errorf("split %q: %w", s, ErrQuotes)
	}
	return string(out), "", true, nil
}

// plainWord is cutWord for the usual word, which has quotes around it or no quotes, and no
// backslash. It does not copy it.
func plainWord(s string) (word, rest string, ok bool) {
	start, end := 0, 0
	if quote := s[0]; quote == '"' || quote == '\'' {
		n := strings.IndexByte(s[1:], quote)
		if n < 0 {
			return "", "", false
		}
		start, end = 1, n+1
		rest = s[end+1:]
	} else {
		for end < len(s) && s[end] != '"' && s[end] != '\'' && strings.IndexByte(space, s[end]) < 0 {
			end++
		}
		rest = s[end:]
	}
	word = s[start:end]
	if rest != "" && strings.IndexByte(space, rest[0]) < 0 || strings.IndexByte(word, '\\') >= 0 {
		return "", "", false
	}
	return word, strings.TrimLeft(rest, space), true
}

// backslash returns how many bytes after a backslash belong to it, and what they mean.
func backslash(s string, escapes Escapes) (n int, plain string, err error) {
	switch {
	case s == "" && escapes == Relaxed:
		return 0, `\`, nil
	case s == "":
		return 0, "", ErrEscape
	case escapes == Drop:
		return 1, s[:1], nil
	}
	n, plain, ok := unescapeOne(s)
	switch {
	case ok:
		return n, plain, nil
	case escapes == Relaxed:
		return 1, `\` + s[:1], nil
	}
	return 0, "", ErrEscape
}

// UnescapeC undoes the C escapes of systemd.syntax(7) in the whole text. An unknown one is
// ErrEscape.
func UnescapeC(text string) (string, error) {
	if strings.IndexByte(text, '\\') < 0 {
		return text, nil
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			out = append(out, text[i])
			continue
		}
		n, plain, ok := unescapeOne(text[i+1:])
		if !ok {
			return "", fmt.Errorf("unescape %q: %w", text, ErrEscape)
		}
		out = append(out, plain...)
		i += n
	}
	return string(out), nil
}

// simple are the escapes of one letter, cunescape_one in systemd's src/basic/escape.c.
const simple = "a\ab\bf\fn\nr\rt\tv\v\\\\\"\"''s "

// hexDigits are the escapes with a number, and how many digits it has.
var hexDigits = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// unescapeOne reads what follows a backslash: one letter, xNN, uNNNN, UNNNNNNNN or three octal
// digits. A NUL is refused.
func unescapeOne(s string) (n int, plain string, ok bool) {
	if s == "" {
		return 0, "", false
	}
	for i := 0; i < len(simple); i += 2 {
		if simple[i] == s[0] {
			return 1, simple[i+1 : i+2], true
		}
	}
	start, length, base := 0, 3, 8
	if digits, ok := hexDigits[s[0]]; ok {
		start, length, base = 1, digits, 16
	}
	if len(s) < start+length {
		return 0, "", false
	}
	value := 0
	for _, c := range []byte(s[start : start+length]) {
		d := digit(c, base)
		if d < 0 {
			return 0, "", false
		}
		value = value*base + d
	}
	switch {
	case value == 0, base == 8 && value > 255:
		return 0, "", false
	case length <= 3: // a byte
		return start + length, string([]byte{byte(value)}), true
	case !utf8.ValidRune(rune(value)) || value > utf8.MaxRune:
		return 0, "", false
	}
	return start + length, string(rune(value)), true
}

// Command is one command line of ExecStart= and the other Exec keys, systemd.service(5).
type Command struct {
	Flags string   // the characters "@-:+!|" in front of the path, in their order
	Path  string   // the program
	Args  []string // without the program's own name (argv[0])
}

// Commands reads the value of an Exec key: one command, or several separated by ";". expand, if
// set, is called for each word, and its error ends the reading. Variables ("$X") are not replaced;
// "$$" is.
func Commands(value string, expand func(string) (string, error)) ([]Command, error) {
	var all []Command
	var command *Command
	skip := false
	for value != "" {
		raw := value
		word, rest, ok, err := cutWord(value, Relaxed)
		if err != nil || !ok {
			return all, err
		}
		value = rest
		first := strings.TrimRight(raw[:len(raw)-len(rest)], space)
		if first == ";" {
			command = nil
			continue
		}
		if first == `\;` {
			word = ";"
		}
		if command == nil {
			path := strings.TrimLeft(word, "@-:+!|")
			all = append(all, Command{Flags: word[:len(word)-len(path)]})
			command, word = &all[len(all)-1], path
			skip = strings.Contains(command.Flags, "@")
		}
		if expand != nil {
			if word, err = expand(word); err != nil {
				return all, err
			}
		}
		switch {
		case command.Path == "":
			command.Path = word
		case skip: // argv[0]
			skip = false
		default:
			command.Args = append(command.Args, strings.ReplaceAll(word, "$$", "$"))
		}
	}
	return all, nil
}
