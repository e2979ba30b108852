package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/nearest"
)

// maxErrors is how many mistakes of a file are told at once. A file with more of
// them has one mistake, many times.
const maxErrors = 10

// field is a key that an object may have. It has either read or fields.
type field struct {
	name string
	// read takes the value in, or says what is wrong with it.
	read func(n *node, key string)
	// fields are the keys of a value that is an object itself.
	fields []field
}

// schema is the table of all keys. They are read in this order, which puts the
// home in front, because other paths may begin there.
func (d *decoder) schema() []field {
	c := d.config
	return []field{
		{name: "homeDir", read: d.one(&c.Home, absolute)},
		{name: "excludes", read: d.patterns(&c.Excludes)},
		{name: "extraExcludes", read: d.patterns(&c.ExtraExcludes)},
		{name: "extraIncludes", read: d.list(&c.ExtraIncludes, c.include)},
		{name: "persistedFiles", read: d.list(&c.PersistedFiles, notRoot(c.path))},
		{name: "persistedDirs", read: d.list(&c.PersistedDirs, notRoot(c.path))},
		{name: "programs", read: d.programs},
		{name: "roots", read: d.list(&c.Roots, c.path)},
		{name: "storagePaths", read: d.list(&c.StoragePaths, notRoot(c.path))},
		{name: "users", read: d.users},
		{name: "snippet", fields: []field{
			{name: "dialect", read: d.noting(&c.Snippet.DialectOrigin, choose(d, &c.Snippet.Dialect, dialectNames))},
			{name: "storagePath", read: d.value(&c.Snippet.StoragePath, notRoot(absolute))},
			{name: "user", read: d.one(&c.Snippet.User, userName)},
			{name: "homeAttr", read: d.value(&c.Snippet.HomeAttr, notEmpty)},
			{name: "hostAttr", read: d.value(&c.Snippet.HostAttr, notEmpty)},
		}},
		{name: "ui", fields: []field{
			{name: "theme", read: choose(d, &c.UI.Theme, themeNames)},
			{name: "view", read: choose(d, &c.UI.View, viewNames)},
			{name: "ascii", read: d.flag(&c.UI.ASCII)},
			{name: "mouse", read: d.flag(&c.UI.Mouse)},
		}},
	}
}

// decoder fills a configuration from a tree.
type decoder struct {
	config *Config
	keys   []field
	errs   []*Error
}

// decode fills c, whose Source and Home are known, with what text says. After an
// error c is not to be used.
func (c *Config) decode(text []byte) error {
	root, err := parse(c.Source, text)
	if err != nil {
		return err
	}
	d := decoder{config: c}
	d.keys = d.schema()
	d.object(root, "", d.keys)
	slices.SortStableFunc(c.Warnings, func(a, b Warning) int { return byPlace(a.Origin, b.Origin) })
	slices.SortStableFunc(d.errs, func(a, b *Error) int { return byPlace(a.Origin, b.Origin) })
	var errs []error
	for _, err := range d.errs[:min(len(d.errs), maxErrors)] {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func byPlace(a, b Origin) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func (d *decoder) origin(at place, key string) Origin {
	return Origin{File: d.config.Source, Line: at.line, Column: at.column, Key: key}
}

func (d *decoder) fail(at place, key, format string, args ...any) {
	d.errs = append(d.errs, &Error{Origin: d.origin(at, key), Reason: fmt.Sprintf(format, args...)})
}

func (d *decoder) warn(origin Origin, text string) {
	d.config.Warnings = append(d.config.Warnings, Warning{Origin: origin, Text: text})
}

// is reports whether a value is of a kind, which is wanted in those words, and
// fails if not.
func (d *decoder) is(want kind, words string, n *node, key string) bool {
	if n.kind != want {
		d.fail(n.at, key, "expected %s, got %v", words, n.kind)
	}
	return n.kind == want
}

// object reads an object that may have the fields.
func (d *decoder) object(n *node, key string, fields []field) {
	if !d.is(kindObject, "an object", n, key) {
		return
	}
	given := d.members(n, key)
	for _, f := range fields {
		m, ok := given[f.name]
		if !ok {
			continue
		}
		delete(given, f.name)
		if f.fields != nil {
			d.object(m.value, join(key, f.name), f.fields)
		} else {
			f.read(m.value, join(key, f.name))
		}
	}
	for _, m := range given {
		d.warn(d.origin(m.at, ""), d.describeUnknown(m.name, key, fields))
	}
}

// members returns the members of an object by name. A key that comes twice is an
// error: RFC 8259 leaves open which of the two counts.
func (d *decoder) members(n *node, key string) map[string]member {
	byName := make(map[string]member, len(n.members))
	for _, m := range n.members {
		if first, twice := byName[m.name]; twice {
			d.fail(m.at, join(key, m.name), "given twice, first at %d:%d", first.at.line, first.at.column)
			continue
		}
		byName[m.name] = m
	}
	return byName
}

// describeUnknown says that an object, the value of key, has no field of this
// name, and which was meant: one that belongs into another object, or one that is
// spelt like it.
func (d *decoder) describeUnknown(name, key string, fields []field) string {
	whole := name
	if key != "" {
		whole = key + "." + name
	}
	meant, found := elsewhere(name, "", d.keys)
	if !found {
		names := make([]string, len(fields))
		for i, f := range fields {
			names[i] = f.name
		}
		meant, found = nearest.Name(name, names)
		meant = join(key, meant)
	}
	if !found {
		return "unknown key " + quote(whole)
	}
	return fmt.Sprintf("unknown key %s (did you mean %s?)", quote(whole), quote(meant))
}

// elsewhere returns the whole key of the field of this very name.
func elsewhere(name, key string, fields []field) (string, bool) {
	for _, f := range fields {
		if f.name == name {
			return join(key, f.name), true
		}
		if whole, found := elsewhere(name, join(key, f.name), f.fields); found {
			return whole, true
		}
	}
	return "", false
}

// join appends a name to a key: "snippet.dialect", or `users["a.b"]` where the
// name would be misread.
func join(key, name string) string {
	plain := name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
	switch {
	case !plain:
		return key + "[" + quote(name) + "]"
	case key == "":
		return name
	}
	return key + "." + name
}

// text returns the text of a value if it is a string. NUL is in no name of
// anything that a configuration speaks of.
func (d *decoder) text(n *node, key string) (string, bool) {
	if !d.is(kindString, "a string", n, key) {
		return "", false
	}
	if strings.IndexByte(n.text, 0) >= 0 {
		d.fail(n.at, key, "contains a NUL character")
		return "", false
	}
	return n.text, true
}

// one reads a string, made canonical by check, which gives the reason if it
// cannot be.
func (d *decoder) one(to *string, check func(text string) (string, error)) func(*node, string) {
	return func(n *node, key string) {
		text, ok := d.text(n, key)
		if !ok {
			return
		}
		checked, err := check(text)
		if err != nil {
			d.fail(n.at, key, "%v", err)
			return
		}
		*to = checked
	}
}

// value reads a string, as one does, and where it stands.
func (d *decoder) value(to *Value, check func(text string) (string, error)) func(*node, string) {
	return d.noting(&to.Origin, d.one(&to.Text, check))
}

// noting reads with read, and notes where that was.
func (d *decoder) noting(at *Origin, read func(*node, string)) func(*node, string) {
	return func(n *node, key string) {
		*at = d.origin(n.at, key)
		read(n, key)
	}
}

// list reads a list of strings. What it gives is never nil, so that an empty
// list differs from none.
func (d *decoder) list(to *List, check func(text string) (string, error)) func(*node, string) {
	return func(n *node, key string) {
		if !d.is(kindList, "a list of strings", n, key) {
			return
		}
		*to = make(List, len(n.items))
		for i, item := range n.items {
			d.value(&(*to)[i], check)(item, key+"["+strconv.Itoa(i)+"]")
		}
	}
}

// patterns reads a list of exclude patterns. Whether they are right is for the
// compiler of patterns to say; here are those that are right and never meant.
func (d *decoder) patterns(to *List) func(*node, string) {
	return func(n *node, key string) {
		before := len(d.errs)
		d.list(to, anything)(n, key)
		if len(d.errs) > before {
			return
		}
		for _, v := range *to {
			switch {
			case strings.TrimSpace(v.Text) == "":
				d.warn(v.Origin, "an empty pattern excludes everything")
			case strings.HasPrefix(v.Text, "~/"):
				d.warn(v.Origin, "patterns are relative to /, and ~ is not expanded")
			}
		}
	}
}

func (d *decoder) programs(n *node, key string) {
	var programs List
	d.list(&programs, anything)(n, key)
	d.config.Programs = programs.Texts()
}

func (d *decoder) users(n *node, key string) {
	if !d.is(kindObject, "an object of home directories by user name", n, key) {
		return
	}
	d.config.Users = make(map[string]string, len(n.members))
	for name, m := range d.members(n, key) {
		at := join(key, name)
		if _, err := userName(name); err != nil {
			d.fail(m.at, at, "%v", err)
		}
		var home string
		d.one(&home, absolute)(m.value, at)
		d.config.Users[name] = home
	}
}

func (d *decoder) flag(to *bool) func(*node, string) {
	return func(n *node, key string) {
		if d.is(kindBoolean, "true or false", n, key) {
			*to = n.yes
		}
	}
}

// choose reads the name of a choice; names[0] is that of none.
func choose[T ~uint8](d *decoder, to *T, names []string) func(*node, string) {
	return func(n *node, key string) {
		text, ok := d.text(n, key)
		if !ok {
			return
		}
		i := slices.Index(names[1:], text)
		if i < 0 {
			d.fail(n.at, key, "expected one of %s, got %s", strings.Join(names[1:], ", "), quote(text))
			return
		}
		*to = T(i + 1)
	}
}

func anything(text string) (string, error) { return text, nil }

func notEmpty(text string) (string, error) {
	if text == "" {
		return "", errors.New("expected an attribute path, got an empty string")
	}
	return text, nil
}

// userName checks what no user database can hold: passwd(5) separates fields
// with colons and users with newlines, and a name is a directory of /home.
func userName(text string) (string, error) {
	if text == "" || strings.ContainsAny(text, ":/\n\x00") {
		return "", fmt.Errorf("expected a user name, got %s", quote(text))
	}
	return text, nil
}
